"""First safety: what a screening finds out, and what it sets in motion by itself."""

import pytest

from tests.domain.casework import NEEDS, SCREENING, Casework
from tests.domain.handmade import START


def test_screening_is_told_once_and_moves_the_case_then_again_and_moves_nothing() -> None:
    work = Casework()
    assert work.tell("sreymom", "record_screening", SCREENING) == ["ScreeningRecorded"]
    assert (work.state.state, work.state.care) == ("SCREENED", "NEEDS_ASSESSED")
    work.identified()
    work.screened(fear_of_police="yes")
    assert work.state.state == "IDENTIFIED"
    assert work.state.screening is not None
    assert work.state.screening.fear_of_police == "yes"
    assert work.state.first_screened_at == START


def test_urgent_medical_need_places_a_medical_hold_that_bars_the_interview() -> None:
    work = Casework()
    urgent = SCREENING | {"needs": NEEDS | {"medical_urgent": True}}
    assert work.tell("sreymom", "record_screening", urgent) == ["ScreeningRecorded", "HoldPlaced"]
    assert work.answer["hold"] in {str(hold) for hold in work.state.holds}
    work.consents("interview")
    refusal = work.refused("ivan", "open_interview", work.opening())
    assert (refusal.code, refusal.names) == ("hold", ("MEDICAL",))


def test_the_same_urgent_need_told_twice_is_one_hold() -> None:
    work = Casework()
    urgent = {"needs": NEEDS | {"medical_urgent": True}}
    work.screened(**urgent)
    work.screened(**urgent)
    assert len(work.state.holds) == 1


@pytest.mark.parametrize("answer", ["yes", "doubt"])
def test_whoever_may_be_a_minor_is_one_until_assessed_whatever_is_screened_later(
    answer: str,
) -> None:
    work = Casework(age_claimed=19)
    work.screened(minor=answer)
    work.screened(minor="no")
    assert work.state.minor
    work.tell("child", "assess_age", {"minor": False, "method": "Birth certificate"})
    assert not work.state.minor


def test_a_claimed_age_under_eighteen_counts_before_anybody_screens() -> None:
    assert Casework(age_claimed=17).state.minor
    assert not Casework(age_claimed=18).state.minor


def test_an_assessed_age_may_also_find_a_minor_whom_nobody_doubted() -> None:
    work = Casework()
    work.screened()
    told = {"minor": True, "method": "Hospital", "birth_date": "2006-02"}
    work.tell("child", "assess_age", told)
    assert work.state.minor
    assert work.state.identity is not None
    assert work.state.identity.birth_date is not None


def test_explaining_the_consular_right_moves_only_who_was_not_contacted_yet() -> None:
    work = Casework(
        nationalities=[
            {"country": "VN", "status": "claimed"}, {"country": "LA", "status": "claimed"}
        ]
    )  # fmt: skip
    work.screened()
    work.consents("mission_contact", mission="LA")
    work.tell("sreymom", "explain_rights", {"topics": ["data"], "language": "vie"})
    assert work.state.consular == {"VN": "NOT_CONTACTED", "LA": "CONSENTED"}
    work.tell("sreymom", "explain_rights", {"topics": ["consular"], "language": "vie"})
    assert work.state.consular == {"VN": "RIGHT_EXPLAINED", "LA": "CONSENTED"}
    assert work.state.rights == {"data", "consular"}


def test_who_has_no_nationality_has_no_embassy_to_hear_of() -> None:
    work = Casework(nationalities=[{"country": "MM", "status": "stateless"}])
    assert work.state.consular == {}


def test_every_fault_of_a_screening_is_named() -> None:
    refusal = Casework().refused(
        "sreymom", "record_screening",
        SCREENING | {"needs": NEEDS | {"pregnancy": "perhaps"}, "minor": "maybe", "language": "xx"},
    )  # fmt: skip
    assert refusal.code == "invalid"
    assert set(refusal.names) == {"needs.pregnancy", "minor", "language"}


def test_a_case_is_opened_for_who_came_without_an_operation_and_never_in_the_future() -> None:
    work = Casework()
    told = {
        "mode": "operation", "province": "KH-18", "passport": {"status": "lost"},
        "identity": {
            "name_romanised": "A", "sex": "M", "languages": ["khm"],
            "nationalities": [{"country": "TH", "status": "claimed"}],
        },
        "rescued_at": START.isoformat(), "previous_episode": "VIC-2022-999999",
    }  # fmt: skip
    field = work.actor("field")
    with pytest.raises(Exception, match="invalid") as refusal:
        work.give(field, "open_case", None, told)
    assert set(refusal.value.names) == {"mode", "previous_episode"}  # type: ignore[attr-defined]
    late = told | {"mode": "transfer", "rescued_at": "2022-08-01T08:36:00+07:00"}
    with pytest.raises(Exception, match="rescued_at"):
        work.give(field, "open_case", None, late)


def test_a_new_episode_names_the_one_before() -> None:
    work = Casework()
    first = work.case
    told = {
        "mode": "mass_release", "province": "KH-12", "passport": {"status": "lost"},
        "identity": {
            "name_romanised": "MAI", "sex": "F", "languages": ["vie"],
            "nationalities": [{"country": "VN", "status": "claimed"}],
        },
        "rescued_at": START.isoformat(), "previous_episode": first,
    }  # fmt: skip
    work.case = work.give(work.actor("field"), "open_case", None, told)["stream"]
    assert work.state.previous_episode == first
