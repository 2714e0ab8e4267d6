"""How a partner's answer becomes a fact: by wire through `answer_facts`, or on paper by two people.

Each operation's file registers what its partner may answer. Both ways are checked alike, and an
answer to a question that is no longer owed plans nobody's travel: it is quarantined.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace
from pydantic import ValidationError

from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Fields, Told, command
from homeward.domain.facts import Event, Fact, LateAnswerQuarantined, ServiceCallFailed
from homeward.domain.facts.case_services import ServiceAnswerProposed
from homeward.domain.fields import Correspondence, EventId, Text
from homeward.domain.sealed import Sealed
from homeward.domain.steps import opened
from homeward.domain.streams import Call, evolves

REFUSED = "refused"
"""The one key of an answer by wire that says no: `{"refused": its words, sealed}`."""
F = TypeVar("F", bound=Fields)
Make = Callable[[Call, Any], Fact]


class Answer(NamedTuple):
    """One fact that an operation may end in: its fields as the partner gives them."""

    fields: type[Fields]
    make: Make
    refusal: bool


ANSWERS: dict[str, dict[str, Answer]] = {}
"""Operation -> name of the fact -> how it is told."""


def answers(
    operation: str, fact: type[Fact], fields: type[Fields], *, refusal: bool = False
) -> Callable[[Make], Make]:
    """Register `(call, fields) -> fact` as what `operation` may be answered with."""

    def register(make: Make) -> Make:
        ANSWERS.setdefault(operation, {})[fact.__name__] = Answer(fields, make, refusal)
        return make

    return register


class RefusalTold(Fields):
    """A partner's no, with its reason where it gives one."""

    reason: Correspondence | None = None


def answer_facts(
    case: Case, call: UUID, answer: Mapping[str, Any], operation: str = ""
) -> list[Fact]:
    """What a partner's answer by wire makes true. Raises `ValidationError` where it is garbled."""
    owed = case.calls.get(call)
    if owed is None:
        return [LateAnswerQuarantined(call=call, answer=operation)]
    said_no = REFUSED in answer
    for known in ANSWERS.get(owed.operation, {}).values():
        if known.refusal == said_no:
            told = {"reason": answer[REFUSED]} if said_no else answer
            return [known.make(owed, _read(known.fields, told))]
    return [
        ServiceCallFailed(
            call=call, service=owed.service, operation=owed.operation,
            reason=_read(RefusalTold, {"reason": answer[REFUSED]}).reason or "", refused=True,
        )
    ]  # fmt: skip


def _read(fields: type[F], answer: Mapping[str, Any]) -> F:
    return fields.model_validate_json(msgspec.json.encode(answer))


@command("case", ("officer", "mfa"))
class RecordServiceAnswer(Command):
    """A partner that answers on paper; its own later answer is quarantined."""

    call: EventId
    event: Text
    answer: dict[str, Any]
    document: EventId | None = None

    @classmethod
    def ready(cls, case: Case, told: Told) -> None:
        told.need(case.calls, "wrong_state", why="No partner owes an answer.")

    def decide(self, case: Case, told: Told) -> Facts:
        owed = case.calls.get(self.call)
        if not told.need(owed, "wrong_state", why="No answer to this call is awaited.") or not owed:
            return
        if self.document is not None:
            told.need(
                self.document in case.documents, "invalid", "document",
                why="The case has no such document.",
            )  # fmt: skip
        known = ANSWERS.get(owed.operation, {}).get(self.event)
        if not told.need(known, "invalid", "event", why="The call cannot end so.") or not known:
            return
        words = {}
        try:
            read = _read(known.fields, self.answer)
            words = {name: said for name, said in read if isinstance(said, Sealed)}
        except ValidationError as faults:
            for fault in faults.errors():
                path = ".".join(map(str, ("answer", *fault["loc"])))
                told.need(False, "invalid", path, why="That is not how this partner answers.")
        yield ServiceAnswerProposed(
            call=self.call, event=self.event, document=self.document, words=words,
            answer={name: said for name, said in self.answer.items() if name not in words},
        )  # fmt: skip


@command("case", ("supervisor",), not_by=("record_service_answer",))
class ApproveServiceAnswer(Command):
    """From now on it is the event that the service would have given."""

    call: EventId

    def subject(self, state: Case) -> str | None:  # noqa: ARG002
        return str(self.call)

    def decide(self, case: Case, told: Told) -> Facts:
        owed = case.calls.get(self.call)
        proposed: ServiceAnswerProposed | None = case.answers_on_paper.get(self.call)
        there = told.need(
            owed and proposed, "wrong_state", why="No answer on paper stands open for this call."
        )
        if there and owed and proposed:
            known = ANSWERS[owed.operation][proposed.event]
            said = {**proposed.answer, **proposed.words}
            yield known.make(owed, _read(known.fields, said))


@evolves
def _proposed(case: Case, fact: ServiceAnswerProposed, event: Event) -> Case:
    return replace(
        case,
        steps=opened(case, "record_service_answer", event, fact.call),
        answers_on_paper={**case.answers_on_paper, fact.call: fact},
    )
