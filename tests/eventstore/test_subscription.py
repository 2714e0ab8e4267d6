import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from homeward.eventstore import subscription as module
from homeward.eventstore.ledger import sequence
from homeward.eventstore.pool import Connection, Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.subscription import Sequenced, Subscription, tail
from tests.eventstore.test_ledger import running, until, write
from workers.sequencer import sequence_forever

COUNTED = "create table seen (position bigint primary key, stream_id text, version int)"
COUNT = "insert into seen select * from unnest($1::bigint[], $2::text[], $3::int[])"


async def count(connection: Connection, batch: Sequence[Sequenced]) -> None:
    await connection.execute(
        COUNT,
        [each.position for each in batch],
        [each.event.stream for each in batch],
        [each.event.version for each in batch],
    )


async def assert_each_once(pool: Pool) -> None:
    seen = await pool.fetch("select * from seen order by position")
    ledger = await pool.fetch(
        "select position, stream_id, version from es.ledger order by position"
    )
    assert [tuple(row) for row in seen] == [tuple(row) for row in ledger]
    assert len(seen) > 0


async def test_every_event_is_handed_over_once_and_in_order(
    store: PostgresEventStore, pool: Pool
) -> None:
    await pool.execute(COUNTED)
    await write(store, 5, 5)
    await sequence(pool)
    subscription = Subscription(pool, "counting", limit=7)
    while await subscription.once(count):
        pass
    await write(store, 1, 1)
    await sequence(pool)
    assert await Subscription(pool, "counting").once(count) == 2
    await assert_each_once(pool)


async def test_what_a_failing_handler_wrote_is_not_kept_and_the_batch_comes_again(
    store: PostgresEventStore, pool: Pool
) -> None:
    await pool.execute(COUNTED)
    await write(store, 2, 2)
    await sequence(pool)
    subscription = Subscription(pool, "counting")

    async def fails(connection: Connection, batch: Sequence[Sequenced]) -> None:
        await count(connection, batch)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await subscription.once(fails)
    assert await pool.fetchval("select count(*) from seen") == 0
    assert await subscription.once(count) == 8
    await assert_each_once(pool)


async def test_two_of_one_name_share_the_work_and_double_nothing(
    store: PostgresEventStore, pool: Pool
) -> None:
    await pool.execute(COUNTED)
    one, other = (Subscription(pool, "counting", limit=5) for _ in range(2))
    async with running(one.run(count), other.run(count), sequence_forever(pool)):
        await asyncio.gather(*(write(store, 4, 4) for _ in range(3)))
        await until(pool, "select count(*) = 96 from seen")
    await assert_each_once(pool)


async def test_a_lost_notification_and_a_lost_connection_are_made_up_for(
    store: PostgresEventStore, pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    await pool.execute(COUNTED)
    async with running(Subscription(pool, "counting").run(count)):
        await write(store, 1, 1)
        await sequence(pool)
        killer = await asyncpg.connect(database_url)
        await killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        while True:
            try:
                await write(store, 1, 1)
                await sequence(pool)
                break
            except Exception:
                await asyncio.sleep(0.05)
        await until(pool, "select (select count(*) from seen) = (select count(*) from es.ledger)")
        await killer.close()
    await assert_each_once(pool)


async def test_a_live_feed_begins_where_it_is_told_and_is_woken(
    store: PostgresEventStore, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    await write(store, 1, 2)
    await sequence(pool)
    feed = tail(pool, 3)
    async with asyncio.timeout(30):
        assert [each.position for each in await anext(feed)] == [3]
        following = asyncio.ensure_future(anext(feed))
        await asyncio.sleep(0.2)
        await write(store, 1, 1)
        await sequence(pool)
        assert [each.position for each in await following] == [4, 5]
    await feed.aclose()  # type: ignore[attr-defined]
