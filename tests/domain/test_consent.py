"""Consent: for one purpose, from whom it must come, taken back at once."""

from typing import Any

import pytest

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
