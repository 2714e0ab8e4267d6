import json
import os
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from homeward.eventstore import chain, note
from homeward.eventstore.exporting import (
    NothingThere,
    export,
    prove_consistency,
    prove_inclusion,
)
from homeward.eventstore.ledger import sequence
from homeward.eventstore.merkle import Frontier, consistent, includes, leaf_hash
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.signing import FileSigner
from tests.record.keeping import erase, notes, read_a_case, signed, write


def quiet(*_: object) -> None:
    pass


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text().splitlines()]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


@pytest.fixture
async def kept(store: PostgresEventStore, pool: Pool, signer: FileSigner) -> None:
    """Two checkpoints, a read, an erasure, and two events that have no position yet."""
    await write(store, 3, 3)
    await read_a_case(pool)
    await signed(pool, signer)
    await write(store, 2, 2)
    await erase(pool)
    await signed(pool, signer, 1)
    await write(store, 1, 2)


async def exported(pool: Pool, folder: Path, **witnesses: list[str]) -> Path:
    async with pool.acquire() as connection:
        await export(connection, folder, quiet, witnesses)
    return folder


@pytest.mark.usefixtures("kept")
async def test_an_export_holds_all_that_the_format_names_and_its_hashes_are_true(
    pool: Pool, signer: FileSigner, tmp_path: Path
) -> None:
    folder = await exported(pool, tmp_path / "record", court=await notes(pool))
    assert sorted(path.name for path in folder.iterdir()) == [
        "access.jsonl", "checkpoints.jsonl", "erasures.jsonl", "events.jsonl", "keys.txt",
        "streams.jsonl", "witness-court.jsonl",
    ]  # fmt: skip
    events = table(folder, "events.jsonl")
    assert [event["position"] for event in events] == [*range(13), None, None]
    heads: dict[str, tuple[int, bytes]] = {}
    frontier = Frontier()
    for event in events:
        version, prev = heads.get(event["stream"], (0, bytes(32)))
        assert event["version"] == version + 1
        hash_ = chain.event_hash(
            prev, stream=event["stream"], version=event["version"],
            event_id=UUID(event["event_id"]), command_id=UUID(event["command_id"]),
            command=event["command"], type_=event["type"], schema_v=event["schema_v"],
            actor=event["actor"], roles=event["roles"],
            cause=UUID(event["cause"]) if event["cause"] else None,
            occurred_at=moment(event["occurred_at"]), recorded_at=moment(event["recorded_at"]),
            data=b64decode(event["data"]),
        )  # fmt: skip
        assert (b64decode(event["prev"]), b64decode(event["hash"])) == (prev, hash_)
        heads[event["stream"]] = (event["version"], hash_)
        if event["position"] is not None:
            assert b64decode(event["leaf"]) == leaf_hash(hash_)
            frontier.add(leaf_hash(hash_))
    streams = table(folder, "streams.jsonl")
    assert [each["stream"] for each in streams] == sorted(heads)
    assert {s["stream"]: (s["version"], b64decode(s["head"])) for s in streams} == heads
    last = note.read(table(folder, "checkpoints.jsonl")[-1]["note"]).checkpoint
    assert (last.size, last.root) == (13, frontier.root())
    assert table(folder, "witness-court.jsonl") == [{"note": each} for each in await notes(pool)]
    (read,), (erased,) = table(folder, "access.jsonl"), table(folder, "erasures.jsonl")
    assert (read["number"], b64decode(read["hash"])) == (1, last.access.hash)
    assert (erased["number"], b64decode(erased["hash"])) == (1, last.erased.hash)
    public = await signer.public_key()
    assert note.Key.read((folder / "keys.txt").read_text()).public == public


@pytest.mark.usefixtures("kept")
async def test_a_folder_is_there_whole_or_not_at_all(pool: Pool, tmp_path: Path) -> None:
    folder = tmp_path / "record"

    def breaks(name: str, done: int, _: int) -> None:
        if name == "access.jsonl" and done:
            raise KeyboardInterrupt

    async with pool.acquire() as connection:
        with pytest.raises(KeyboardInterrupt):
            await export(connection, folder, breaks, {})
    assert not any(os.scandir(tmp_path))
    await exported(pool, folder)
    with pytest.raises(FileExistsError):
        await exported(pool, folder)


@pytest.mark.usefixtures("kept")
async def test_an_event_taken_out_of_the_queue_or_the_table_still_shows(
    pool: Pool, tmp_path: Path
) -> None:
    await pool.execute("delete from es.pending")
    await pool.execute("alter table es.event disable trigger all")
    await pool.execute(
        "delete from es.event using es.ledger l where l.position = 4"
        " and (event.stream_id, event.version) = (l.stream_id, l.version)"
    )
    events = table(await exported(pool, tmp_path / "record"), "events.jsonl")
    assert (len(events), events[4]["position"], events[4]["hash"]) == (15, 4, None)
    assert events[-1]["position"] is None


@pytest.mark.usefixtures("kept")
async def test_every_event_that_is_signed_can_be_proved_by_position_and_by_id(pool: Pool) -> None:
    async with pool.acquire() as connection:
        for position in range(13):
            proof = await prove_inclusion(connection, str(position))
            made = note.read(proof["checkpoint"]).checkpoint
            path = [b64decode(each) for each in proof["path"]]
            leaf = leaf_hash(b64decode(proof["event"]["hash"]))
            assert includes(made.root, made.size, position, leaf, path)
            assert await prove_inclusion(connection, proof["event"]["event_id"]) == proof
        pending = await connection.fetchval(
            "select event_id from es.event join es.pending using (stream_id, version) limit 1"
        )
        for nothing in ("13", "99999999999999999999", str(pending), "nonsense", str(UUID(int=1))):
            with pytest.raises(NothingThere):
                await prove_inclusion(connection, nothing)


@pytest.mark.usefixtures("kept")
async def test_growth_is_proved_from_a_checkpoint_that_was_signed(pool: Pool) -> None:
    async with pool.acquire() as connection:
        proof = await prove_consistency(connection, 9)
        old, new = (note.read(proof[end]).checkpoint for end in ("from", "to"))
        path = [b64decode(each) for each in proof["path"]]
        assert consistent(9, old.root, 13, new.root, path)
        assert (await prove_consistency(connection, 13))["path"] == []
        with pytest.raises(NothingThere, match="no checkpoint has 5 leaves"):
            await prove_consistency(connection, 5)


async def test_an_event_that_no_checkpoint_covers_has_no_proof_yet(
    store: PostgresEventStore, pool: Pool
) -> None:
    await write(store)
    await sequence(pool)
    async with pool.acquire() as connection:
        with pytest.raises(NothingThere, match="no checkpoint covers"):
            await prove_inclusion(connection, "1")


async def test_an_empty_record_is_exported_too(database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database_url)
    await export(connection, tmp_path / "record", quiet, {})
    await connection.close()
    assert all(path.read_text() == "" for path in (tmp_path / "record").iterdir())
