"""What a witness of either kind takes, refuses and makes up for."""

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from homeward.eventstore import note
from homeward.eventstore.note import Key
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.witnessing import deliver, enlist
from homeward.ports_record import Witness, WitnessAway, WitnessDisagrees
from homeward.sealing.signing import FileSigner
from homeward.services.witness_file import FileWitness
from tests.eventstore.telling import NOON
from tests.record.keeping import ORIGIN, Away, lines, notes, read_a_case, signed, write
from tests.record.serving import serving

KINDS = ("file", "http")
Open = Callable[[str], "AsyncIterator[Witness]"]


@pytest.fixture
async def key(signer: FileSigner) -> Key:
    return Key(ORIGIN, await signer.public_key())


@pytest_asyncio.fixture(params=KINDS)
async def witness(
    request: pytest.FixtureRequest, tmp_path: Path, key: Key
) -> AsyncIterator[Witness]:
    async with AsyncExitStack() as stack:
        if request.param == "file":
            yield FileWitness(tmp_path / "court.jsonl")
        else:
            yield await stack.enter_async_context(serving(tmp_path / "court", key))


async def bodies(witness: Witness) -> list[str]:
    return [note.read(each).body for each in await witness.kept()]


async def deliver_all(pool: Pool, witness: Witness) -> int:
    delivered = 0
    while await deliver(pool, witness, NOON):
        delivered += 1
    return delivered


async def standing(pool: Pool, name: str = "court") -> tuple[object, ...]:
    row = await pool.fetchrow(
        "select delivered, size, waiting_since, fault from es.witness where name = $1", name
    )
    return tuple(row or ())


async def sign_some(store: PostgresEventStore, pool: Pool, signer: FileSigner) -> None:
    """Five checkpoints: growing, and one in which only a read is new."""
    for minute, streams in enumerate((1, 2, 0, 130, 1)):
        await write(store, streams)
        await read_a_case(pool)
        assert await signed(pool, signer, minute)


async def test_a_witness_keeps_every_checkpoint_in_order_and_cosigns_if_it_signs(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, witness: Witness
) -> None:
    await enlist(pool, ["court"])
    await sign_some(store, pool, signer)
    assert await deliver_all(pool, witness) == 5
    made = [note.read(each) for each in await notes(pool)]
    assert await bodies(witness) == [each.body for each in made]
    assert await standing(pool) == (5, made[-1].checkpoint.size, None, None)
    cosigned = await pool.fetch("select checkpoint, line from es.cosignature order by 1")
    if witness.key is None:
        assert cosigned == []
        return
    given = [
        note.read(text + row[1]) for text, row in zip(await notes(pool), cosigned, strict=True)
    ]
    assert all(note.verified(each, Key.read(witness.key)) for each in given)
    assert await pool.fetchval("select key from es.public_key where witness") == witness.key


async def test_a_delivery_that_was_not_noted_down_is_made_again_without_a_second_line(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, witness: Witness
) -> None:
    await enlist(pool, ["court"])
    await sign_some(store, pool, signer)
    await deliver_all(pool, witness)
    await pool.execute("delete from es.witness")
    await enlist(pool, ["court"])
    assert await deliver_all(pool, witness) == 5
    assert len(await witness.kept()) == 5
    await write(store)
    await signed(pool, signer, 9)
    assert await deliver_all(pool, witness) == 1
    assert len(await witness.kept()) == 6


async def fork(pool: Pool, statement: str) -> None:
    """As the owner of the database could."""
    for table in ("ledger", "checkpoint", "node", "access_log"):
        await pool.execute(f"alter table es.{table} disable trigger all")
    await pool.execute("alter table es.cosignature disable trigger all")
    await pool.execute(statement)


FORGET = """
delete from es.cosignature; delete from es.checkpoint; delete from es.ledger; delete from es.node;
update es.sequencer set size = 0, frontier = '{}'; delete from es.witness;
"""


async def test_a_record_that_was_written_anew_is_not_taken(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, witness: Witness
) -> None:
    await enlist(pool, ["court"])
    await write(store, 2)
    await signed(pool, signer)
    await deliver_all(pool, witness)
    await fork(pool, FORGET)
    await enlist(pool, ["court"])
    await write(store, 5)
    await signed(pool, signer, 1)
    with pytest.raises(WitnessDisagrees):
        await deliver_all(pool, witness)
    assert (await standing(pool))[2:] == (NOON, "disagrees")
    assert len(await witness.kept()) == 1


async def test_a_record_that_was_set_back_is_not_taken(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, witness: Witness
) -> None:
    await enlist(pool, ["court"])
    await write(store, 4)
    await signed(pool, signer)
    await deliver_all(pool, witness)
    await fork(pool, FORGET)
    await enlist(pool, ["court"])
    await write(store, 1)
    await signed(pool, signer, 1)
    with pytest.raises(WitnessDisagrees, match="more than were ever signed here"):
        await deliver_all(pool, witness)


async def test_another_tree_of_the_same_size_is_not_taken(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, witness: Witness
) -> None:
    await enlist(pool, ["court"])
    await write(store, 4)
    await signed(pool, signer)
    await deliver_all(pool, witness)
    other = FORGET + "update es.event set hash = sha256(hash)"
    await pool.execute("alter table es.event disable trigger all")
    await fork(pool, other)
    await pool.execute("insert into es.pending select ins, stream_id, version, hash from es.event")
    await enlist(pool, ["court"])
    await signed(pool, signer, 1)
    with pytest.raises(WitnessDisagrees):
        await deliver_all(pool, witness)
    assert len(await witness.kept()) == 1


async def test_a_shortened_access_log_is_not_taken(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, witness: Witness
) -> None:
    await enlist(pool, ["court"])
    await write(store)
    await read_a_case(pool)
    await read_a_case(pool)
    await signed(pool, signer)
    await deliver_all(pool, witness)
    await fork(
        pool,
        "delete from es.cosignature; delete from es.checkpoint; delete from es.access_log where id = 2;"
        "update es.witness set delivered = 0",
    )
    await write(store)
    await signed(pool, signer, 1)
    with pytest.raises(WitnessDisagrees):
        await deliver_all(pool, witness)


async def test_checkpoints_wait_for_a_witness_that_is_away_and_come_in_order(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    court = Away()
    await enlist(pool, ["court"])
    await sign_some(store, pool, signer)
    for later in (0, 10):
        with pytest.raises(WitnessAway):
            await deliver(pool, court, NOON + timedelta(minutes=later))
    assert await standing(pool) == (0, 0, NOON, "away")
    court.away = False
    assert await deliver_all(pool, court) == 5
    assert [told for _, told in court.taken] == await notes(pool)
    assert (await standing(pool))[2:] == (None, None)


async def test_a_witness_that_is_named_no_longer_is_waited_for_no_longer(pool: Pool) -> None:
    await enlist(pool, ["court", "embassy"])
    await enlist(pool, ["embassy"])
    assert await standing(pool, "court") == ()
    assert await standing(pool, "embassy") == (0, 0, None, None)


async def test_a_line_torn_by_a_crash_is_completed_and_never_rewritten(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, tmp_path: Path
) -> None:
    path = tmp_path / "court.jsonl"
    await enlist(pool, ["court"])
    await sign_some(store, pool, signer)
    await deliver_all(pool, FileWitness(path))
    whole = path.read_bytes()
    for cut in (1, 100):
        os.truncate(path, len(whole) - cut)
        await pool.execute("update es.witness set delivered = 4")
        await deliver_all(pool, FileWitness(path))
        assert path.read_bytes() == whole
    assert lines(path) == await notes(pool)
    path.write_bytes(whole + b"something else")
    await write(store)
    await signed(pool, signer, 9)
    with pytest.raises(WitnessDisagrees, match="torn"):
        await deliver_all(pool, FileWitness(path))


async def test_a_file_that_cannot_be_written_is_a_witness_that_is_away(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, tmp_path: Path
) -> None:
    await enlist(pool, ["court"])
    await write(store)
    await signed(pool, signer)
    gone = FileWitness(tmp_path / "gone" / "court.jsonl")
    with pytest.raises(WitnessAway, match="cannot be written"):
        await deliver(pool, gone, NOON)
    assert json.dumps(await gone.kept()) == "[]"
