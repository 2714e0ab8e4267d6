"""What a rejected proposal had moved moves back."""

from typing import Any

import pytest

from tests.domain.story import Story, refused


def reject(story: Story, case: str, step: str, by: str = "visal") -> None:
    story.by(by, "reject_step", case, step=step, reasons="Not so")


def test_a_waiver_goes_back_to_who_proposed_it() -> None:
    story = Story()
    case = story.identified()
    story.by("sok", "assess_fine", case, permitted_until="2022-04-24", accrual_ends=story.day())
    told = {"percent": 100, "ground": "victim_of_trafficking", "reasons": "Victim"}
    step = story.by("sok", "propose_waiver", case, **told)["event"]
    # nobody who may reject it could approve it yet
    assert refused(lambda: reject(story, case, step, "maly")).code == "forbidden"
    story.by("enda", "endorse_waiver", case)
    assert refused(lambda: reject(story, case, step)).code == "forbidden"
    own = {"step": step, "reasons": "x"}
    endorsed = refused(lambda: story.do("enda", ["approver"], "reject_step", case, own))
    assert endorsed.code == "forbidden"
    reject(story, case, step, "maly")
    assert story.state(case).waiver.track == "RETURNED"
    assert story.state(case).steps == {}


def test_a_deportation_order_that_is_not_signed_is_none() -> None:
    story = Story()
    case = story.deported()
    asked = {"basis": "Law", "reentry_ban": False}
    step = story.by("sok", "request_deportation_order", case, **asked)["event"]
    assert refused(lambda: reject(story, case, step)).code == "forbidden"
    reject(story, case, step, "maly")
    assert (story.state(case).exit, story.state(case).order) == ("NONE", None)


def test_a_service_answer_that_nobody_believes_is_awaited_again() -> None:
    story = Story()
    case = story.identified()
    story.service("immigration", fine={"slow": 7200})
    told = {"permitted_until": "2022-04-24", "accrual_ends": story.day()}
    call = story.by("sok", "assess_fine", case, **told)["event"]
    answer = {"call": call, "event": "FineAssessed", "answer": {"days": 7, "amount": "70.00"}}
    step = story.by("sok", "record_service_answer", case, **answer)["event"]
    reject(story, case, step)
    assert story.state(case).answers_on_paper == {}
    assert [str(owed) for owed in story.state(case).calls] == [call]
    refusal = refused(lambda: story.by("visal2", "approve_service_answer", case, call=call))
    assert refusal.code == "wrong_state"


def test_a_finding_of_no_victim_is_withdrawn_with_its_proposal() -> None:
    story = Story()
    case = story.assessed()
    told = {"reasons": "No act", "organisation": "Police"}
    step = story.by("dara", "propose_not_a_victim", case, **told)["event"]
    reject(story, case, step)
    assert story.state(case).not_a_victim_proposed is None


def test_a_death_that_was_none_leaves_the_case_where_it_stood() -> None:
    story = Story()
    case = story.screened()
    story.by("care", "report_missing", case, last_seen=story.at())
    death: dict[str, Any] = {"at": story.at(), "place": "Hospital", "kin_notified": False}
    step = story.by("care", "record_death", case, **death)["event"]
    reject(story, case, step)
    assert (story.state(case).state, story.state(case).death) == ("WHEREABOUTS_UNKNOWN", None)


@pytest.mark.parametrize("by", ["just", "aud", "maly"])
def test_who_could_not_have_confirmed_does_not_reject(by: str) -> None:
    story = Story()
    case = story.screened()
    told = {"voluntary": True, "private": True, "language": "vie"}
    step = story.by("care", "withdraw_case", case, **told)["event"]
    assert refused(lambda: reject(story, case, step, by)).code == "forbidden"
    reject(story, case, step)
    assert story.state(case).state == "SCREENED"


def test_of_two_open_proposals_the_one_that_is_named_is_rejected() -> None:
    story = Story()
    case = story.screened()
    told = {"voluntary": True, "private": True, "language": "vie"}
    story.by("care", "withdraw_case", case, **told)
    held = {"kind": "SAFETY", "basis": "Threats", "review_on": story.day(9)}
    hold = story.by("care", "place_hold", case, **held)["hold"]
    step = story.by("care", "propose_hold_lift", case, hold=hold, reasons="Over")["event"]
    reject(story, case, step)
    assert list(story.state(case).steps) == ["withdraw_case"]
