import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from homeward.dev import postgres as postgres_server
from homeward.domain.refusals import Refused
from homeward.eventstore.chain import GENESIS, event_hash
from homeward.eventstore.pool import Pool, connect
from homeward.ports import Unavailable
from homeward.ports_keys import Erasure
from homeward.sealing.erasing import Erasing, Forked
from tests.erasure.world import OFFICER, World
from tests.sealing.service import Service

FreshDatabase = Callable[[], Awaitable[str]]
ERASED = {"unreadable": "erased"}


class Memory:
    """A witness's list; can be away."""

    name = "court"

    def __init__(self) -> None:
        self.lines: list[Erasure] = []
        self.away = False

    async def erasures(self, after: int = 0) -> list[Erasure]:
        if self.away:
            raise Unavailable("witness court")
        return self.lines[after:]

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        self.lines += erasures


async def test_from_the_decision_on_nothing_of_the_person_is_opened_in_any_process(
    world: World,
) -> None:
    running = world.reading()
    assert await world.name(running) == "SARI"  # its key is in that process's cache
    await world.erase()
    assert await world.name(running) == ERASED
    assert await world.name() == ERASED


async def test_then_the_keys_are_destroyed_and_it_is_recorded_and_told(world: World) -> None:
    court = Memory()
    await world.erase()
    assert await world.erasing(court).catch_up() == 1
    [line] = await world.erasing().recorded()
    assert (line.number, line.case, line.subjects) == (1, world.case, (world.case,))
    assert await world.service.erasures() == court.lines == [line]
    left = "select count(*) from es_keys.subject_key where subject = $1 and wrapped is not null"
    assert await world.pool.fetchval(left, world.case) == 0
    assert await world.name() == ERASED


async def test_nothing_but_that_person_is_forgotten(world: World) -> None:
    living = "select count(*) from es_keys.subject_key where wrapped is not null and subject <> $1"
    await world.engine.keyring.closing({("VIC-2022-000002", "identity")})
    before = await world.pool.fetchval(living, world.case)
    await world.erase()
    await world.erasing().catch_up()
    assert await world.pool.fetchval(living, world.case) == before > 0


async def test_facts_chain_and_counts_stay_whole(world: World) -> None:
    count = await world.pool.fetchval("select count(*) from es.event")
    await world.erase()
    await world.erasing().catch_up()
    rows = await world.pool.fetch(
        "select * from es.event where stream_id = $1 order by version", world.case
    )
    prev = GENESIS
    for row in rows:
        prev = event_hash(
            prev, stream=row["stream_id"], version=row["version"], event_id=row["event_id"],
            command_id=row["command_id"], command=row["command"], type_=row["type"],
            schema_v=row["schema_v"], actor=row["actor"], roles=row["roles"], cause=row["cause"],
            occurred_at=row["occurred_at"], recorded_at=row["recorded_at"], data=row["data"],
        )  # fmt: skip
        assert prev == row["hash"]
    assert await world.pool.fetchval("select count(*) from es.event") == count + 1
    seen = await world.reading().timeline("case", world.case, OFFICER)
    assert len(seen["events"]) == len(rows)


async def test_once_however_many_workers_try_and_however_often(world: World) -> None:
    await world.erase()
    done = await asyncio.gather(*(world.erasing().catch_up() for _ in range(6)))
    assert sum(done) == 1
    assert await world.erasing().catch_up() == 0
    assert not await world.erasing().owed()
    assert len(await world.erasing().recorded()) == 1


@pytest.mark.parametrize("step", ["destroy", "record", "tell"])
async def test_a_worker_that_dies_between_any_two_steps_leaves_it_to_the_next(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.erase()
    dying = world.erasing()

    async def dies(*_: object) -> None:
        raise RuntimeError("killed")

    match step:
        case "destroy":
            monkeypatch.setattr(dying._keys, "destroy", dies)
        case "record":
            monkeypatch.setattr("homeward.sealing.erasing.RECORD", "select 1/0, $1, $2, $3, $4")
        case "tell":
            monkeypatch.setattr(world.service, "remember", dies)
    with pytest.raises(Exception):  # noqa: B017 - however it dies
        await dying.catch_up()
    assert await world.name() == ERASED
    monkeypatch.undo()
    await world.erasing().catch_up()
    [line] = await world.erasing().recorded()
    assert await world.service.erasures() == [line]


async def test_a_witness_that_is_away_is_told_later(world: World) -> None:
    court = Memory()
    court.away = True
    await world.erase()
    assert await world.erasing(court).catch_up() == 1
    court.away = False
    assert await world.erasing(court).catch_up() == 0
    assert court.lines == await world.erasing().recorded()


async def test_nothing_more_is_written_about_somebody_who_was_forgotten(world: World) -> None:
    await world.erase()
    note = {"stream": world.case, "fields": {"text": "She called again"}}
    with pytest.raises(Refused) as refusal:
        await world.engine.do("add_note", note, OFFICER)
    assert (refusal.value.code, refusal.value.why) == (
        "wrong_state", "Its personal data have been erased.",
    )  # fmt: skip


# a restored database ----------------------------------------------------------------------------


async def restored(dump: Path, fresh_database: FreshDatabase) -> Pool:
    url = await fresh_database()
    connection = await connect(url)
    for schema in ("es", "es_keys"):
        await connection.execute(f"drop schema {schema} cascade")
    connection.terminate()
    _tool("pg_restore", "--no-owner", "-d", url, str(dump))
    return await connect(url, max_size=10)


def backed_up(url: str, folder: Path) -> Path:
    dump = folder / "backup"
    _tool("pg_dump", "-Fc", "-f", str(dump), url)
    return dump


def _tool(name: str, *arguments: str) -> None:
    folders = (binaries.folder for binaries in postgres_server.candidates(as_root=True))
    found = shutil.which(name) or next((str(f / name) for f in folders if (f / name).exists()), "")
    if not found:
        pytest.skip(f"no {name} beside the server")
    subprocess.run([found, *arguments], check=True, capture_output=True, timeout=120)


async def test_a_backup_that_is_restored_serves_nothing_until_it_has_forgotten_again(
    world: World, database_url: str, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    dump = backed_up(database_url, tmp_path)
    await world.erase()
    await world.erasing().catch_up()
    pool = await restored(dump, fresh_database)
    try:
        reading = world.reading(pool)
        with pytest.raises(Unavailable) as away:
            await world.name(reading)
        assert away.value.part == "erasures"
        assert await world.erasing(pool=pool).catch_up() == 1
        assert await world.name(reading) == ERASED
        assert await world.name(pool=pool) == ERASED
        assert await world.erasing(pool=pool).recorded() == await world.erasing().recorded()
    finally:
        pool.terminate()


async def test_a_database_that_goes_back_under_a_running_process_is_noticed(
    world: World, database_url: str, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    dump = backed_up(database_url, tmp_path)
    reading = world.reading()
    await world.erase()
    await world.erasing().catch_up()
    assert await world.name(reading) == ERASED
    pool = await restored(dump, fresh_database)
    try:
        reading.keyring.store._main = pool  # type: ignore[attr-defined] # as after a restart of it
        reading.keyring.store._keys = pool  # type: ignore[attr-defined]
        with pytest.raises(Unavailable, match="erasures"):
            await world.name(reading)
    finally:
        pool.terminate()


async def test_what_another_remembers_must_be_the_same(world: World) -> None:
    await world.erase()
    await world.erasing().catch_up()
    [line] = await world.erasing().recorded()
    court = Memory()
    court.lines = [msgspec.structs.replace(line, hash=bytes(32))]
    with pytest.raises(Forked, match="court remembers another erasure 1"):
        await world.erasing(court).catch_up()


async def test_nothing_is_recorded_while_the_key_service_cannot_be_told(
    world: World, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(after: int = 0) -> list[Erasure]:
        raise Unavailable("keys")

    await world.erase()
    monkeypatch.setattr(service, "erasures", away)
    with pytest.raises(Unavailable):
        await world.erasing().catch_up()
    assert await Erasing(world.pool, world.keys, service).owed()
