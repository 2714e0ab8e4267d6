"""The event store on PostgreSQL: what `ports.EventStore` asks for, and what keeps the clock."""

import secrets
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from homeward.domain.facts import Event
from homeward.domain.streams import PREFIX, kind_of
from homeward.eventstore import codec, statements
from homeward.eventstore.pool import Pool, reaching
from homeward.eventstore.projection import rows
from homeward.ports import Commit, Committed, Due, KnownCommand, Loaded
from homeward.settings import settings

LAST_VERSION = 2**31 - 1
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
NO_COMMAND = UUID(int=0)
_json = msgspec.json.Encoder().encode


class OwedCall(msgspec.Struct, frozen=True):
    """A question to a partner that is not answered yet."""

    call: UUID
    stream: str
    service: str
    operation: str
    since: datetime
    failed: bool
    refused: bool


class PostgresEventStore:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    # --- ports.EventStore ---

    async def load(self, streams: Sequence[str], command_id: UUID | None = None) -> Loaded:
        with reaching():
            found = await self._pool.fetch(statements.LOAD, list(streams), command_id or NO_COMMAND)
        first = found[0]
        known = None
        if first["answer"] is not None:
            known = _known(first["fingerprint"], first["known_actor"], first["answer"])
        events: dict[str, list[Event]] = {}
        if first["stream_id"] is not None:
            for row in found:
                event = event_of(*row[5:])
                try:
                    events[event.stream].append(event)
                except KeyError:
                    events[event.stream] = [event]
        return Loaded(
            offset=timedelta(seconds=first["offset_seconds"]),
            epoch=first["epoch"],
            events={stream: tuple(of) for stream, of in events.items()},
            known=known,
        )

    async def append(self, commit: Commit) -> Committed:
        if not commit.events:
            return Committed("done")
        with reaching():
            row = await self._pool.fetchrow(statements.APPEND, *_arguments(commit))
        assert row is not None
        status, fingerprint, actor, answer = row
        known = None if answer is None else _known(fingerprint, actor, answer)
        return Committed(status, known)

    async def reserve(
        self, command_id: UUID, fingerprint: str, kinds: Sequence[str], year: int
    ) -> dict[str, str]:
        while True:
            drawn = [f"{PREFIX[kind]}-{year}-{secrets.randbelow(1_000_000):06}" for kind in kinds]
            with reaching():
                found = await self._pool.fetch(
                    statements.RESERVE, command_id, fingerprint, list(kinds), drawn
                )
            reserved = {kind: stream for kind, stream in found if kind in kinds}
            # missing: the digits were taken, or a twin reserved in the same moment
            if len(reserved) == len(set(kinds)):
                return reserved

    async def command(self, command_id: UUID) -> KnownCommand | None:
        with reaching():
            row = await self._pool.fetchrow(statements.COMMAND, command_id)
        return None if row is None else _known(*row)

    async def commands(self, command_ids: Collection[UUID]) -> dict[UUID, KnownCommand]:
        """Of these, those that were ever carried out."""
        with reaching():
            rows = await self._pool.fetch(statements.COMMANDS, list(command_ids))
        return {command_id: _known(*known) for command_id, *known in rows}

    # --- reading ---

    async def read(self, stream: str, after: int = 0, limit: int | None = None) -> list[Event]:
        return await self._read(stream, after, LAST_VERSION, END_OF_TIME, limit)

    async def as_of(self, stream: str, moment: int | datetime) -> list[Event]:
        """The stream up to a version, or as it was recorded at a time."""
        if isinstance(moment, datetime):
            return await self._read(stream, 0, LAST_VERSION, moment, None)
        return await self._read(stream, 0, moment, END_OF_TIME, None)

    async def recorded(self, streams: Sequence[str]) -> list[Event]:
        """Everything in these streams, in the order of recording."""
        with reaching():
            found = await self._pool.fetch(statements.RECORDED, list(streams))
        return [event_of(*row) for row in found]

    async def _read(
        self, stream: str, after: int, version: int, recorded: datetime, limit: int | None
    ) -> list[Event]:
        with reaching():
            found = await self._pool.fetch(statements.READ, stream, after, version, recorded, limit)
        return [event_of(*row) for row in found]

    # --- one clock, one engine ---

    async def offset(self) -> timedelta:
        with reaching():
            return timedelta(seconds=await self._pool.fetchval(statements.OFFSET))

    async def set_offset(self, seconds: float) -> None:
        if settings().environment == "production":
            raise PermissionError("In production the clock is the host's and is not moved.")
        with reaching():
            await self._pool.execute(statements.SET_OFFSET, float(seconds))

    async def epoch(self) -> int:
        with reaching():
            return int(await self._pool.fetchval(statements.EPOCH))

    async def raise_epoch(self) -> int:
        with reaching():
            return int(await self._pool.fetchval(statements.RAISE_EPOCH))

    # --- what is due ---

    async def sweep(self, now: datetime, grace: timedelta, limit: int = 100) -> list[Due]:
        """Streams with something overdue by `grace`; each to one worker, later again."""
        with reaching():
            found = await self._pool.fetch(statements.SWEEP, now, grace, limit)
        return [Due(stream, due) for stream, due in found]

    async def next_due(
        self, streams: Sequence[str] | None = None, until: datetime = END_OF_TIME
    ) -> datetime | None:
        """The earliest deadline not after `until`, of these streams or of all."""
        with reaching():
            found: datetime | None = await self._pool.fetchval(
                statements.NEXT_DUE, _listed(streams), until
            )
        return found

    async def due_now(self, streams: Sequence[str] | None, now: datetime) -> list[str]:
        with reaching():
            found = await self._pool.fetch(statements.DUE_NOW, _listed(streams), now)
        return [row[0] for row in found]

    async def owed(self, streams: Sequence[str] | None = None) -> list[OwedCall]:
        with reaching():
            found = await self._pool.fetch(statements.OWED, _listed(streams))
        return [OwedCall(*row) for row in found]


def _listed(streams: Sequence[str] | None) -> list[str] | None:
    return None if streams is None else list(streams)


def _known(fingerprint: str, actor: str, answer: bytes) -> KnownCommand:
    return KnownCommand(fingerprint, actor, codec.answer_of(answer))


@cache
def _roles(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def event_of(
    id_: UUID, stream: str, version: int, type_: str, schema_v: int, data: bytes, actor: str,
    roles: str, command: str, command_id: UUID, cause: UUID | None,
    occurred_at: datetime, recorded_at: datetime,
) -> Event:  # fmt: skip
    return Event(
        id=id_, stream=stream, version=version, fact=codec.decode(type_, schema_v, data),
        by=actor, roles=_roles(roles), command=command, command_id=command_id, cause=cause,
        occurred_at=occurred_at, recorded_at=recorded_at,
    )  # fmt: skip


def _arguments(commit: Commit) -> tuple[Any, ...]:
    """What `es.append` is told, in its order."""
    order, events = commit.order, commit.events
    first = events[0]
    streams = sorted({event.stream for event in events})
    place = {stream: nth for nth, stream in enumerate(streams, start=1)}
    expected = [commit.before[stream].version for stream in streams]
    changes = [
        _json(rows(commit.before[stream], commit.after[stream], first.recorded_at)).decode()
        for stream in streams
    ]
    return (
        order.command_id, order.name, order.fingerprint, order.actor.id, list(first.roles),
        first.recorded_at, codec.answer_bytes(commit.answer),
        streams, [kind_of(stream) for stream in streams], expected, changes,
        [place[event.stream] for event in events],
        [event.id for event in events],
        [event.type for event in events],
        [type(event.fact).schema for event in events],
        [event.cause for event in events],
        [event.occurred_at for event in events],
        [codec.encode(event.fact) for event in events],
    )  # fmt: skip
