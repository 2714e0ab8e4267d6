"""A projection that is fed from the ledger, from its beginning again, beside the live one.

It is filled by what handles the live one's batches, told to write to other tables. The position it
has reached is committed with each batch, so it goes on where it was broken off. In the transaction
in which the tables change places the live subscriber waits, and its position becomes ours.
"""

from collections.abc import Sequence
from typing import Protocol

from homeward.eventstore import shadow
from homeward.eventstore.pool import Connection, Pool, reaching
from homeward.eventstore.rebuild import FAR_IN_LEDGER, Progress, alone, how_far, take_place
from homeward.eventstore.subscription import ADVANCE, BATCH, KNOWN, Sequenced, read

TURN = "select position from es.subscription where name = $1 for update"
POSITION = "select position from es_next.run"
REACHED = "update es_next.run set position = $1"


class Follower(Protocol):
    """A projection by its subscription's name."""

    @property
    def name(self) -> str: ...

    @property
    def tables(self) -> tuple[str, ...]: ...

    @property
    def release(self) -> str:
        """Of the code that makes its rows."""
        ...

    async def fill(
        self, connection: Connection, batch: Sequence[Sequenced], schema: str
    ) -> None: ...

    async def settle(self, connection: Connection, schema: str) -> None:
        """What live rows have lost otherwise than by events; nothing more is lost meanwhile."""
        ...


async def replay(
    pool: Pool, follower: Follower, tell: Progress = lambda _, __: None, limit: int = BATCH
) -> int:
    """How many events were told. Raises `rebuild.Busy`, Unavailable, and what `fill` raises."""
    with reaching():
        async with alone(pool) as connection:
            run = shadow.Run(follower.tables, follower.release)
            await shadow.begin(connection, run)
            await shadow.index(connection, run)
            while await _batch(connection, follower, limit):
                tell(*await how_far(connection, FAR_IN_LEDGER))
            await connection.execute(KNOWN, follower.name)

            async def last() -> None:
                await connection.fetchval(TURN, follower.name)
                while await _batch(connection, follower, limit):
                    pass
                await follower.settle(connection, "es_next")
                position = await connection.fetchval(POSITION)
                await connection.execute(ADVANCE, follower.name, position)

            await take_place(connection, follower.tables, last)
            told = int(
                await connection.fetchval(
                    "select position from es.subscription where name = $1", follower.name
                )
            )
            await shadow.clear(connection)
    tell(told, told)
    return told


async def _batch(connection: Connection, follower: Follower, limit: int) -> int:
    async with connection.transaction():
        batch = await read(connection, await connection.fetchval(POSITION), limit)
        if batch:
            await follower.fill(connection, batch, "es_next")
            await connection.execute(REACHED, batch[-1].position + 1)
        return len(batch)
