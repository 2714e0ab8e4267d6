"""Reads: may the actor know, what of it, recorded first, only then opened."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from homeward.domain.access import forbidden_to_read, may_read
from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import KINDS, fold
from homeward.ports import EventStore
from homeward.readmodel.casefile import view
from homeward.readmodel.timeline import entries
from homeward.sealing.keyring import Keyring


class ReadLog(Protocol):
    """Where reads of people are kept: committed before the reader gets an answer."""

    async def record(
        self, actor: Actor, what: str, stream: str, sections: Iterable[str], at: datetime
    ) -> None: ...


class Reading:
    """Answers reads of one stream; raises Refused(forbidden | not_found) and Unavailable."""

    def __init__(
        self,
        store: EventStore,
        keyring: Keyring,
        log: ReadLog,
        host_clock: Callable[[], datetime],
    ) -> None:
        self.store = store
        self.keyring = keyring
        self.log = log
        self.host_clock = host_clock

    async def read(
        self, kind: str, stream: str, actor: Actor, *, as_known_at: datetime | None = None
    ) -> dict[str, Any]:
        """The stream as this actor may see it; `as_known_at`: as the record stood then.

        Who may know is always decided by what is known now.
        """
        events, now = await self._known(kind, stream, actor)
        if as_known_at is not None:
            events = tuple(event for event in events if event.recorded_at <= as_known_at)
            if not events:
                raise Refused("not_found")
            now = as_known_at
        seen = view(fold(blank(stream), events), actor, now, events)
        await self.log.record(actor, "read", stream, seen.keys(), self.host_clock())
        opened: dict[str, Any] = await self.keyring.open(seen)
        return opened

    async def timeline(
        self, kind: str, stream: str, actor: Actor, *, after: int = 0, limit: int = 100
    ) -> dict[str, Any]:
        """What happened, oldest first, without what the actor may not read."""
        events, now = await self._known(kind, stream, actor)
        state = fold(blank(stream), events)
        shown = [e for e in entries(state, events, actor, now) if e["version"] > after]
        page = shown[:limit]
        await self.log.record(actor, "timeline", stream, ("timeline",), self.host_clock())
        return {
            "events": await self.keyring.open(page),
            "next": page[-1]["version"] if len(shown) > limit else None,
        }

    async def must_be_known(self, kind: str, stream: str, actor: Actor) -> None:
        """Raises Refused(forbidden | not_found) where the actor may not know of the stream."""
        await self._known(kind, stream, actor)

    async def _known(
        self, kind: str, stream: str, actor: Actor
    ) -> tuple[tuple[Event, ...], datetime]:
        await self.keyring.ready()
        if forbidden_to_read(kind, actor):
            raise Refused("forbidden")
        if KINDS.get(stream[:3]) != kind:
            raise Refused("not_found")
        loaded = await self.store.load((stream,))
        events = tuple(loaded.events.get(stream, ()))
        now = self.host_clock() + loaded.offset
        if not events or not may_read(fold(blank(stream), events), actor, now):
            raise Refused("not_found")
        return events, now
