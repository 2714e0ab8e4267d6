"""What timers and partners say. They decide nothing about a person: they tell, or escalate."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from pydantic import ValidationError

from homeward.domain.case.guards import failing
from homeward.domain.case.handoffanswer import (
    DocumentTold,
    ReceptionTold,
    Reply,
    answer_facts,
    check_answer,
)
from homeward.domain.case.serviceanswer import answer_facts as service_answer_facts
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import (
    Deadline,
    DeadlinePassed,
    Fact,
    LateAnswerQuarantined,
    ServiceCallFailed,
    StepRejected,
)
from homeward.domain.facts.case_departure import ClearanceRevoked
from homeward.domain.facts.case_determination import ReflectionEnded, ReviewWindowClosed
from homeward.domain.facts.case_embassy import HandoffAccepted
from homeward.domain.facts.case_protection import ReturnRiskExpired
from homeward.domain.facts.case_stay import StayPermitExpired
from homeward.domain.fields import Correspondence, Moment, PastMoment, Text
from homeward.domain.reference.codes import HandoffAnswer
from homeward.domain.streams import StreamState

SYSTEM_ROLE = ("system",)
Passing = Callable[[Any, Deadline, Told], Iterator[Fact]]


@command("any", SYSTEM_ROLE, system=True)
class PassDeadline(Command):
    """Met, moved or not yet due, it is nothing, and no refusal."""

    deadline: Text
    due: Moment

    def decide(self, state: StreamState, told: Told) -> Facts:
        deadline = state.deadlines.get(self.deadline)
        if deadline is None or deadline.due != self.due or self.due > told.now:
            return
        passing = PASSINGS.get(deadline.name)
        if passing is not None:
            yield from passing(state, deadline, told)
            return
        yield DeadlinePassed(
            name=deadline.name, instance=deadline.instance, level=deadline.passed + 1,
            tells=deadline.levels[deadline.passed].tells, due=self.due,
        )  # fmt: skip


def _reflection(_: Case, __: Deadline, ___: Told) -> Iterator[Fact]:
    yield ReflectionEnded()


def _review_window(_: Case, __: Deadline, ___: Told) -> Iterator[Fact]:
    yield ReviewWindowClosed()


def _call(state: StreamState, deadline: Deadline, _: Told) -> Iterator[Fact]:
    """An hour without an answer is somebody's to look at; asking goes on."""
    call = next((c for c in state.calls.values() if str(c.id) == deadline.instance), None)
    if call is not None:
        yield ServiceCallFailed(call=call.id, service=call.service, operation=call.operation)


def _risk(case: Case, _: Deadline, __: Told) -> Iterator[Fact]:
    if case.risk.valid_until is not None:
        yield ReturnRiskExpired(valid_until=case.risk.valid_until)


def _stay_permit(_: Case, __: Deadline, ___: Told) -> Iterator[Fact]:
    yield StayPermitExpired()


def _withdrawal(case: Case, _: Deadline, __: Told) -> Iterator[Fact]:
    """A wish that nobody confirmed is asked about anew, not kept in store."""
    step = case.steps.get("withdraw_case")
    if step is not None:
        yield StepRejected(step=step.event, step_type=step.type)


def _clearance(case: Case, _: Deadline, told: Told) -> Iterator[Fact]:
    guards = failing(replace(case, state="CLEARED"), told.now)
    if guards:
        yield ClearanceRevoked(guards=guards)


PASSINGS: dict[str, Passing] = {
    "reflection": _reflection,
    "review_window": _review_window,
    "service_call": _call,
    "lapse.return_risk": _risk,
    "lapse.stay_permit": _stay_permit,
    "lapse.withdrawal": _withdrawal,
    "lapse.clearance": _clearance,
}
"""Deadlines whose passing is a fact of its own."""


@command("case", SYSTEM_ROLE, system=True)
class AnswerCall(Command):
    """A partner's answer, or its refusal; to a question that has ended, nobody's plans change."""

    call: UUID
    answer: dict[str, Any] | None = None
    refused: Correspondence | None = None

    def decide(self, state: Case, told: Told) -> Facts:
        given = {"refused": self.refused} if self.refused is not None else self.answer or {}
        try:
            yield from service_answer_facts(state, self.call, given, _operation(state, self.call))
        except ValidationError as faults:
            paths = [".".join(map(str, ("answer", *fault["loc"]))) for fault in faults.errors()]
            told.need(False, "invalid", *paths)


def _operation(case: Case, call: UUID) -> str:
    """What was asked, of a call that is owed no more."""
    asked = next((event.type for event in case.history if event.id == call), "")
    return ASKED_BY.get(asked, asked)


ASKED_BY = {
    "FineAssessmentRequested": "fine-assessment",
    "WaiverApproved": "waiver",
    "StayPermitRequested": "stay-permit",
    "DeportationOrderSigned": "exit-permit",
    "ExitPermitRequested": "exit-permit",
    "HandoffOpened": "handoff",
}


@command("case", SYSTEM_ROLE, system=True)
class MissionAnswered(Command):
    """A mission's own system answers: as its liaison would, the task accepted first if need be."""

    handoff: UUID
    answer: HandoffAnswer
    note: Correspondence | None = None
    document: DocumentTold | None = None
    reception: ReceptionTold | None = None
    received_at: PastMoment | None = None

    def decide(self, state: Case, told: Told) -> Facts:
        handoff = state.handoffs.get(self.handoff)
        if not told.need(handoff, "invalid", "handoff", why="There is no such handoff."):
            return
        assert handoff is not None
        if not handoff.open or handoff.shut:
            yield LateAnswerQuarantined(call=handoff.id, answer=self.answer)
            return
        reply = Reply(self.answer, self.note, self.document, self.reception, self.received_at)
        if not check_answer(state, handoff, reply, told):
            return
        accepting = handoff.state != "ACCEPTED"
        if accepting:
            yield HandoffAccepted(handoff=handoff.id)
        yield from answer_facts(handoff, reply, told, offset=int(accepting))
