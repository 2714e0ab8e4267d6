"""Reading everything in the ledger's order, each event once, from where one stopped.

    subscription = Subscription(pool, "search")
    await subscription.run(handle)     # handle(connection, [Sequenced, ...])

What `handle` writes on the connection it is given and the position after it are committed together,
so every event takes effect exactly once, however often the process dies or is started twice. For
readers that keep no position (a live feed), `tail` gives batches from a position on.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import asyncpg
import msgspec

from homeward.domain.facts import Event
from homeward.eventstore.ledger import CHANNEL
from homeward.eventstore.pool import Connection, Pool, reaching
from homeward.eventstore.postgres import event_of
from homeward.eventstore.statements import EVENT
from homeward.ports import Unavailable

BATCH = 500
PATIENCE = 1.0
"""Seconds after which one looks without having been woken: notifications can be lost."""

SEQUENCED = f"""
select l.position, {EVENT} from es.ledger l join es.event e using (stream_id, version)
 where l.position >= $1 order by l.position limit $2
"""  # noqa: S608 - EVENT is a constant
KNOWN = "insert into es.subscription (name) values ($1) on conflict do nothing"
TURN = "select position from es.subscription where name = $1 for update skip locked"
ADVANCE = "update es.subscription set position = $2 where name = $1"


class Sequenced(msgspec.Struct, frozen=True):
    """An event with its place in the order over all streams."""

    position: int
    event: Event


Handle = Callable[[Connection, Sequence[Sequenced]], Awaitable[None]]


async def read(connection: Connection | Pool, position: int, limit: int = BATCH) -> list[Sequenced]:
    """From `position` on, in order, without a gap."""
    found = await connection.fetch(SEQUENCED, position, limit)
    return [Sequenced(row[0], event_of(*row[1:])) for row in found]


class Wake:
    """Waits for news of the ledger: a notification, or PATIENCE; never longer, whatever is lost."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._news = asyncio.Event()
        self._listening: asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if (connection := self._listening) is not None:
            self._listening = None
            connection.remove_termination_listener(self._lost)
            with suppress(Unavailable), reaching():
                await connection.remove_listener(CHANNEL, self._told)
            await self._pool.release(connection)

    async def wait(self) -> None:
        with suppress(Unavailable):
            await self._listen()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._news.wait()
        self._news.clear()

    async def _listen(self) -> None:
        if self._listening is not None:
            return
        with reaching():
            connection = await self._pool.acquire()
            try:
                await connection.add_listener(CHANNEL, self._told)
                connection.add_termination_listener(self._lost)
            except BaseException:
                await self._pool.release(connection)
                raise
        self._listening = connection
        self._news.set()  # something may have come while nobody listened

    def _lost(self, *_: object) -> None:
        """The pool has taken the connection back already."""
        self._listening = None
        self._news.set()

    def _told(self, *_: object) -> None:
        self._news.set()


async def tail(pool: Pool, position: int, limit: int = BATCH) -> AsyncIterator[list[Sequenced]]:
    """Batches from `position` on, for ever; keeps no position. PostgreSQL away is waited out."""
    async with Wake(pool) as wake:
        while True:
            batch: list[Sequenced] = []
            with suppress(Unavailable), reaching():
                batch = await read(pool, position, limit)
            if batch:
                position = batch[-1].position + 1
                yield batch
            if len(batch) < limit:
                await wake.wait()


class Subscription:
    """One subscriber's place in the ledger, by its name."""

    def __init__(self, pool: Pool, name: str, limit: int = BATCH) -> None:
        self.name = name
        self._pool = pool
        self._limit = limit

    async def once(self, handle: Handle) -> int:
        """Hands over the next batch; how many events it had, 0 too while a twin is at it.

        Raises Unavailable, and whatever `handle` raises: then nothing of the batch is kept.
        """
        with reaching():
            await self._pool.execute(KNOWN, self.name)
            async with self._pool.acquire() as connection, connection.transaction():
                position = await connection.fetchval(TURN, self.name)
                if position is None:
                    return 0
                batch = await read(connection, position, self._limit)
                if batch:
                    await handle(connection, batch)
                    await connection.execute(ADVANCE, self.name, batch[-1].position + 1)
                return len(batch)

    async def run(self, handle: Handle) -> None:
        """For ever. PostgreSQL away is waited out; what `handle` raises ends it."""
        async with Wake(self._pool) as wake:
            while True:
                handled = 0
                with suppress(Unavailable):
                    handled = await self.once(handle)
                if handled < self._limit:
                    await wake.wait()
