"""Projections built anew beside the live ones end as the same rows, whatever happens meanwhile."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from homeward.dev.scenario.format import find_scenarios, read_story
from homeward.dev.scenario.memory import MemoryEngine
from homeward.dev.scenario.runner import Telling
from homeward.domain.facts import DeadlinePassed
from homeward.domain.streams import StreamState
from homeward.eventstore import rebuild as building
from homeward.eventstore import shadow
from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.rebuild import PROJECTIONS, rebuild, standing
from homeward.eventstore.rights import SCHEMAS
from homeward.ports import Commit, Committed
from tests.eventstore.telling import NOON, SOKHA, armed, new, note, tell
from tests.eventstore.test_rights import (
    test_every_table_hides_its_rows_from_whoever_is_in_no_context as every_table_is_guarded,
)
from tests.eventstore.test_rights import (
    test_nobody_has_more_than_what_is_written as nobody_has_more,
)

STORIES = Path(__file__).parents[1] / "scenarios"
TABLES = tuple(table for tables in PROJECTIONS.values() for table in tables)
DAY = timedelta(days=1)
INDEXES = """
select indexname, indexdef from pg_indexes where schemaname = 'es' and tablename = any ($1)
 union all
select conname, pg_get_constraintdef(oid) from pg_constraint
 where conrelid = any ($1::text[]::regclass[]) and contype <> 'n' order by 1, 2
"""


async def everything(pool: Pool) -> dict[str, list[Any]]:
    return {
        table: sorted(map(repr, await pool.fetch(f"select * from es.{table}"))) for table in TABLES
    }


async def made_of(pool: Pool) -> list[Any]:
    await pool.execute("set search_path = es")
    found = await pool.fetch(INDEXES, list(TABLES))
    await pool.execute("reset search_path")
    options = await pool.fetch(
        "select relname, reloptions from pg_class where relnamespace = 'es'::regnamespace and "
        "relname = any ($1) order by 1",
        list(TABLES),
    )
    return [*map(tuple, found), *map(tuple, options)]


async def write(
    store: PostgresEventStore, prefixes: str = "INC CRT OPS REQ VIC"
) -> list[StreamState]:
    states = []
    for prefix in prefixes.split():
        blank = new(prefix)
        first = tell(blank, note(arms=(armed("patience", NOON + DAY, NOON + 2 * DAY),)))
        await store.append(first)
        passed = DeadlinePassed(name="patience", level=1, tells="supervisor", due=NOON + DAY)
        second = tell(first.after[blank.id], passed)
        await store.append(second)
        states.append(second.after[blank.id])
    return states


async def spoil(pool: Pool) -> None:
    """As code of another release might have left the live rows."""
    await pool.execute("delete from es.summary; update es.deadline set due = due + interval '1 h'")


class Both(MemoryEngine):
    """The memory engine, whose every commit goes to PostgreSQL too."""

    def __init__(self, store: PostgresEventStore) -> None:
        self.kept = store
        super().__init__()

    def _start_afresh(self) -> None:
        super()._start_afresh()
        told = self.store.append

        async def append(commit: Commit) -> Committed:
            assert (await self.kept.append(commit)).status in ("done", "repeat")
            return await told(commit)

        self.store.append = append  # type: ignore[method-assign]


async def test_of_whole_stories_all_projections_are_built_as_the_appends_left_them(
    store: PostgresEventStore, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = itertools.count()
    monkeypatch.setattr("secrets.randbelow", lambda _: next(digits))
    told = [
        path
        for path in find_scenarios([STORIES])
        if path.name[:2] in ("00", "36", "50", "52", "58")
    ]
    told += [path for path in find_scenarios([STORIES]) if "track-" in path.name]
    engine = Both(store)
    for path in told:
        await Telling(read_story(path), engine).tell()
    appended, was = await everything(pool), await made_of(pool)
    for table in ("deadline", "late", "task", "handoff", "summary"):
        assert appended[table], table

    await rebuild(pool, PROJECTIONS)

    assert await everything(pool) == appended
    assert await made_of(pool) == was
    await nobody_has_more(pool, list(SCHEMAS))
    await every_table_is_guarded(pool, list(SCHEMAS))


async def test_spoilt_rows_are_mended_and_only_those_that_were_named(
    store: PostgresEventStore, pool: Pool
) -> None:
    await write(store)
    appended = await everything(pool)
    await spoil(pool)

    assert await rebuild(pool, ["summaries"], batch=2) == 5
    assert (await everything(pool))["summary"] == appended["summary"]
    assert (await everything(pool))["deadline"] != appended["deadline"]
    await rebuild(pool, ["deadlines"], batch=2)
    assert await everything(pool) == appended


async def test_commands_go_on_while_everything_is_built_anew(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    states = [state for _ in range(6) for state in await write(store)]
    done = asyncio.Event()
    taken = 0

    async def go_on() -> None:
        nonlocal taken
        while not done.is_set():
            for nth, state in enumerate(states):
                commit = tell(state, note(arms=(armed("courtesy", NOON + taken * DAY),)))
                assert (await store.append(commit)).status == "done"
                states[nth] = commit.after[state.id]
                taken += 1
            states.extend(await write(store, "INC"))

    commands = asyncio.create_task(go_on())
    builder = await connect(database_url, max_size=1)
    try:
        for _ in range(3):
            await rebuild(builder, PROJECTIONS, batch=3)
        before = taken
        while taken < before + 5:  # noqa: ASYNC110 - on the same connections as before
            await asyncio.sleep(0)
    finally:
        done.set()
        await commands
        builder.terminate()
    live = await everything(pool)
    assert len(live["summary"]) == len(states)
    await spoil(pool)
    await rebuild(pool, PROJECTIONS)
    assert await everything(pool) == live


async def test_what_was_broken_off_goes_on_where_it_stopped(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    for _ in range(4):
        await write(store)
    appended = await everything(pool)
    await spoil(pool)
    spoilt = await everything(pool)

    def broken_off(done: int, _: int) -> None:
        if done >= 9:
            raise KeyboardInterrupt

    builder = await connect(database_url, max_size=1)
    with pytest.raises(KeyboardInterrupt):
        await rebuild(builder, PROJECTIONS, broken_off, batch=3)
    builder.terminate()
    assert await everything(pool) == spoilt
    assert {one.rebuilding for one in await standing(pool)} == {(9, 20)}

    seen: list[int] = []
    assert await rebuild(pool, PROJECTIONS, lambda done, _: seen.append(done), batch=3) == 20
    assert seen[0] == 12
    assert await everything(pool) == appended
    assert {one.rebuilding for one in await standing(pool)} == {None}


async def test_what_another_release_or_another_choice_has_begun_is_begun_anew(
    store: PostgresEventStore, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(store)

    def broken_off(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rebuild(pool, ["tasks"], broken_off, batch=2)
    monkeypatch.setattr(building, "release", lambda: "a later one")
    seen: list[int] = []
    await rebuild(pool, ["tasks"], lambda done, _: seen.append(done), batch=2)
    assert seen[0] == 2


@pytest.mark.parametrize("step", ["index", "clear", "exchange"])
async def test_a_crash_at_any_step_leaves_live_rows_that_are_whole(
    store: PostgresEventStore,
    pool: Pool,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    await write(store)
    appended = await everything(pool)
    with monkeypatch.context() as broken:
        calls = itertools.count()
        true = getattr(shadow, step)

        def crash(*told: Any) -> Any:
            if step == "clear" and next(calls) == 0:
                return true(*told)  # the one before anything is built
            raise ConnectionResetError

        broken.setattr(shadow, step, crash)
        builder = await connect(database_url, max_size=1)
        with contextlib.suppress(Exception):
            await rebuild(builder, PROJECTIONS)
        builder.terminate()
    assert await everything(pool) == appended
    assert await rebuild(pool, PROJECTIONS) == 5
    assert await everything(pool) == appended


@pytest.fixture
async def holder(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    connection.terminate()


async def test_two_rebuilds_are_never_at_it_at_once(
    store: PostgresEventStore, pool: Pool, holder: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await write(store, "INC")
    await holder.execute(building.TURN)
    with pytest.raises(building.Busy):
        await rebuild(pool, PROJECTIONS)


async def test_a_reader_that_stays_delays_the_exchange_and_not_the_commands(
    store: PostgresEventStore,
    pool: Pool,
    holder: "asyncpg.Connection[asyncpg.Record]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (state,) = await write(store, "INC")
    reading = holder.transaction()
    await reading.start()
    await holder.fetch("select from es.summary")
    stepped_back = asyncio.Event()

    async def pause(_: float) -> None:
        stepped_back.set()
        await appended.wait()

    appended = asyncio.Event()
    monkeypatch.setattr(building, "LOCKS", "set local lock_timeout = '50ms'")
    monkeypatch.setattr(building, "sleep", pause)
    building_anew = asyncio.create_task(rebuild(pool, PROJECTIONS))
    await stepped_back.wait()
    commit = tell(state, note(arms=(armed("courtesy", NOON),)), actor=SOKHA)
    assert (await store.append(commit)).status == "done"
    await reading.rollback()
    appended.set()
    await building_anew
    (row,) = await pool.fetch("select version from es.summary")
    assert row[0] == commit.after[state.id].version
