"""The record is whole whatever happens to who keeps it: killed, started twice, cut off, set back."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from homeward import verifier
from homeward.eventstore import note
from homeward.eventstore.exporting import export
from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.signing import FileSigner
from tests.eventstore.test_ledger import assert_whole, running, until
from tests.faults.line import Line
from tests.record.keeping import lines, notes, read_a_case, write

pytestmark = pytest.mark.faults

DONE = """
select not exists (select from es.pending)
  and (select size from es.sequencer) = (select max(size) from es.checkpoint)
  and (select min(delivered) from es.witness) = (select max(number) from es.checkpoint)
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "signing.key"
    path.touch(mode=0o600)
    path.write_text(bytes(range(32)).hex())
    return path


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    made = await connect(database_url)
    yield made
    await made.close()


@asynccontextmanager
async def keeper(url: str, key: Path, file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    script = str(Path(__file__).with_name("keeper.py"))
    ready = key.with_name(f"ready-{os.urandom(4).hex()}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, url, str(key), f"file:{file}",
        env={**os.environ, "HOMEWARD_READY_FILE": str(ready)},
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            while not ready.exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.02)
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def record(pool: Pool) -> None:
    """Cases and reads, for ever."""
    store = PostgresEventStore(pool)
    while True:
        await write(store, 2, 2)
        await read_a_case(pool)
        await asyncio.sleep(0.05)


async def assert_intact(pool: Pool, file: Path, folder: Path) -> None:
    await assert_whole(pool)
    made = [note.read(each).body for each in await notes(pool)]
    assert [note.read(each).body for each in lines(file)] == made
    async with pool.acquire() as connection:
        await export(connection, folder, lambda *_: None, {})
    keys = str(folder / "keys.txt")
    assert verifier.main([str(folder), "--key", keys, "--witness", str(file)]) == 0


async def test_a_keeper_killed_again_and_again_leaves_the_record_whole(
    pool: Pool, database_url: str, key: Path, tmp_path: Path
) -> None:
    file, chance = tmp_path / "court.jsonl", random.Random(7)
    async with running(record(pool)):
        for _ in range(6):
            async with keeper(database_url, key, file):
                await asyncio.sleep(chance.uniform(0.05, 0.8))
    async with keeper(database_url, key, file):
        await until(pool, DONE)
    assert len(lines(file)) > 6
    await assert_intact(pool, file, tmp_path / "record")


async def test_two_keepers_and_a_clock_put_back_leave_the_record_whole(
    pool: Pool, database_url: str, key: Path, tmp_path: Path
) -> None:
    file = tmp_path / "court.jsonl"
    async with keeper(database_url, key, file), keeper(database_url, key, file):
        async with running(record(pool)):
            for offset in (0, 86400 * 30, -86400 * 30, 0):
                await PostgresEventStore(pool).set_offset(offset)
                await asyncio.sleep(0.4)
        await until(pool, DONE)
    signed = [note.read(each).checkpoint.signed for each in await notes(pool)]
    assert signed == sorted(signed)
    await assert_intact(pool, file, tmp_path / "record")


async def test_a_keeper_cut_off_from_postgresql_goes_on_where_it_was(
    pool: Pool, database_url: str, key: Path, tmp_path: Path
) -> None:
    file, line = tmp_path / "court.jsonl", Line(database_url)
    await line.open()
    async with keeper(line.url, key, file) as process:
        async with running(record(pool)):
            for _ in range(3):
                await asyncio.sleep(0.4)
                line.cut()
                await asyncio.sleep(0.3)
                line.mend()
        await until(pool, DONE)
        assert process.returncode is None
    await line.close()
    await assert_intact(pool, file, tmp_path / "record")


async def test_a_witness_that_runs_as_its_own_program_keeps_and_cosigns(
    pool: Pool, database_url: str, key: Path, tmp_path: Path
) -> None:
    public = await FileSigner.read(key).public_key()
    serve = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "homeward", "witness", "serve", str(tmp_path / "court"),
        "--name", "court.example", "--log", str(note.Key("homeward/test", public)), "--port", "0",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert serve.stdout is not None
    assert serve.stderr is not None
    theirs = (await serve.stdout.readline()).decode().strip()
    url = (await serve.stderr.readline()).decode().split()[-1]
    script = str(Path(__file__).with_name("keeper.py"))
    await write(PostgresEventStore(pool), 3, 2)
    ours = await asyncio.create_subprocess_exec(
        sys.executable, script, database_url, str(key), f"{url}#{theirs}"
    )
    try:
        await until(pool, DONE)
    finally:
        ours.kill()
        await ours.wait()
        serve.terminate()
        assert await serve.wait() == 0
    kept = lines(tmp_path / "court" / "checkpoints.jsonl")
    assert all(note.verified(note.read(each), note.Key.read(theirs)) for each in kept)
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("select count(*) from es.cosignature") == len(kept)
    await connection.close()
