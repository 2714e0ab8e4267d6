"""Projections from the events again, beside the live ones, while commands go on.

Shadow tables in `es_next` are filled stream by stream, a batch a transaction, so it may be broken
off at any point and goes on there. Then their indexes are made; what was appended meanwhile is
caught up with, by comparing versions; and in one short transaction, in which appends wait, the rest
is caught up and the tables change places. The rows are made by what makes those of each append.
"""

from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import asyncpg
import msgspec

import homeward.domain
from homeward.domain.kinds import blank
from homeward.domain.streams import fold
from homeward.eventstore import privileges, projection, shadow
from homeward.eventstore.pool import Connection, Pool, reaching
from homeward.eventstore.postgres import event_of
from homeward.eventstore.rights import ES
from homeward.eventstore.roles import OWNER
from homeward.eventstore.statements import EVENT

PROJECTIONS: dict[str, tuple[str, ...]] = {
    "deadlines": ("deadline", "late"),
    "calls": ("owed_call",),
    "tasks": ("task",),
    "handoffs": ("handoff",),
    "summaries": ("summary",),
}
"""What is written in each append's transaction: name -> its tables."""
BATCH = 200
FEW = 100
"""So many streams may be left to the transaction in which appends wait."""
ROUNDS = 100
"""So often is what was appended meanwhile looked for before appends have to wait."""
ATTEMPTS = 10

LOCKS = "set local lock_timeout = '3s'"
TURN = "select pg_try_advisory_lock(hashtext('homeward projection rebuild'))"
NEXT = """
select stream_id, version from es.stream
 where version > 0 and stream_id > (select coalesce(max(stream_id), '') from es_next.built)
 order by stream_id limit $1
"""
BEHIND = """
select s.stream_id, s.version from es.stream s left join es_next.built b using (stream_id)
 where s.version > 0 and b.version is distinct from s.version limit $1
"""
EVENTS = f"""
select {EVENT} from es.event where stream_id = any ($1) order by stream_id, version
"""  # noqa: S608 - EVENT is a constant
BUILT = """
insert into es_next.built select * from unnest($1::text[], $2::int[])
on conflict (stream_id) do update set version = excluded.version
"""
HOW_FAR = "select (select count(*) from es_next.built), (select count(*) from es.stream)"
FAR_IN_LEDGER = "select r.position, s.size from es_next.run r, es.sequencer s"

Progress = Callable[[int, int], None]
"""Streams that are built, streams there are."""


class Busy(Exception):  # noqa: N818
    """Another rebuild is under way."""

    def __init__(self) -> None:
        super().__init__("another rebuild is under way")


class Standing(msgspec.Struct, frozen=True):
    """A projection as it stands; `rebuilding`: streams (or events) that are done, and in all."""

    name: str
    tables: tuple[str, ...]
    rows: int
    rebuilding: tuple[int, int] | None = None


def release(*modules: str) -> str:
    """Of the code that makes the rows: what another release has begun is begun anew."""
    domain = Path(homeward.domain.__path__[0])
    written = [*sorted(domain.rglob("*.py")), Path(projection.__file__), *map(Path, modules)]
    return sha256(b"".join(file.read_bytes() for file in written)).hexdigest()


async def standing(
    pool: Pool, others: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> list[Standing]:
    """Of every projection, and of `others`, which are fed from the ledger."""
    with reaching():
        async with pool.acquire() as connection:
            begun = await shadow.begun(connection)
            found = []
            for name, tables in {**PROJECTIONS, **others}.items():
                rows = 0
                for table in tables:
                    rows += await connection.fetchval(f"select count(*) from es.{table}")  # noqa: S608
                here = begun is not None and set(tables) <= set(begun.tables)
                far = FAR_IN_LEDGER if name in others else HOW_FAR
                found.append(
                    Standing(name, tables, rows, await how_far(connection, far) if here else None)
                )
            return found


async def rebuild(
    pool: Pool, names: Iterable[str], tell: Progress = lambda _, __: None, batch: int = BATCH
) -> int:
    """How many streams were built. Raises `Busy`, Unavailable, and asyncpg's refusals.

    Broken off, the next call for the same projections goes on; a call for others starts anew.
    """
    tables = sorted({table for name in names for table in PROJECTIONS[name]})
    with reaching():
        async with alone(pool) as connection:
            run = shadow.Run(tuple(tables), release())
            await shadow.begin(connection, run)
            while waiting := await connection.fetch(NEXT, batch):
                await _build(connection, tables, waiting, anew=False)
                tell(*await how_far(connection))
            await shadow.index(connection, run)
            for _ in range(ROUNDS):
                waiting = await connection.fetch(BEHIND, batch + FEW)
                if len(waiting) <= FEW:
                    break
                await _build(connection, tables, waiting)

            async def last() -> None:
                await connection.execute("lock table es.stream in exclusive mode")
                while waiting := await connection.fetch(BEHIND, batch):
                    await _build(connection, tables, waiting)

            await take_place(connection, tables, last)
            built = int(await connection.fetchval("select count(*) from es_next.built"))
            await shadow.clear(connection)
    tell(built, built)
    return built


async def how_far(connection: Connection, asked: str = HOW_FAR) -> tuple[int, int]:
    row = await connection.fetchrow(asked)
    assert row is not None
    return row[0], row[1]


@asynccontextmanager
async def alone(pool: Pool) -> AsyncIterator[Connection]:
    """As the owner, and the only one at it. The connection ends with it."""
    connection = await pool.acquire()
    try:
        if not await connection.fetchval(TURN):
            raise Busy
        await connection.execute(shadow.SCHEMA)
        await connection.execute(f"set role {OWNER}")
        yield connection
    finally:
        connection.terminate()
        await pool.release(connection)


async def take_place(
    connection: Connection, tables: Sequence[str], last: Callable[[], Awaitable[None]]
) -> None:
    """In one transaction `last` holds off writers and catches up, and the tables change places.

    Where it would wait too long for readers, it steps back and tries again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with connection.transaction():
                await connection.execute(LOCKS)
                await last()
                for table in tables:
                    await connection.execute(
                        privileges.guard(f"es_next.{table}")
                        + privileges.grants(f"es_next.{table}", ES.rights(table))
                        + shadow.exchange(table)
                    )
                await connection.execute("delete from es_next.run")
                return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if attempt == ATTEMPTS:
                raise
            await sleep(0.2 * attempt)


async def _build(
    connection: Connection,
    tables: Sequence[str],
    streams: Sequence[asyncpg.Record],
    *,
    anew: bool = True,
) -> None:
    """The rows of these streams, and that they are built, in one transaction."""
    names = [row["stream_id"] for row in streams]
    async with connection.transaction():
        events: dict[str, list[object]] = {}
        for row in await connection.fetch(EVENTS, names):
            events.setdefault(row["stream_id"], []).append(row)
        made = shadow.Rows(tables)
        versions = []
        for name in names:
            told = [event_of(*row) for row in events[name]]  # type: ignore[misc]
            state = fold(blank(name), told)
            made.add(projection.rows(None, state, told[-1].recorded_at), told)
            versions.append(state.version)
        for table in tables:
            if anew:
                gone = f"delete from es_next.{table} where stream_id = any ($1)"  # noqa: S608
                await connection.execute(gone, names)
            await made.copy(connection, table)
        await connection.execute(BUILT, names, versions)
