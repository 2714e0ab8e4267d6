"""What every stream's state has, and how facts are folded into it."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self, TypeVar, get_type_hints
from uuid import UUID

import msgspec
from msgspec.structs import replace

from homeward.domain.facts import (
    ConflictRecorded,
    Deadline,
    DeadlineExtended,
    DeadlinePassed,
    DocumentAttached,
    Event,
    Fact,
    LateAnswerQuarantined,
    Level,
    NoteAdded,
    ServiceCallFailed,
    StepRejected,
)

PREFIX = {"request": "REQ", "operation": "OPS", "case": "VIC", "incident": "INC", "court": "CRT"}
KINDS = {prefix: kind for kind, prefix in PREFIX.items()}


def kind_of(stream: str) -> str:
    """`case` for VIC-2026-482911; KeyError for anything else."""
    return KINDS[stream[:3]]


class Call(msgspec.Struct, frozen=True):
    """A question owed to a partner: named by the event that owes it."""

    id: UUID
    service: str
    operation: str
    since: datetime
    asks: dict[str, Any]
    failed: bool = False
    refused: bool = False


class Step(msgspec.Struct, frozen=True):
    """A *Proposed or *Requested step that a second person must take, while it stands open."""

    event: UUID
    type: str
    by: str
    at: datetime
    what: str | None = None
    """Which hold, correction, claim or call it is about, where there are several."""


class Note(msgspec.Struct, frozen=True):
    id: UUID
    fact: NoteAdded
    by: str
    roles: tuple[str, ...]
    at: datetime


class StreamState(msgspec.Struct, frozen=True, kw_only=True):
    """Folded from the stream's events alone."""

    id: str
    version: int = 0
    state: str = ""
    opened_at: datetime | None = None
    last_by_person: int = 0
    """Version of the last event by a person: what `stale` compares with."""
    took: dict[str, str] = {}
    """Who gave each command last; separation of duties looks here."""
    steps: dict[str, Step] = {}
    """Open steps by the command that took them (`propose_waiver`), or `command:what`."""
    deadlines: dict[str, Deadline] = {}
    overdue: dict[str, tuple[Deadline, datetime]] = {}
    """Deadlines of which at least one level has passed, until their end."""
    calls: dict[UUID, Call] = {}
    overtaken: dict[UUID, Call] = {}
    """Calls that ended before their service answered: what it still says is put aside."""
    conflicts: tuple[ConflictRecorded, ...] = ()
    notes: tuple[Note, ...] = ()
    documents: tuple[UUID, ...] = ()
    history: tuple[Event, ...] = ()
    """Its events; a case's as corrected: it is folded again when a correction takes effect."""

    @property
    def exists(self) -> bool:
        return self.version > 0

    def track(self, name: str, subject: str | None = None) -> str | None:  # noqa: ARG002
        """The track's value; of a handoff, the one named by `subject` (None: not there)."""
        return None

    def hears(self, command: str) -> bool:  # noqa: ARG002
        """Whether the state allows a command that names no `from`."""
        return True

    def remembers(self, before: Self, event: Event) -> dict[str, Any]:  # noqa: ARG002
        """The fields that every event changes, whatever its kind."""
        return {"history": (*self.history, event)}

    def recorded(self, event: UUID) -> Event | None:
        """The event of this id, as it reads now; None: it is none of this stream's."""
        return next((known for known in self.history if known.id == event), None)


S = TypeVar("S", bound=StreamState)
Evolver = Callable[[Any, Any, Event], Any]
_evolvers: dict[tuple[type[StreamState], type[Fact]], Evolver] = {}


def evolves(function: Evolver) -> Evolver:
    """Register `(state: S, fact: F, event: Event) -> S` as what F does to S."""
    hints = get_type_hints(function)
    state, fact = list(hints.values())[:2]
    key = (state, fact)
    assert key not in _evolvers, f"{key} evolves twice"
    _evolvers[key] = function
    return function


@cache
def _evolvers_of(state: type[StreamState], fact: type[Fact]) -> tuple[Evolver, ...]:
    own, common = _evolvers.get((state, fact)), _evolvers.get((StreamState, fact))
    return tuple(evolver for evolver in (own, common) if evolver is not None)


def evolve(state: S, event: Event) -> S:
    """The state after the event. Never fails: a fact that does nothing here changes nothing."""
    fact = event.fact
    after = state
    for evolver in _evolvers_of(type(state), type(fact)):
        after = evolver(after, fact, event)
    changes = after.remembers(state, event)
    changes["version"] = event.version
    if after.opened_at is None:
        changes["opened_at"] = event.recorded_at
    if event.by_person:
        changes["last_by_person"] = event.version
        if after.took.get(event.command) != event.by:
            changes["took"] = {**after.took, event.command: event.by}
    after = replace(after, **changes)
    return _end_deadlines(_overtake(state, after, event), event)


def _overtake(before: StreamState, after: S, event: Event) -> S:
    """Calls that this event ended and no service's answer did.

    A mission's is asked on only where paper told of the delivery: nothing more is brought to it.
    """
    if after.calls is before.calls:
        return after
    gone = before.calls.keys() - after.calls.keys()
    if not gone or event.command == "answer_call":
        return after
    on_paper = event.command == "approve_service_answer"
    left = {
        id_: call
        for id_, call in before.calls.items()
        if id_ in gone and not call.refused and (on_paper or call.service != "mission")
    }
    return replace(after, overtaken={**after.overtaken, **left}) if left else after


_end: Callable[[StreamState, Event], Collection[str]] = lambda *_: ()  # noqa: E731


def ends_deadlines(rule: Callable[[Any, Event], Collection[str]]) -> None:
    """Set by `deadlines.py`: the keys of those running deadlines that the event ends."""
    global _end  # noqa: PLW0603 - one rule, set once at import
    _end = rule


def _end_deadlines(after: S, event: Event) -> S:
    ended, arms = _end(after, event), event.fact.arms
    if not ended and not arms:
        return after
    running = {k: deadline for k, deadline in after.deadlines.items() if k not in ended}
    overdue = {k: late for k, late in after.overdue.items() if k not in ended}
    for arm in arms:
        running[arm.key] = arm
        overdue.pop(arm.key, None)
    return replace(after, deadlines=running, overdue=overdue)


def fold(state: S, events: Iterable[Event]) -> S:
    for event in events:
        state = evolve(state, event)
    return state


@evolves
def _passed(state: StreamState, fact: DeadlinePassed, event: Event) -> StreamState:
    key = fact.name if fact.instance is None else f"{fact.name}:{fact.instance}"
    deadline = state.deadlines.get(key)
    if deadline is None:
        return state
    levels = deadline.levels
    if deadline.every and fact.level >= len(levels):
        last = levels[-1]
        levels = (*levels, Level(last.due + timedelta(seconds=deadline.every), last.tells))
    deadline = replace(deadline, passed=fact.level, levels=levels)
    return replace(
        state,
        deadlines={**state.deadlines, key: deadline},
        overdue={**state.overdue, key: (deadline, event.recorded_at)},
    )


@evolves
def _extended(state: StreamState, fact: DeadlineExtended, _: Event) -> StreamState:
    deadline = state.deadlines.get(fact.deadline)
    if deadline is None:
        return state
    nth = min(deadline.passed, len(deadline.levels) - 1)
    shift = fact.until - deadline.levels[nth].due
    levels = deadline.levels[:nth] + tuple(
        Level(level.due + shift, level.tells) for level in deadline.levels[nth:]
    )
    moved = replace(deadline, levels=levels, passed=nth)
    overdue = {k: v for k, v in state.overdue.items() if k != fact.deadline or nth}
    return replace(state, deadlines={**state.deadlines, fact.deadline: moved}, overdue=overdue)


@evolves
def _call_failed(state: StreamState, fact: ServiceCallFailed, _: Event) -> StreamState:
    call = state.calls.get(fact.call)
    if call is None:
        return state
    call = replace(call, failed=True, refused=fact.refused)
    return replace(state, calls={**state.calls, fact.call: call})


@evolves
def _conflict(state: StreamState, fact: ConflictRecorded, _: Event) -> StreamState:
    return replace(state, conflicts=(*state.conflicts, fact))


@evolves
def _note(state: StreamState, fact: NoteAdded, event: Event) -> StreamState:
    note = Note(event.id, fact, event.by, event.roles, event.recorded_at)
    return replace(state, notes=(*state.notes, note))


@evolves
def _document(state: StreamState, _: DocumentAttached, event: Event) -> StreamState:
    return replace(state, documents=(*state.documents, event.id))


@evolves
def _rejected(state: StreamState, fact: StepRejected, _: Event) -> StreamState:
    return replace(
        state, steps={k: step for k, step in state.steps.items() if step.event != fact.step}
    )


@evolves
def _late(state: StreamState, fact: LateAnswerQuarantined, _: Event) -> StreamState:
    left = {id_: call for id_, call in state.overtaken.items() if id_ != fact.call}
    return replace(state, overtaken=left)
