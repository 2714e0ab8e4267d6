import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from homeward.eventstore import statements
from homeward.eventstore.ledger import LedgerBroken, Tree, hashes, sequence, tree
from homeward.eventstore.merkle import Frontier, consistency, consistent, includes, inclusion
from homeward.eventstore.pool import SESSION, Pool, connect
from homeward.eventstore.postgres import PostgresEventStore, _arguments
from tests.eventstore.telling import new, note, tell
from workers.sequencer import sequence_forever

DYING = Path(__file__).with_name("dying_sequencer.py")


async def write(store: PostgresEventStore, streams: int, notes: int) -> None:
    """Several events a stream, two a command."""
    for _ in range(streams):
        state = new()
        for _ in range(notes):
            commit = tell(state, note(), note())
            await store.append(commit)
            state = commit.after[state.id]


async def drain(pool: Pool, limit: int = 1000) -> None:
    while await sequence(pool, limit):
        pass


async def assert_whole(pool: Pool) -> None:
    """Every event has one position, dense, in order within its stream, and the tree is of them."""
    assert await pool.fetchval("select count(*) from es.pending") == 0
    rows = await pool.fetch("select * from es.ledger order by position")
    assert [row["position"] for row in rows] == list(range(len(rows)))
    assert len(rows) == await pool.fetchval("select count(*) from es.event")
    reached: dict[str, int] = {}
    frontier = Frontier()
    events = {
        (row[0], row[1]): sha256(b"\x00" + row[2]).digest()
        for row in await pool.fetch("select stream_id, version, hash from es.event")
    }
    for row in rows:
        stream, version = row["stream_id"], row["version"]
        assert version == reached.get(stream, 0) + 1
        reached[stream] = version
        assert row["leaf"] == events.pop((stream, version))
        frontier.add(row["leaf"])
    assert await tree(pool) == Tree(len(rows), frontier.root())
    assert events == {}


@asynccontextmanager
async def running(*coroutines: object) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(each) for each in coroutines]  # type: ignore[call-overload]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until_sequenced(pool: Pool) -> None:
    await until(pool, "select not exists (select from es.pending)")


async def until(pool: Pool, holds: str) -> None:
    """Until a query answers true."""
    async with asyncio.timeout(30):
        while not await pool.fetchval(holds):  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


async def test_positions_are_dense_and_in_each_streams_order(
    store: PostgresEventStore, pool: Pool
) -> None:
    await write(store, 20, 15)
    await drain(pool, limit=7)
    await write(store, 3, 2)
    await drain(pool)
    await assert_whole(pool)


async def test_writers_and_two_sequencers_at_once_leave_nothing_out_and_nothing_twice(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    other = await connect(database_url, max_size=2)
    async with running(sequence_forever(pool), sequence_forever(other)):
        await asyncio.gather(*(write(store, 5, 5) for _ in range(6)))
        await until_sequenced(pool)
    await other.close()
    await assert_whole(pool)


async def test_an_event_that_commits_late_is_neither_skipped_nor_waited_for(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    late = await asyncpg.connect(database_url, server_settings=SESSION)
    held = late.transaction()
    await held.start()
    commit = tell(new(), note())
    await late.fetchrow(statements.APPEND, *_arguments(commit))
    async with running(sequence_forever(pool)):
        await write(store, 4, 4)
        await until_sequenced(pool)
        before = (await tree(pool)).size
        assert before == await pool.fetchval("select count(*) from es.event")
        await held.commit()
        await until_sequenced(pool)
    place = await pool.fetchval(
        "select position from es.ledger where stream_id = $1", commit.order.stream
    )
    assert place == before
    await late.close()
    await assert_whole(pool)


async def test_a_sequencer_killed_in_mid_batch_loses_and_doubles_nothing(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    await write(store, 3, 5)
    await drain(pool, limit=20)
    await write(store, 3, 5)
    for moment in ("turn taken", "queue read", "not committed"):
        process = await asyncio.create_subprocess_exec(
            sys.executable, str(DYING), database_url, moment
        )
        assert await process.wait() == -9
    async with running(sequence_forever(pool)):
        await until_sequenced(pool)
    await assert_whole(pool)


async def test_a_held_turn_is_waited_for_without_being_in_the_way(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    holder = await asyncpg.connect(database_url)
    async with holder.transaction():
        await holder.execute("select from es.sequencer for update")
        await write(store, 1, 1)
        assert await sequence(pool) == 0
    await holder.close()
    assert await sequence(pool) == 2


async def test_proofs_come_from_what_is_stored(store: PostgresEventStore, pool: Pool) -> None:
    await write(store, 30, 10)
    await drain(pool, limit=100)
    now = await tree(pool)
    assert now.size == 600
    assert await pool.fetchval("select count(*) from es.node") == 2
    for position in (0, 255, 256, 511, 512, 599):
        leaf = await pool.fetchval("select leaf from es.ledger where position = $1", position)
        path = await hashes(pool, inclusion(position, now.size))
        assert includes(now.root, now.size, position, leaf, path)
    for old in (1, 255, 256, 300, 512, 599):
        (root,) = await hashes(pool, [(0, old)])
        assert consistent(old, root, now.size, now.root, await hashes(pool, consistency(old, 600)))


async def test_a_missing_leaf_is_named(store: PostgresEventStore, pool: Pool) -> None:
    await write(store, 1, 2)
    await drain(pool)
    with pytest.raises(LedgerBroken, match="hash 4 of level 0 is missing"):
        await hashes(pool, [(0, 8)])


async def test_events_from_before_the_ledger_are_given_positions_too(
    store: PostgresEventStore, pool: Pool
) -> None:
    """What the migration queues: everything, in the order of writing."""
    await write(store, 3, 3)
    await pool.execute("delete from es.pending")
    await pool.execute("insert into es.pending select ins, stream_id, version, hash from es.event")
    await drain(pool)
    await assert_whole(pool)
