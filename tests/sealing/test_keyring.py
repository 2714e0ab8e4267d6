import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from homeward.domain.sealed import Sealed
from homeward.eventstore.pool import Pool
from homeward.ports_keys import KeysAway
from homeward.sealing.box import MATCH, Owned
from homeward.sealing.keyring import Erased, Keyring
from homeward.sealing.keystore import PostgresKeyStore
from tests.sealing.service import Clock, Service, keyring_on

MAI, LAN = "VIC-2026-000001", "VIC-2026-000002"
NAME = "Trần Thị Mai"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def closed(keyring: Keyring, subject: str = MAI, value: str = NAME) -> Sealed:
    sealer = await keyring.closing({(subject, "identity"), (subject, MATCH)})
    return sealer.close(value, subject, "identity", "name", match=True)


async def test_what_one_process_closed_another_opens(
    keyring: Keyring, other_process: Keyring
) -> None:
    assert await other_process.open({"name": await closed(keyring)}) == {"name": NAME}


async def test_each_person_and_compartment_has_a_key_of_its_own(keyring: Keyring) -> None:
    wanted: set[Owned] = {(MAI, "identity"), (MAI, "health"), (LAN, "identity")}
    sealer = await keyring.closing(wanted)
    keys = {sealer.close("x", s, c, "f").key for s, c in wanted}  # type: ignore[arg-type]
    assert len(keys) == 3


async def test_processes_that_make_the_same_key_at_once_agree_on_one(
    store: PostgresKeyStore, service: Service
) -> None:
    rings = [keyring_on(store, service) for _ in range(8)]
    boxes = await asyncio.gather(*(closed(ring) for ring in rings))
    assert len({box.key for box in boxes}) == 1
    assert len({box.match for box in boxes}) == 1
    assert [await ring.open(box) for ring, box in zip(rings, reversed(boxes), strict=True)] == (
        [NAME] * 8
    )


async def test_no_key_lies_anywhere_in_clear(keyring: Keyring, pool: Pool) -> None:
    sealer = await keyring.closing({(MAI, "identity")})
    [wrapped] = [row[0] for row in await pool.fetch("select wrapped from es_keys.subject_key")]
    assert sealer._closing[MAI, "identity"].secret not in wrapped


async def test_a_wrapped_key_moved_to_another_row_opens_nothing(
    keyring: Keyring, other_process: Keyring, pool: Pool
) -> None:
    mais, lans = await closed(keyring), await closed(keyring, LAN)
    await pool.execute(
        """update es_keys.subject_key set wrapped = (
             select wrapped from es_keys.subject_key where key_id = $2) where key_id = $1""",
        lans.key, mais.key,
    )  # fmt: skip
    assert await other_process.open([mais, lans]) == [NAME, {"unreadable": "damaged"}]


async def test_a_missing_key_is_told_of_that_person_alone(keyring: Keyring) -> None:
    box = await closed(keyring)
    stray = Sealed(LAN, "identity", "name", "k-nowhere", box.box)
    assert await keyring.open([box, stray]) == [NAME, {"unreadable": "missing"}]


async def test_an_unwrapped_key_is_kept_for_a_short_while_only(
    store: PostgresKeyStore, service: Service
) -> None:
    box, clock = await closed(keyring_on(store, service)), Clock()
    service.asked = 0
    keyring = keyring_on(store, service, life=60, monotonic=clock)
    for _ in range(3):
        await keyring.open(box)
    assert service.asked == 1
    clock.now = 61
    await keyring.open(box)
    assert service.asked == 2


async def test_no_more_keys_are_kept_than_allowed(
    store: PostgresKeyStore, service: Service
) -> None:
    keyring = keyring_on(store, service, held=3)
    for nth in range(10):
        await closed(keyring, f"VIC-2026-{nth:06}")
    assert len(keyring._clear) == 3


async def test_a_destroyed_key_opens_nothing_in_any_process_from_then_on(
    keyring: Keyring, other_process: Keyring, store: PostgresKeyStore
) -> None:
    mais, lans = await closed(keyring), await closed(keyring, LAN)
    assert await other_process.open([mais, lans]) == [NAME, NAME]
    assert await store.destroy([MAI], NOW) == 2
    for ring in (keyring, other_process):
        assert await ring.open([mais, lans]) == [{"unreadable": "erased"}, NAME]
        assert mais.key not in ring._clear


async def test_nothing_more_is_sealed_for_whose_keys_are_destroyed(
    keyring: Keyring, store: PostgresKeyStore
) -> None:
    await closed(keyring)
    await store.destroy([MAI], NOW)
    with pytest.raises(Erased):
        await closed(keyring)


async def test_a_key_cannot_be_brought_back_or_given_to_another(
    keyring: Keyring, store: PostgresKeyStore, pool: Pool
) -> None:
    await closed(keyring)
    await closed(keyring, LAN)
    await store.destroy([MAI], NOW)
    for statement in (
        "update es_keys.subject_key set wrapped = '\\x00', destroyed_at = null where subject = $1",
        "delete from es_keys.subject_key where subject = $1",
    ):
        with pytest.raises(asyncpg.PostgresError, match="rewrapped or destroyed"):
            await pool.execute(statement, MAI)
    with pytest.raises(asyncpg.PostgresError, match="rewrapped or destroyed"):
        await pool.execute("update es_keys.subject_key set subject = 'X' where subject = $1", LAN)


async def test_while_the_key_service_is_away_what_needs_no_key_goes_on(
    keyring: Keyring, other_process: Keyring, service: Service
) -> None:
    box = await closed(keyring)
    service.away = True
    assert await other_process.open({"state": "CLOSED", "days": 3}) == {
        "state": "CLOSED",
        "days": 3,
    }
    with pytest.raises(KeysAway) as away:
        await other_process.open(box)
    assert away.value.part == "keys"
    service.away = False
    assert await other_process.open(box) == NAME


async def test_a_key_service_that_is_slow_is_away(
    keyring: Keyring, store: PostgresKeyStore, service: Service
) -> None:
    box = await closed(keyring)
    service.slow = True
    with pytest.raises(KeysAway):
        await keyring_on(store, service, patience=0.01).open(box)


@pytest.mark.parametrize("garbage", [[b"short"], [b"\x00" * 32]])
async def test_a_key_service_that_answers_another_key_opens_nothing(
    keyring: Keyring, other_process: Keyring, service: Service, garbage: list[bytes]
) -> None:
    box = await closed(keyring)
    service.garbage = garbage
    assert await other_process.open(box) == {"unreadable": "damaged"}
    service.garbage = garbage * 2
    with pytest.raises(KeysAway):  # what would be closed could never be opened
        await closed(other_process)
    with pytest.raises(KeysAway):
        await closed(other_process, LAN)
    service.garbage = None
    assert await other_process.open([box, await closed(other_process, LAN)]) == [NAME, NAME]


async def test_a_key_service_that_answers_too_little_is_not_understood(
    keyring: Keyring, other_process: Keyring, service: Service
) -> None:
    box = await closed(keyring)
    service.garbage = []
    with pytest.raises(KeysAway):
        await other_process.open(box)
