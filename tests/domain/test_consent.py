"""Consent: for one purpose, from whom it must come, taken back at once."""

from typing import Any

import pytest
from msgspec.structs import replace

from homeward.domain.case.state import Case
from homeward.domain.decide import possible
from tests.domain.casework import Casework

GIVEN: dict[str, Any] = {"given": True, "by": "person", "language": "vie"}
CONTACT: dict[str, Any] = GIVEN | {"purpose": "mission_contact", "mission": "VN"}


@pytest.mark.parametrize("purpose", ["mission_contact", "data_sharing", "return", "testimony"])
def test_nobody_is_asked_what_may_endanger_them_before_they_are_screened(purpose: str) -> None:
    work = Casework()
    told = GIVEN | {"purpose": purpose}
    if purpose == "mission_contact":
        told["mission"] = "VN"
    assert work.refused("sok", "record_consent", told).code == "wrong_state"
    work.screened()
    assert work.tell("sok", "record_consent", told) == ["ConsentRecorded"]


def test_an_interview_may_be_agreed_to_before_the_screening() -> None:
    work = Casework()
    work.consents("interview")
    assert work.state.consent("interview")


def test_a_minors_consent_is_the_guardians() -> None:
    work = Casework(age_claimed=15)
    told = GIVEN | {"purpose": "interview"}
    assert work.refused("sreymom", "record_consent", told).code == "guardian_missing"
    guardian = {"name": "Sister Rosa", "organisation": "Shelter", "conflict_checked": True}
    work.tell("child", "appoint_guardian", guardian)
    refusal = work.refused("sreymom", "record_consent", told)
    assert (refusal.code, refusal.names) == ("invalid", ("by",))
    work.consents("interview", by="guardian")


def test_an_adult_consents_for_themself() -> None:
    refusal = Casework().refused(
        "sreymom", "record_consent", GIVEN | {"purpose": "interview", "by": "guardian"}
    )
    assert (refusal.code, refusal.names) == ("invalid", ("by",))


def test_consent_to_contact_names_the_mission_and_no_other_consent_does() -> None:
    work = Casework()
    work.screened()
    for told in (GIVEN | {"purpose": "mission_contact"}, CONTACT | {"purpose": "return"}):
        refusal = work.refused("sok", "record_consent", told)
        assert (refusal.code, refusal.names) == ("invalid", ("mission",))


def test_one_missions_consent_is_not_anothers() -> None:
    work = Casework(
        nationalities=[
            {"country": "VN", "status": "claimed"}, {"country": "LA", "status": "claimed"}
        ]
    )  # fmt: skip
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    assert work.state.consent("mission_contact", "VN")
    assert not work.state.consent("mission_contact", "LA")
    assert work.state.consular == {"VN": "CONSENTED", "LA": "NOT_CONTACTED"}


def test_a_mission_that_is_not_of_ones_nationality_has_a_track_of_its_own() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT | {"mission": "TH"})
    assert work.state.consular == {"VN": "NOT_CONTACTED", "TH": "CONSENTED"}


def test_a_no_is_recorded_as_one_and_may_become_a_yes() -> None:
    work = Casework()
    work.screened()
    assert work.tell("sok", "record_consent", CONTACT | {"given": False}) == ["ConsentRecorded"]
    assert work.state.consular == {"VN": "REFUSED"}
    assert not work.state.consents
    work.tell("sok", "record_consent", CONTACT)
    assert work.state.consular == {"VN": "CONSENTED"}


def test_a_no_over_an_active_yes_withdraws_it() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    assert work.tell("sok", "record_consent", CONTACT | {"given": False}) == ["ConsentWithdrawn"]
    assert work.state.consular == {"VN": "REFUSED"}


def test_a_minor_may_take_back_what_the_guardian_gave() -> None:
    work = Casework(age_claimed=15)
    guardian = {"name": "Sister Rosa", "organisation": "Shelter", "conflict_checked": True}
    work.tell("child", "appoint_guardian", guardian)
    work.consents("interview", by="guardian")
    told = GIVEN | {"purpose": "interview", "given": False}
    assert work.tell("sreymom", "record_consent", told) == ["ConsentWithdrawn"]


def test_what_was_not_given_cannot_be_withdrawn() -> None:
    work = Casework()
    work.screened()
    work.consents("return")
    nothing = {"purpose": "mission_contact", "mission": "VN"}
    assert work.refused("sok", "withdraw_consent", nothing).code == "wrong_state"
    work.tell("sok", "withdraw_consent", {"purpose": "return"})
    assert work.refused("sok", "withdraw_consent", {"purpose": "return"}).code == "wrong_state"


def test_how_long_a_consent_stood_stays_known() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    given = work.now
    work.wait(days=3)
    work.tell("sok", "withdraw_consent", {"purpose": "mission_contact", "mission": "VN"})
    (ended,) = work.state.consents_ended
    assert (ended.mission, ended.at, ended.ended_at) == ("VN", given, work.now)


def test_consent_withdrawn_in_mid_interview_adjourns_it_at_once() -> None:
    work = Casework()
    work.interviewed()
    facts = work.tell("care", "withdraw_consent", {"purpose": "interview"})
    assert facts == ["ConsentWithdrawn", "InterviewAdjourned"]
    assert work.state.state == "SCREENED"
    assert work.refused("ivan", "open_interview", work.opening()).code == "consent_missing"


def test_a_consent_withdrawn_when_nobody_is_interviewing_adjourns_nothing() -> None:
    work = Casework()
    work.assessed()
    assert work.tell("care", "withdraw_consent", {"purpose": "interview"}) == ["ConsentWithdrawn"]
    assert work.state.state == "ASSESSED"


def test_a_withdrawal_names_its_mission_as_the_consent_did() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    refusal = work.refused("sok", "withdraw_consent", {"purpose": "mission_contact"})
    assert (refusal.code, refusal.names) == ("invalid", ("mission",))
    refusal = work.refused("sok", "withdraw_consent", {"purpose": "return"})
    assert refusal.code == "wrong_state"


def on(work: Casework, track: str) -> Case:
    """The case with its mission's track moved on."""
    work.states[work.case] = replace(work.state, consular={"VN": track, "LA": track})
    return work.state


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("NOT_CONTACTED", "CONSENTED"), ("RIGHT_EXPLAINED", "CONSENTED"), ("REFUSED", "CONSENTED"),
        ("NOTIFIED", "NOTIFIED"), ("NATIONALITY_CONFIRMED", "NATIONALITY_CONFIRMED"),
    ],
)  # fmt: skip
def test_a_yes_moves_a_track_that_nobody_has_answered_on(before: str, after: str) -> None:
    work = Casework()
    work.screened()
    on(work, before)
    work.tell("sok", "record_consent", CONTACT)
    assert work.state.consular == {"VN": after, "LA": before}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("CONSENTED", "REFUSED"), ("NOTIFIED", "REFUSED"), ("NATIONALITY_REQUESTED", "REFUSED"),
        ("NATIONALITY_CONFIRMED", "NATIONALITY_CONFIRMED"), ("DOCUMENT_ISSUED", "DOCUMENT_ISSUED"),
    ],
)  # fmt: skip
def test_a_withdrawal_takes_back_what_is_not_done_yet(before: str, after: str) -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    on(work, before)
    work.tell("sok", "withdraw_consent", {"purpose": "mission_contact", "mission": "VN"})
    assert work.state.consular == {"VN": after, "LA": before}


def test_what_was_agreed_to_is_kept_with_who_said_so_in_which_language() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT | {"interpreter": "Sari"})
    work.wait(days=1)
    work.consents("return")
    told = work.state.consents["mission_contact:VN"]
    assert (told.purpose, told.mission, told.by, told.language) == (
        "mission_contact", "VN", "person", "vie",
    )  # fmt: skip
    recorded = [e for e in work.state.history if e.type == "ConsentRecorded"]
    assert (told.event, told.at) == (recorded[0].id, recorded[0].recorded_at)
    assert recorded[0].fact.interpreter is not None  # type: ignore[attr-defined]
    assert set(work.state.consents) == {"mission_contact:VN", "return"}


def test_a_no_that_withdraws_is_told_like_the_answer_it_is() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    no = CONTACT | {"given": False, "interpreter": "Sari", "language": "khm"}
    work.tell("sok", "record_consent", no)
    fact: Any = work.state.history[-1].fact
    assert (fact.purpose, fact.mission, fact.by, fact.language) == (
        "mission_contact", "VN", "person", "khm",
    )  # fmt: skip
    assert fact.interpreter is not None
    assert work.state.consents == {}
    assert [c.ended_at for c in work.state.consents_ended] == [work.now]


def test_anybody_may_say_no_for_a_minor_and_nobody_yes_but_the_guardian() -> None:
    work = Casework(age_claimed=15)
    for by in ("person", "guardian"):
        told = GIVEN | {"purpose": "photograph", "given": False, "by": by}
        assert work.tell("sreymom", "record_consent", told) == ["ConsentRecorded"]
    assert work.state.consents == {}


def test_a_withdrawal_is_offered_while_some_consent_is_active() -> None:
    work = Casework()
    work.screened()
    refusal = possible(work.state, work.actor("sok"), work.now)["withdraw_consent"]
    assert refusal is not None
    assert refusal.code == "wrong_state"
    work.consents("photograph")
    assert possible(work.state, work.actor("sok"), work.now)["withdraw_consent"] is None


def test_a_consent_that_nobody_gave_is_withdrawn_without_a_trace() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", GIVEN | {"purpose": "photograph", "given": False})
    assert work.state.consents_ended == ()


def test_a_yes_over_an_active_yes_is_the_newer_yes() -> None:
    work = Casework()
    work.screened()
    work.tell("sok", "record_consent", CONTACT)
    assert work.tell("sok", "record_consent", CONTACT | {"language": "khm"}) == ["ConsentRecorded"]
    assert work.state.consents["mission_contact:VN"].language == "khm"
