"""Commits as `carry_out` makes them, from a few facts."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from homeward.domain.actors import Actor, person
from homeward.domain.commands import Order
from homeward.domain.facts import Deadline, Event, Fact, Level, NoteAdded
from homeward.domain.kinds import blank
from homeward.domain.sealed import Sealed
from homeward.domain.streams import StreamState, evolve
from homeward.ports import Answer, Commit

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
SOKHA = person("sokha", ["officer", "supervisor"])


def tell(
    state: StreamState,
    *facts: Fact,
    on: list[tuple[StreamState, Fact]] | None = None,
    command_id: UUID | None = None,
    fingerprint: str = "as it was first told",
    actor: Actor = SOKHA,
    now: datetime = NOON,
    after: StreamState | None = None,
) -> Commit:
    """The commit of one command, as `carry_out` makes it: facts of its own stream, and `on` others."""
    pairs = [(state, fact) for fact in facts] + (on or [])
    before = {each.id: each for each, _ in pairs}
    reached = dict(before)
    order = Order(
        name="add_note", stream=state.id, command_id=command_id or uuid4(), actor=actor,
        fields={}, fingerprint=fingerprint,
    )  # fmt: skip
    events: list[Event] = []
    for each, fact in pairs:
        event = Event(
            id=uuid4(), stream=each.id, version=reached[each.id].version + 1, fact=fact,
            by=actor.id, roles=tuple(sorted(actor.roles)), command=order.name,
            command_id=order.command_id, cause=events[0].id if events else None,
            occurred_at=now - timedelta(hours=1), recorded_at=now,
        )  # fmt: skip
        reached[each.id] = evolve(reached[each.id], event)
        events.append(event)
    if after is not None:
        reached[after.id] = after
    line = ({"id": str(events[0].id), "type": events[0].type},) if events else ()
    answer = Answer(
        state.id, reached[state.id].version if events else 0, line, {"stream": state.id}
    )
    return Commit(order, tuple(events), before, reached, answer)


def note(box: str = "0011", **more: Any) -> NoteAdded:
    return NoteAdded(text=Sealed("VIC-2026-000001", "account", "text", "k1", box), **more)


def armed(name: str, *due: datetime, tells: str = "supervisor", **more: Any) -> Deadline:
    return Deadline(name, tuple(Level(each, tells) for each in due), **more)


def new(prefix: str = "INC") -> StreamState:
    """A stream that nobody has opened yet."""
    return blank(f"{prefix}-2026-{secrets.randbelow(1_000_000):06}")
