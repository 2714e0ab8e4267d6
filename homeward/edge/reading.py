"""Reads: may the actor know, what of it, recorded first, only then opened."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from homeward.domain.access import as_mission, forbidden_to_read, may_read
from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import KINDS, StreamState, fold
from homeward.ports import EventStore
from homeward.readmodel.casefile import view
from homeward.readmodel.sections import sections_for
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

        Who may know, and what of it, is always decided by what is known now.
        """
        events, today, now = await self._known(kind, stream, actor, as_known_at)
        readable = sections_for(today, actor, now)
        if as_known_at is None:
            seen = view(today, actor, now, readable)
        else:
            then = fold(blank(stream), events)
            seen = view(then, actor, min(as_known_at, now), readable, past=True)
        await self.log.record(actor, "read", stream, seen.keys(), self.host_clock())
        opened: dict[str, Any] = await self.keyring.open(seen)
        return opened

    async def timeline(
        self,
        kind: str,
        stream: str,
        actor: Actor,
        *,
        after: int = 0,
        limit: int = 100,
        as_known_at: datetime | None = None,
    ) -> dict[str, Any]:
        """What happened, oldest first, without what the actor may not read.

        `after`: the number of the last step that the reader has; `next` asks for the next page.
        """
        events, today, now = await self._known(kind, stream, actor, as_known_at)
        shown = entries(today, events, actor, now)[after:]
        page = shown[:limit]
        await self.log.record(actor, "timeline", stream, ("timeline",), self.host_clock())
        return {
            "events": await self.keyring.open(page),
            "next": page[-1]["number"] if len(shown) > limit else None,
        }

    async def must_be_known(self, kind: str, stream: str, actor: Actor) -> None:
        """Raises Refused(forbidden | not_found) where the actor may not know of the stream."""
        await self._known(kind, stream, actor)

    async def _known(
        self, kind: str, stream: str, actor: Actor, as_known_at: datetime | None = None
    ) -> tuple[tuple[Event, ...], StreamState, datetime]:
        """The events recorded until then, the stream as it stands now, and now."""
        await self.keyring.ready()
        if forbidden_to_read(kind, actor):
            raise Refused("forbidden")
        if as_known_at is not None and as_mission(kind, actor):
            # A mission's past would be what its access has ended for.
            raise Refused("forbidden")
        if KINDS.get(stream[:3]) != kind:
            raise Refused("not_found")
        loaded = await self.store.load((stream,))
        events = tuple(loaded.events.get(stream, ()))
        now = self.host_clock() + loaded.offset
        today = fold(blank(stream), events)
        if not events or not may_read(today, actor, now):
            raise Refused("not_found")
        if as_known_at is not None:
            events = tuple(event for event in events if event.recorded_at <= as_known_at)
            if not events:
                raise Refused("not_found")
        return events, today, now
