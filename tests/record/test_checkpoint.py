import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from homeward.eventstore import note
from homeward.eventstore.checkpoint import Inconsistent
from homeward.eventstore.ledger import sequence, tree
from homeward.eventstore.note import Head, Key
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports_keys import KeysMissing
from homeward.sealing.signing import FileSigner, signer_from
from homeward.settings import Settings
from tests.eventstore.telling import NOON
from tests.record.keeping import ORIGIN, erase, notes, read_a_case, signed, write
from workers.checkpoints import Signing


async def test_a_checkpoint_says_what_stands_and_bears_our_signature(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    await write(store, 2, 3)
    await read_a_case(pool)
    await erase(pool)
    made = await signed(pool, signer)
    assert made is not None
    now = await tree(pool)
    assert (made.size, made.root, made.signed) == (6, now.root, NOON)
    assert made.access == Head(1, await pool.fetchval("select hash from es.access_log"))
    assert made.erased == Head(1, await pool.fetchval("select hash from es.erasure"))
    (text,) = await notes(pool)
    read = note.read(text)
    key = Key(ORIGIN, await signer.public_key())
    assert read.checkpoint == made
    assert note.verified(read, key) is not None
    assert await pool.fetchval("select key from es.public_key") == str(key)


async def test_nothing_recorded_is_nothing_signed(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    assert await signed(pool, signer) is None
    await write(store)
    assert await signed(pool, signer) is not None
    assert await signed(pool, signer, 5) is None
    await read_a_case(pool)
    assert await signed(pool, signer, 6) is not None
    await erase(pool)
    assert await signed(pool, signer, 7) is not None
    assert len(await notes(pool)) == 3


async def test_of_two_who_sign_at_once_one_is_kept(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    await write(store)
    await signed(pool, signer)
    await write(store)
    made = await asyncio.gather(*(signed(pool, signer, 1) for _ in range(4)))
    assert len([each for each in made if each]) == 1
    assert len(await notes(pool)) == 2


async def test_a_clock_put_back_does_not_put_the_record_back(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    await write(store)
    await signed(pool, signer, 60)
    await write(store)
    made = await signed(pool, signer, 0)
    assert made is not None
    assert made.signed == NOON + timedelta(hours=1)


DEFACED = {
    "a leaf after the last checkpoint": (
        "update es.ledger set leaf = sha256('else') where position = 5", "does not begin with"),
    "the tree cut off": ("update es.sequencer set size = 2, frontier = array[sha256('else')]",
                         "shrunk from 4 leaves to 2"),
    "a leaf taken out": ("delete from es.ledger where position = 5", "hash 5 of level 0 is missing"),
    "the access log cut off": ("delete from es.access_log where id = 2", "shrunk from 2 lines to 1"),
    "a read changed": ("update es.access_log set hash = sha256('else') where id = 2",
                       "line 2 of the access log is not the one"),
    "an erasure taken out": ("delete from es.erasure", "shrunk from 1 lines to 0"),
    "another's signature": (
        "update es.checkpoint set note = replace(note, 'access 2', 'access 1')",
        "does not bear our signature"),
    "no note at all": ("update es.checkpoint set note = 'x'", "is not one"),
}  # fmt: skip


@pytest.mark.parametrize("what", DEFACED)
async def test_what_does_not_continue_the_last_checkpoint_is_not_signed(
    store: PostgresEventStore, pool: Pool, signer: FileSigner, what: str
) -> None:
    statement, why = DEFACED[what]
    await write(store, 2, 2)
    await read_a_case(pool)
    await read_a_case(pool)
    await erase(pool)
    await signed(pool, signer)
    await write(store, 1, 3)
    if "read changed" in what:
        await read_a_case(pool)
    for table in ("ledger", "access_log", "erasure", "checkpoint"):
        await pool.execute(f"alter table es.{table} disable trigger append_only_row")
    while await sequence(pool):
        pass
    await pool.execute(statement)
    with pytest.raises(Inconsistent, match=why):
        await signed(pool, signer, 1)
    assert len(await notes(pool)) == 1


async def test_it_is_signed_every_minute_in_which_something_was_recorded(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    signing = Signing(pool, signer, ORIGIN)

    async def at(seconds: int) -> bool:
        """Seconds of the host's clock; the engine's is years behind."""
        moment = NOON + timedelta(seconds=seconds)
        return await signing.tick(moment, moment - timedelta(days=1000))

    assert not await at(0)
    await read_a_case(pool)
    assert await at(1)
    await read_a_case(pool)
    assert not await at(59)
    assert await at(61)
    assert not await at(200)
    await read_a_case(pool)
    assert await at(201)


async def test_it_is_signed_after_a_thousand_events_however_soon(
    store: PostgresEventStore, pool: Pool, signer: FileSigner
) -> None:
    signing = Signing(pool, signer, ORIGIN)
    await write(store)
    await signed(pool, signer)
    await read_a_case(pool)
    assert await signing.tick(NOON, NOON)
    for _ in range(10):
        await write(store, 1, 99)
    assert await signed(pool, signer) is not None  # all are in the ledger now
    await write(store, 10, 99)
    while await sequence(pool):
        pass
    assert not await signing.tick(NOON, NOON)
    await write(store, 1, 99)
    while await sequence(pool):
        pass
    assert await signing.tick(NOON, NOON)


async def test_a_signing_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    path.write_text("00" * 32)
    path.chmod(0o644)
    with pytest.raises(KeysMissing, match="chmod 600"):
        FileSigner.read(path)
    path.chmod(0o600)
    assert len(await FileSigner.read(path).public_key()) == 32
    path.write_text("00" * 31)
    with pytest.raises(KeysMissing, match="64 hexadecimal digits"):
        FileSigner.read(path)


def test_production_takes_no_signing_key_file(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match="key service"):
        signer_from(Settings(environment="production", signing_key_file=tmp_path / "signing.key"))
    with pytest.raises(KeysMissing, match="HOMEWARD_SIGNING_KEY_FILE"):
        signer_from(Settings())
    with pytest.raises(KeysMissing, match="cannot be read"):
        signer_from(Settings(home=tmp_path))
