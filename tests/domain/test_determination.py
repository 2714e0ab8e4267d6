"""The status: who decides it, on what, how it is reviewed, and the time to recover."""

from datetime import timedelta

import pytest

from homeward.domain.facts.case_determination import ReflectionEnded, ReviewWindowClosed
from tests.domain.casework import ASSESSMENT, DECISION, FINDING, NOTHING_FOUND, Casework

PRESUMED = DECISION | {"status": "presumed", "redecide_by": "2022-09-01"}
NOTICE = {"notified_language": "vie"}


def test_who_interviewed_or_assessed_does_not_decide() -> None:
    work = Casework()
    work.screened()
    work.consents("interview")
    work.tell("jack", "open_interview", work.opening(language="khm"))
    work.tell("ivan", "submit_assessment", NOTHING_FOUND)
    assert work.refused("jack", "determine_status", PRESUMED).code == "separation_of_duties"
    assert work.refused("jack", "propose_not_a_victim", FINDING).code == "separation_of_duties"
    work.tell("dara", "propose_not_a_victim", FINDING)
    assert work.refused("jack", "confirm_not_a_victim", NOTICE).code == "separation_of_duties"
    work.tell("visal", "confirm_not_a_victim", NOTICE)


def test_identified_needs_act_means_and_purpose_and_names_what_is_missing() -> None:
    work = Casework()
    work.assessed(acts=[], purposes=[])
    refusal = work.refused("dara", "determine_status", DECISION)
    assert (refusal.code, refusal.names) == ("invalid", ("acts", "purposes"))


def test_a_minor_needs_no_means() -> None:
    work = Casework()
    work.assessed(means=[])
    refusal = work.refused("dara", "determine_status", DECISION)
    assert (refusal.code, refusal.names) == ("invalid", ("means",))
    work.tell("child", "assess_age", {"minor": True, "method": "Hospital"})
    work.tell("dara", "determine_status", DECISION)
    assert work.state.state == "IDENTIFIED"


def test_no_number_of_indicators_makes_a_victim_and_none_is_needed() -> None:
    work = Casework()
    work.assessed(indicators={n: {"finding": "absent"} for n in ASSESSMENT["indicators"]})
    work.tell("dara", "determine_status", DECISION)
    assert work.state.status == "identified"


def test_a_presumption_says_when_it_is_decided_again() -> None:
    work = Casework()
    work.assessed(**NOTHING_FOUND)
    open_ended = {key: value for key, value in PRESUMED.items() if key != "redecide_by"}
    refusal = work.refused("dara", "determine_status", open_ended)
    assert (refusal.code, refusal.names) == ("invalid", ("redecide_by",))
    work.tell("dara", "determine_status", PRESUMED)
    assert (work.state.state, str(work.state.redecide_by)) == ("PRESUMED", "2022-09-01")


def test_reflection_starts_with_the_first_decision_alone() -> None:
    work = Casework()
    work.assessed()
    started = work.now
    assert work.tell("dara", "determine_status", PRESUMED) == [
        "StatusDetermined",
        "ReflectionStarted",
    ]
    work.wait(days=5)
    assert work.tell("dara", "determine_status", DECISION) == ["StatusDetermined"]
    assert work.state.reflection_ends == started + timedelta(days=30)


def test_reflection_is_only_ever_made_longer() -> None:
    work = Casework()
    work.identified()
    shorter = {"until": "2022-08-30", "reasons": "Enough"}
    refusal = work.refused("visal", "extend_reflection", shorter)
    assert (refusal.code, refusal.names) == ("invalid", ("until",))
    work.tell("care", "extend_reflection", {"until": "2022-09-15", "reasons": "Not well yet"})
    assert work.state.reflection_ends is not None
    assert work.state.reflection_ends.isoformat() == "2022-09-16T00:00:00+07:00"


def test_reflection_is_waived_on_informed_request_and_never_by_an_officer() -> None:
    work = Casework()
    work.identified()
    asked = {"informed": True, "language": "vie"}
    assert work.refused("sok", "waive_reflection", asked).code == "forbidden"
    refusal = work.refused("care", "waive_reflection", asked | {"informed": False})
    assert (refusal.code, refusal.names) == ("invalid", ("informed",))
    work.tell("care", "waive_reflection", asked)
    assert work.state.reflection == "WAIVED_BY_VICTIM"
    assert work.refused("care", "waive_reflection", asked).code == "wrong_state"


def test_a_reflection_that_ended_is_not_extended() -> None:
    work = Casework()
    work.identified()
    work.happens(work.case, ReflectionEnded(), "system")
    later = {"until": "2022-10-15", "reasons": "Late"}
    assert work.refused("care", "extend_reflection", later).code == "wrong_state"


def test_not_a_victim_takes_two_readers_and_keeps_the_firsts_reasons() -> None:
    work = Casework()
    work.assessed(**NOTHING_FOUND)
    assert work.refused("visal", "confirm_not_a_victim", NOTICE).code == "wrong_state"
    work.tell("dara", "propose_not_a_victim", FINDING)
    assert work.state.state == "ASSESSED"
    facts = work.tell("visal", "confirm_not_a_victim", NOTICE)
    assert facts == ["StatusDetermined", "ReviewWindowOpened"]
    (decision,) = work.state.statuses
    assert (decision.status, decision.organisation) == ("not_a_victim", "Police")
    assert decision.reasons is not None
    assert work.state.reflection == "NONE"


@pytest.mark.parametrize("then", ["open_interview", "return_assessment", "determine_status"])
def test_a_finding_on_evidence_looked_at_again_is_no_longer_for_anybody_to_confirm(
    then: str,
) -> None:
    work = Casework()
    work.assessed(**NOTHING_FOUND)
    work.tell("dara", "propose_not_a_victim", FINDING)
    match then:
        case "open_interview":
            work.tell("ivan", then, work.opening())
            work.tell("ivan", "submit_assessment", ASSESSMENT)
        case "return_assessment":
            work.tell("dara", then, {"questions": "Who paid?"})
            work.tell("ivan", "submit_assessment", ASSESSMENT)
        case _:
            work.tell("dara", then, PRESUMED)
    assert work.refused("visal", "confirm_not_a_victim", NOTICE).code == "wrong_state"


def test_nobody_is_handed_to_immigration_before_the_review_window_ends() -> None:
    work = Casework()
    work.not_a_victim()
    receipt = {"receipt": "HR-1"}
    assert work.refused("sok", "hand_to_immigration", receipt).code == "wrong_state"
    work.happens(work.case, ReviewWindowClosed(), "system")
    assert work.tell("sok", "hand_to_immigration", receipt) == ["HandedToImmigration"]
    assert work.state.state == "ORDINARY_IMMIGRATION"


def test_new_facts_reopen_a_decision_even_after_the_handover_and_take_nothing_away() -> None:
    work = Casework()
    work.not_a_victim()
    work.happens(work.case, ReviewWindowClosed(), "system")
    work.tell("sok", "hand_to_immigration", {"receipt": "HR-1"})
    work.tell("just", "request_review", {"new_facts": "The recruiter confessed"})
    assert (work.state.state, work.state.review_open) == ("ASSESSED", True)
    assert work.state.status == "not_a_victim"
    work.tell("dara", "determine_status", PRESUMED)
    assert [decision.status for decision in work.state.statuses] == ["not_a_victim", "presumed"]
    assert not work.state.review_open


def test_a_reviewed_case_is_not_handed_over_by_an_earlier_window() -> None:
    work = Casework()
    work.not_a_victim()
    work.happens(work.case, ReviewWindowClosed(), "system")
    work.tell("care", "request_review", {"new_facts": "A witness came"})
    work.tell("dara", "propose_not_a_victim", FINDING)
    work.tell("visal", "confirm_not_a_victim", NOTICE)
    assert work.refused("sok", "hand_to_immigration", {"receipt": "HR-1"}).code == "wrong_state"
