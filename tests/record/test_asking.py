"""What the command line and the API tell about the record."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from homeward import verifier
from homeward.cli.root import app
from homeward.domain.actors import person
from homeward.domain.refusals import Refused
from homeward.edge.auditing import Auditing
from homeward.eventstore.checkpoint import Inconsistent
from homeward.eventstore.exporting import export
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.witnessing import deliver, enlist
from homeward.ports_record import WitnessAway
from homeward.sealing.signing import FileSigner
from homeward.services.witness_file import FileWitness
from tests.eventstore.telling import NOON
from tests.record.keeping import ORIGIN, Away, lines, read_a_case, signed, write
from workers.checkpoints import Signing

VISAL = person("visal", ["supervisor"])


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["audit", *arguments]))


class Asked(Auditing):
    def __init__(self, pool: Pool, later: timedelta = timedelta()) -> None:
        self.pool = pool
        self.later = later

        async def now() -> Any:
            return NOON + later

        self.now = now


@pytest.fixture
async def kept(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, tmp_path: Path
) -> FileWitness:
    witness = FileWitness(tmp_path / "court.jsonl")
    await enlist(pool, ["court"])
    for minute in range(3):
        await write(store, 2, 3)
        await read_a_case(pool)
        await signed(pool, signer, minute)
    while await deliver(pool, witness, NOON):
        pass
    return witness


async def test_checkpoints_of_one_size_and_second_verify_beside_a_witness(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, tmp_path: Path
) -> None:
    """A clock that was put back, say: the record's time stands until it is reached again."""
    witness = FileWitness(tmp_path / "court.jsonl")
    await enlist(pool, ["court"])
    await write(store)
    for _ in range(3):
        await read_a_case(pool)
        await signed(pool, signer)
    while await deliver(pool, witness, NOON):
        pass
    folder = tmp_path / "record"
    async with pool.acquire() as connection:
        await export(connection, folder, lambda *_: None, {})
    keys = str(folder / "keys.txt")
    assert verifier.main([str(folder), "--key", keys, "--witness", str(witness.path)]) == 0


@pytest.mark.usefixtures("kept")
async def test_checkpoints_are_told_newest_first_in_pages(pool: Pool) -> None:
    first = await Asked(pool).checkpoints(VISAL, before=None, limit=2)
    assert [(row["number"], row["size"], row["reads"]) for row in first["rows"]] == [
        (3, 18, 3),
        (2, 12, 2),
    ]
    second = await Asked(pool).checkpoints(VISAL, before=first["next"], limit=2)
    assert [row["number"] for row in second["rows"]] == [1]
    assert second["next"] is None


@pytest.mark.usefixtures("kept")
async def test_only_supervisors_and_auditors_ask_about_the_record(pool: Pool) -> None:
    for asking in (person("sok", ["officer"]), person("linh", ["liaison"], mission="VN")):
        with pytest.raises(Refused, match="forbidden"):
            await Asked(pool).witnesses(asking)
        with pytest.raises(Refused, match="forbidden"):
            await Asked(pool).checkpoints(asking, before=None, limit=2)
    assert (await Asked(pool).witnesses(person("aud", ["auditor"])))["signed"] == 18


async def test_a_witness_away_for_an_hour_is_somebodys_task_until_it_is_back(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    court = Away()
    await enlist(pool, ["court"])
    await write(store)
    await signed(pool, signer)
    with pytest.raises(WitnessAway):
        await deliver(pool, court, NOON)
    for minutes, late in ((59, False), (60, True)):
        (told,) = (await Asked(pool, timedelta(minutes=minutes)).witnesses(VISAL))["witnesses"]
        assert (told["fault"], told["behind"], told["late"]) == ("away", 1, late)
    court.away = False
    assert await deliver(pool, court, NOON + timedelta(minutes=61))
    (told,) = (await Asked(pool, timedelta(days=1)).witnesses(VISAL))["witnesses"]
    assert (told["fault"], told["behind"], told["late"]) == (None, 0, False)


async def test_a_record_that_contradicts_itself_is_told_until_it_is_mended(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, kept: FileWitness
) -> None:
    signing = Signing(pool, signer, ORIGIN)
    await pool.execute("alter table es.access_log disable trigger all")
    await pool.execute("update es.access_log set id = 4 where id = 3")
    await read_a_case(pool)
    with pytest.raises(Inconsistent):
        await signing.tick(NOON, NOON)
    told = await Asked(pool).witnesses(VISAL)
    assert "line 3 of the access log" in told["fault"]
    assert told["fault_since"] is not None
    await pool.execute("delete from es.access_log where id = 5")
    await pool.execute("update es.access_log set id = 3 where id = 4")
    await read_a_case(pool)
    assert await signing.tick(NOON + timedelta(minutes=1), NOON)
    assert (await Asked(pool).witnesses(VISAL))["fault"] is None


async def test_what_is_exported_and_proved_on_the_command_line_verifies(
    kept: FileWitness,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:
    monkeypatch.setenv("HOMEWARD_HOME", str(tmp_path))
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEWARD_WITNESSES", f"file:{kept.path}")
    read_settings_again()
    folder, keys = tmp_path / "record", tmp_path / "record" / "keys.txt"
    ran = await run("export", str(folder))
    assert (ran.exit_code, ran.stdout) == (0, ""), ran.stderr
    witness = folder / "witness-court.jsonl"
    assert lines(witness) == lines(kept.path)
    assert verifier.main([str(folder), "--key", str(keys), "--witness", str(witness)]) == 0
    assert (await run("export", str(folder))).exit_code == 5
    for number, arguments in enumerate((("5",), ("--from", "6"))):
        ran = await run("prove", *arguments)
        assert ran.exit_code == 0, ran.stderr
        proof = tmp_path / f"proof{number}.json"
        proof.write_text(ran.stdout)
        assert verifier.main([str(proof), "--key", str(keys)]) == 0
    assert (await run("prove", "18")).exit_code == 3
    assert (await run("prove")).exit_code == 2
    assert (await run("prove", "5", "--from", "6")).exit_code == 2
