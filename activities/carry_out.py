"""The one writer: look the command up, load, decide, append, project, in one transaction.

Runs as a local activity of the stream's workflow, and (through `CarryOut.run`) in the memory
engine. It never raises for what may happen: a refusal, a part that is away and a lost race are
answers.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID, uuid5

import msgspec
from pydantic import ValidationError
from temporalio import activity

from homeward.domain.calendar import DEFAULT_TERMS, Terms
from homeward.domain.commands import Command, Order, still_needed
from homeward.domain.control import Delta, delta
from homeward.domain.decide import Decision, admit, command_named, decide, forbid
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import StreamState, evolve, fold
from homeward.ports import Answer, Commit, EventStore, KnownCommand, Loaded, Outcome, Unavailable

PATIENCE = timedelta(seconds=20)
"""How long carry_out tries before it says `unavailable`."""
RACES = 50
"""How often it loads and decides again when others commit first."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One visit of a workflow: `order` None only asks what happened after `seen`."""

    stream: str
    seen: int
    epoch: int
    order: Order | None = None


class Nudger(Protocol):
    """Tells a stream's workflow that something was appended to it. May be lost."""

    def nudge(self, streams: Iterable[str], epoch: int) -> None: ...


class CarryOut:
    """Holds the store, the terms and the host's clock; the engine's clock is that plus offset."""

    def __init__(
        self,
        store: EventStore,
        host_clock: Callable[[], datetime],
        nudger: Nudger | None = None,
        terms: Terms = DEFAULT_TERMS,
    ) -> None:
        self.store = store
        self.host_clock = host_clock
        self.nudger = nudger
        self.terms = terms

    @activity.defn(name="carry_out")
    async def carry_out(self, asked: Asked) -> Outcome:
        return await self.run(asked)

    async def run(self, asked: Asked) -> Outcome:
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await self._until_it_holds(asked)
        except TimeoutError:
            return Outcome(kind="unavailable", part="postgresql")
        except Unavailable as away:
            return Outcome(kind="unavailable", part=away.part)

    async def _until_it_holds(self, asked: Asked) -> Outcome:
        for _ in range(RACES):
            outcome = await self._once(asked)
            if outcome is not None:
                return outcome
        return Outcome(kind="unavailable", part="postgresql")

    async def _once(self, asked: Asked) -> Outcome | None:
        order = asked.order
        loaded = await self.store.load((asked.stream,), order.command_id if order else None)
        if loaded.epoch > asked.epoch:
            return Outcome(kind="superseded")
        seen = _Seen(asked, loaded)
        if order is None:
            return seen.done(None)
        if loaded.known is not None:
            return _repeated(order, loaded.known, seen)
        now = self.host_clock() + loaded.offset
        try:
            decision = await self._decide(order, seen.state, now)
        except Refused as refusal:
            return seen.refused(refusal)
        answer = answer_of(order, decision, seen.state.version)
        if not decision.events:
            return seen.done(answer)
        committed = await self.store.append(
            Commit(order, decision.events, decision.before, decision.after, answer)
        )
        if committed.status == "conflict":
            return None
        if committed.known is not None:
            return _repeated(order, committed.known, seen)
        others = tuple(stream for stream in decision.after if stream != asked.stream)
        if self.nudger is not None and others:
            self.nudger.nudge(others, asked.epoch)
        seen.absorb(event for event in decision.events if event.stream == asked.stream)
        return seen.done(answer, others)

    async def _decide(self, order: Order, state: StreamState, now: datetime) -> Decision:
        cls = command_named(order.name)
        forbid(cls, order.actor, order.stream)
        admit(cls, order.fields, order.actor, state, now)
        command = read_command(cls, order.fields)
        states: dict[str, StreamState] = {order.stream: state}
        while more := still_needed(command, state, states):
            loaded = await self.store.load(more)
            states |= {s: fold(blank(s), loaded.events.get(s, ())) for s in more}
        return decide(order, command, states, now, self.terms)


def read_command(cls: type[Command], fields: dict[str, Any]) -> Command:
    """The command from its sealed form; a form that does not hold is `invalid`, by field."""
    try:
        return cls.model_validate_json(msgspec.json.encode(fields))
    except ValidationError as fault:
        paths = (".".join(str(p) for p in error["loc"]) for error in fault.errors())
        raise Refused("invalid", *paths) from None


def answer_of(order: Order, decision: Decision, version: int) -> Answer:
    """What the caller is told: the stream's version after it, and every event it made."""
    own = [event.version for event in decision.events if event.stream == order.stream]
    return Answer(
        stream=order.stream,
        version=own[-1] if own else version,
        events=tuple(
            {
                "id": str(event.id),
                "type": event.type,
                "stream": event.stream,
                "at": event.recorded_at.isoformat(),
            }
            for event in decision.events
        ),
        result=dict(decision.result),
    )


def _repeated(order: Order, known: KnownCommand, seen: "_Seen") -> Outcome:
    if known.fingerprint == order.fingerprint and known.actor == order.actor.id:
        return seen.done(known.answer)
    return seen.refused(Refused("duplicate_key", "command_id"))


class _Seen:
    """The stream folded once, with control data of everything after what the workflow absorbed."""

    def __init__(self, asked: Asked, loaded: Loaded) -> None:
        events = loaded.events.get(asked.stream, ())
        self.offset = loaded.offset.total_seconds()
        self.deltas: list[Delta] = []
        self.state: StreamState = fold(blank(asked.stream), events[: asked.seen])
        if asked.seen:
            self.absorb(events[asked.seen :])
        elif events:
            # a workflow that knows nothing needs no steps: one delta holds what runs now
            before, self.state = self.state, fold(self.state, events)
            self.deltas.append(delta(before, self.state, ""))

    def absorb(self, events: Iterable[Event]) -> None:
        for event in events:
            before, self.state = self.state, evolve(self.state, event)
            self.deltas.append(delta(before, self.state, event.type))

    def done(self, answer: Answer | None, nudges: tuple[str, ...] = ()) -> Outcome:
        return Outcome(
            kind="done", answer=answer, version=self.state.version, deltas=tuple(self.deltas),
            nudges=nudges, offset=self.offset,
        )  # fmt: skip

    def refused(self, refusal: Refused) -> Outcome:
        return Outcome(
            kind="refused", code=refusal.code, names=refusal.names, why=refusal.why,
            version=self.state.version, deltas=tuple(self.deltas), offset=self.offset,
        )  # fmt: skip


def system_command_id(stream: str, *parts: str) -> UUID:
    """The id of what the system does: the same however often it is tried."""
    return uuid5(UUID("6f2d6c1e-6a43-5d07-8e0e-4a0b4d0c9a11"), "|".join((stream, *parts)))
