"""What nobody gives but the clock and the partners: passings, answers by wire."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from homeward.domain.actors import SYSTEM
from homeward.domain.commands import COMMANDS, Order
from homeward.domain.control import delta
from homeward.domain.decide import Decision, decide
from homeward.domain.facts import Deadline, Level
from homeward.domain.sealed import Sealed
from tests.domain.story import Story, refused

NOWHERE = UUID("018f0000-0000-7000-8000-000000000000")


def given(story: Story, case: str, command: str, **fields: Any) -> Decision:
    told = COMMANDS[command].model_validate(fields)
    order = Order(name=command, stream=case, command_id=NOWHERE, actor=SYSTEM, fields={})
    return decide(order, told, {case: story.state(case)}, story.now)


def kinds(decision: Decision) -> list[str]:
    return [event.type for event in decision.events]


def with_deadline(story: Story, case: str, name: str, instance: str | None = None) -> Deadline:
    """The case with a deadline that is due now, whether or not it stands open."""
    deadline = Deadline(name=name, instance=instance, levels=(Level(story.now, "supervisor"),))
    state = story.state(case)
    story.engine.store.states[case] = replace(
        state, deadlines={**state.deadlines, deadline.key: deadline}
    )
    return deadline


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("service_call", str(NOWHERE)), ("lapse.return_risk", None), ("lapse.withdrawal", None),
    ],
)  # fmt: skip
def test_a_deadline_whose_subject_is_gone_passes_as_nothing(
    name: str, instance: str | None
) -> None:
    story = Story()
    case = story.screened()
    deadline = with_deadline(story, case, name, instance)
    passing = given(story, case, "pass_deadline", deadline=deadline.key, due=story.now)
    assert (passing.events, dict(passing.result)) == ((), {"stream": case})


def test_a_clearance_lapses_only_if_a_guard_fails() -> None:
    story = Story()
    case = story.cleared()
    deadline = with_deadline(story, case, "lapse.clearance")
    told = {"deadline": deadline.key, "due": story.now}
    assert kinds(given(story, case, "pass_deadline", **told)) == []
    state = story.state(case)
    story.engine.store.states[case] = replace(state, exit="NONE")
    lapsed = given(story, case, "pass_deadline", **told)
    assert lapsed.events[0].fact.guards == ("exit_permit",)  # type: ignore[attr-defined]


@pytest.mark.parametrize("late", [timedelta(seconds=-1), timedelta(seconds=1)])
def test_a_deadline_passes_at_the_moment_it_was_told_for_and_at_no_other(late: timedelta) -> None:
    story = Story()
    case = story.screened()
    deadline = with_deadline(story, case, "examination")
    told = {"deadline": deadline.key, "due": story.now + late}
    assert kinds(given(story, case, "pass_deadline", **told)) == []
    passed = given(story, case, "pass_deadline", deadline=deadline.key, due=story.now)
    assert kinds(passed) == ["DeadlinePassed"]
    assert kinds(given(story, case, "pass_deadline", deadline="none", due=story.now)) == []


def test_a_deadline_does_not_pass_before_it_is_due() -> None:
    story = Story()
    case = story.screened()
    due = with_deadline(story, case, "examination").levels[0].due
    early = Deadline(name="examination", levels=(Level(due + timedelta(hours=1), "supervisor"),))
    state = story.state(case)
    story.engine.store.states[case] = replace(state, deadlines={early.key: early})
    told = {"deadline": early.key, "due": early.levels[0].due}
    assert kinds(given(story, case, "pass_deadline", **told)) == []


def test_the_review_of_a_finding_is_asked_for_within_ten_days() -> None:
    story = Story()
    case = story.assessed()
    told = {"reasons": "No act", "organisation": "Police"}
    story.by("dara", "propose_not_a_victim", case, **told)
    story.by("visal", "confirm_not_a_victim", case, notified_language="vie")
    story.wait("9d")
    assert story.state(case).review_window == "OPEN"
    story.wait("1d")
    assert story.events(case)[-1] == "ReviewWindowClosed"
    assert story.state(case).review_window != "OPEN"


def test_a_stay_permit_runs_out_at_the_midnight_of_its_day() -> None:
    story = Story()
    case = story.identified()
    story.by("sok", "request_stay_permit", case, basis="reflection", until=story.day(20))
    assert story.state(case).stay_permit == "ACTIVE"
    story.wait("200d")
    assert "StayPermitExpired" in story.events(case)
    assert story.state(case).stay_permit == "EXPIRED"


def test_a_garbled_answer_names_every_field_that_is_none() -> None:
    story = Story()
    case = story.identified()
    story.service("immigration", fine={"slow": 7200})
    told = {"permitted_until": "2022-04-24", "accrual_ends": story.day()}
    call = UUID(story.by("sok", "assess_fine", case, **told)["event"])
    garbled = {"days": "many", "amount": "70.00", "note": 1}
    refusal = refused(lambda: given(story, case, "answer_call", call=call, answer=garbled))
    assert (refusal.code, set(refusal.names)) == ("invalid", {"answer.days", "answer.note"})


def test_a_no_that_an_operation_does_not_know_is_a_call_for_people() -> None:
    story = Story()
    case = story.identified()
    story.service("immigration", fine={"slow": 7200})
    told = {"permitted_until": "2022-04-24", "accrual_ends": story.day()}
    call = UUID(story.by("sok", "assess_fine", case, **told)["event"])
    said = Sealed(case, "correspondence", "refused", "k", "AAAA")
    answered = given(story, case, "answer_call", call=call, refused=said)
    failed: Any = answered.events[0].fact
    assert (failed.type_name, failed.refused, failed.reason) == ("ServiceCallFailed", True, said)
    # nothing is asked any more until people have seen to it
    assert delta(answered.before[case], answered.after[case], "").settled == (str(call),)


def test_a_missions_system_answers_what_was_asked_of_it() -> None:
    story = Story()
    case, handoff = story.asked()
    nowhere = {"handoff": NOWHERE, "answer": "confirmed"}
    refusal = refused(lambda: given(story, case, "mission_answered", **nowhere))
    assert (refusal.code, refusal.names) == ("invalid", ("handoff",))
    unfit = {"handoff": UUID(handoff), "answer": "done"}
    refusal = refused(lambda: given(story, case, "mission_answered", **unfit))
    assert (refusal.code, refusal.names) == ("invalid", ("answer",))


def test_a_task_that_its_liaison_accepted_is_not_accepted_again() -> None:
    story = Story()
    case, handoff = story.asked()
    told = {"handoff": UUID(handoff), "answer": "confirmed"}
    at_once = given(story, case, "mission_answered", **told)
    assert kinds(at_once) == ["HandoffAccepted", "HandoffAnswered", "NationalityConfirmed"]
    story.by("vn", "accept_handoff", case, handoff=handoff)
    after = given(story, case, "mission_answered", **told)
    assert kinds(after) == ["HandoffAnswered", "NationalityConfirmed"]


def test_a_denied_nationality_names_the_hold_it_places_whoever_accepted_first() -> None:
    story = Story()
    case, handoff = story.asked()
    told = {"handoff": UUID(handoff), "answer": "not_ours"}
    for _ in range(2):
        denied = given(story, case, "mission_answered", **told)
        placed = next(event for event in denied.events if event.type == "HoldPlaced")
        assert denied.result["hold"] == str(placed.id)
        if story.state(case).handoffs[UUID(handoff)].state != "ACCEPTED":
            story.by("vn", "accept_handoff", case, handoff=handoff)
