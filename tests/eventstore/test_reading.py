from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Unavailable
from homeward.settings import settings
from tests.eventstore.telling import new, note, tell


async def test_streams_the_clock_the_epoch_and_the_command_come_together(
    store: PostgresEventStore,
) -> None:
    one, two = new("INC"), new("CRT")
    commit = tell(one, note(), note("22"), on=[(two, note())])
    await store.append(commit)
    await store.set_offset(3600.5)
    await store.raise_epoch()
    loaded = await store.load([one.id, two.id, "VIC-2026-999999"], commit.order.command_id)

    assert loaded.events == {
        one.id: tuple(e for e in commit.events if e.stream == one.id),
        two.id: tuple(e for e in commit.events if e.stream == two.id),
    }
    assert loaded.offset == timedelta(seconds=3600.5) == await store.offset()
    assert loaded.epoch == 2 == await store.epoch()
    assert loaded.known is not None
    assert loaded.known.answer == commit.answer
    assert (await store.load([])).known is None
    assert (await store.load(["VIC-2026-999999"])).events == {}


async def test_a_stream_is_read_as_it_stood_at_a_version_or_a_moment(
    store: PostgresEventStore,
) -> None:
    blank = new()
    first = tell(blank, note("1"), note("2"))
    await store.append(first)
    at = first.events[0].recorded_at
    second = tell(first.after[blank.id], note("3"), now=at + timedelta(days=1))
    await store.append(second)
    whole = [*first.events, *second.events]

    assert await store.read(blank.id) == whole
    assert await store.read(blank.id, after=1, limit=1) == whole[1:2]
    assert await store.as_of(blank.id, 1) == whole[:1]
    assert await store.as_of(blank.id, at) == whole[:2]
    assert await store.as_of(blank.id, at - timedelta(seconds=1)) == []


async def test_in_production_the_clock_is_not_moved(
    store: PostgresEventStore,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:
    monkeypatch.setenv("HOMEWARD_ENVIRONMENT", "production")
    read_settings_again()
    with pytest.raises(PermissionError):
        await store.set_offset(60)
    assert await store.offset() == timedelta(0)
    assert settings().environment == "production"


async def test_production_refuses_a_server_that_may_lose_what_it_acknowledged(
    database_url: str,
    pool: Pool,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:
    name = await pool.fetchval("select current_database()")
    await pool.execute(f'alter database "{name}" set synchronous_commit = off')
    await (await connect(database_url)).close()
    monkeypatch.setenv("HOMEWARD_ENVIRONMENT", "production")
    read_settings_again()
    with pytest.raises(RuntimeError, match="synchronous_commit"):
        await connect(database_url)


async def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="postgresql"):
        await connect(f"postgresql://homeward@/none?host={tmp_path}")


async def test_a_pool_that_is_closed_is_away(store: PostgresEventStore, pool: Pool) -> None:
    await pool.close()
    with pytest.raises(Unavailable):
        await store.load([])


async def test_a_database_that_takes_no_writes_is_away(
    store: PostgresEventStore, pool: Pool
) -> None:
    name = await pool.fetchval("select current_database()")
    await pool.execute(f'alter database "{name}" set default_transaction_read_only = on')
    await pool.expire_connections()
    with pytest.raises(Unavailable):
        await store.append(tell(new(), note()))
