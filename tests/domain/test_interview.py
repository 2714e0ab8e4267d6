"""The interview: under which conditions it is held, and what an assessment must say."""

import json
from typing import Any

import pytest

from homeward.domain.facts.case_interview import AssessmentSubmitted
from homeward.domain.facts.htcds import HtcdsAnswers
from homeward.domain.htcdsanswers import Htcds
from tests.domain.casework import ASSESSMENT, INDICATORS, NEEDS, OUTSIDER, Casework

GUARDIAN = {"name": "Sister Rosa", "organisation": "Shelter", "conflict_checked": True}


def ready() -> Casework:
    work = Casework()
    work.screened()
    work.consents("interview")
    return work


def test_everything_that_speaks_against_an_interview_is_told_in_the_contracts_order() -> None:
    work = Casework(age_claimed=16)
    work.screened(needs=NEEDS | {"medical_urgent": True})
    assert work.refused("ivan", "open_interview", work.opening()).code == "guardian_missing"
    work.tell("child", "appoint_guardian", GUARDIAN)
    assert work.refused("ivan", "open_interview", work.opening()).code == "consent_missing"
    work.consents("interview", by="guardian")
    assert work.refused("ivan", "open_interview", work.opening()).code == "hold"


def test_an_interview_is_held_in_private() -> None:
    work = ready()
    refusal = work.refused("ivan", "open_interview", work.opening(private=False))
    assert (refusal.code, refusal.names) == ("invalid", ("private",))


def test_who_does_not_speak_the_language_needs_an_interpreter() -> None:
    work = ready()
    refusal = work.refused("ivan", "open_interview", work.opening(language="ind"))
    assert (refusal.code, refusal.names) == ("invalid", ("interpreter",))
    work.tell("ivan", "open_interview", work.opening(language="ind", interpreter=OUTSIDER))
    assert work.state.state == "INTERVIEWING"


@pytest.mark.parametrize("flag", ["is_coworker", "is_suspect"])
def test_no_coworker_and_no_suspect_interprets(flag: str) -> None:
    work = ready()
    opening = work.opening(interpreter=OUTSIDER | {flag: True})
    assert work.refused("ivan", "open_interview", opening).code == "interpreter_conflict"


def test_mission_staff_interpret_only_where_the_person_agreed_to_that_mission() -> None:
    work = ready()
    staff: dict[str, Any] = OUTSIDER | {"is_mission_staff": True}
    refusal = work.refused("ivan", "open_interview", work.opening(interpreter=staff))
    assert (refusal.code, refusal.names) == ("invalid", ("interpreter.mission",))
    opening = work.opening(interpreter=staff | {"mission": "VN"})
    work.consents("mission_contact", mission="LA")
    assert work.refused("ivan", "open_interview", opening).code == "interpreter_conflict"
    work.consents("mission_contact", mission="VN")
    work.tell("ivan", "open_interview", opening)


def test_who_fears_their_own_authorities_is_not_heard_by_them() -> None:
    work = ready()
    work.consents("mission_contact", mission="VN")
    work.screened(fear_of_own_authorities="yes")
    staff: dict[str, Any] = OUTSIDER | {"is_mission_staff": True, "mission": "VN"}
    opening = work.opening(interpreter=staff)
    assert work.refused("ivan", "open_interview", opening).code == "protection_bar"


def test_an_adjourned_interview_may_be_taken_up_again() -> None:
    work = Casework()
    work.interviewed()
    assert work.tell("ivan", "adjourn_interview", {"reasons": "Tired"}) == ["InterviewAdjourned"]
    assert work.state.state == "SCREENED"
    work.tell("ivan", "open_interview", work.opening())


def test_all_eleven_indicators_are_answered_for() -> None:
    work = Casework()
    work.interviewed()
    some = {name: {"finding": "present"} for name in INDICATORS if name != "debt_bondage"}
    some["deception"] = {"finding": "probably"}
    refusal = work.refused("ivan", "submit_assessment", ASSESSMENT | {"indicators": some})
    assert refusal.code == "invalid"
    assert {name.partition(".finding")[0] for name in refusal.names} == {
        "indicators.debt_bondage", "indicators.deception",
    }  # fmt: skip


def test_an_assessment_keeps_codes_readable_and_what_was_told_closed() -> None:
    work = Casework()
    work.assessed(
        indicators={n: {"finding": "unknown", "note": f"Said of {n}"} for n in INDICATORS},
        htcds={
            "vic_RelationshipToTrafficker": "Unaquainted", "vic_TypeOfExploitation": ["ForcedLabour"],
            "vic_LocationOfRecruitment": "A cafe in Tay Ninh",
        },
        transfers=[{"from": "Bavet", "to": "Sihanoukville", "at": "2022-05", "consented": False}],
    )  # fmt: skip
    fact = work.state.assessment
    assert isinstance(fact, AssessmentSubmitted)
    assert fact.htcds.vic_RelationshipToTrafficker == "Unaquainted"
    assert fact.htcds.vic_LocationOfRecruitment is not None
    assert fact.htcds.vic_LocationOfRecruitment.compartment == "account"
    (transfer,) = fact.transfers
    assert (json.loads(transfer.origin.box), transfer.at) == ("Bavet", "2022-05")
    assert transfer.origin.compartment == transfer.to.compartment == "operation"
    note = fact.indicators["debt_bondage"].note
    assert note is not None
    assert json.loads(note.box) == "Said of debt_bondage"


def test_a_code_that_the_standard_does_not_have_is_named_with_its_field() -> None:
    work = Casework()
    work.interviewed()
    htcds = {
        "vic_MethodsOfControl": ["FalsePromises", "Persuasion"],
        "vic_Vulnerabilities": ["Poverty"],
    }
    refusal = work.refused("ivan", "submit_assessment", ASSESSMENT | {"htcds": htcds})
    assert set(refusal.names) == {"htcds.vic_MethodsOfControl.1", "htcds.vic_Vulnerabilities"}


def test_what_the_interview_may_tell_and_what_is_kept_are_the_same_fields() -> None:
    assert set(Htcds.model_fields) == set(HtcdsAnswers.__struct_fields__)


def test_a_returned_assessment_goes_back_into_the_interview_with_its_questions() -> None:
    work = Casework()
    work.assessed()
    work.tell("dara", "return_assessment", {"questions": "Who held the passport?"})
    assert work.state.state == "INTERVIEWING"
    assert work.state.interview_returned is not None
    work.tell("ivan", "submit_assessment", ASSESSMENT)
    assert work.state.state == "ASSESSED"
