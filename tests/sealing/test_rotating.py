import asyncio

import pytest

from homeward.domain.sealed import Sealed
from homeward.eventstore.pool import Pool
from homeward.ports_keys import KeyRefused, KeysAway
from homeward.sealing import rotating
from homeward.sealing.keyring import Keyring
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.rotating import retire, rewrap
from tests.sealing.service import Service, keyring_on

NAME = "Trần Thị Mai"


def subject(nth: int) -> str:
    return f"VIC-2026-{nth:06}"


async def closed(keyring: Keyring, many: int) -> list[Sealed]:
    boxes = []
    for nth in range(many):
        sealer = await keyring.closing({(subject(nth), "identity")})
        boxes.append(sealer.close(NAME, subject(nth), "identity", "name"))
    return boxes


async def versions(pool: Pool) -> set[int]:
    return {row[0] for row in await pool.fetch("select distinct kek from es_keys.subject_key")}


async def test_while_keys_are_rotated_nobody_who_seals_or_opens_notices(
    store: PostgresKeyStore, service: Service, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 7)
    boxes = await closed(keyring_on(store, service), 40)
    stop = asyncio.Event()
    done = {"opened": 0, "sealed": 0}

    async def read() -> None:
        while not stop.is_set():
            keyring = keyring_on(store, service)  # a process that has cached nothing
            assert await keyring.open(boxes) == [NAME] * len(boxes)
            done["opened"] += 1

    async def write(first: int) -> None:
        nth = first
        while not stop.is_set():
            keyring = keyring_on(store, service)
            sealer = await keyring.closing({(subject(nth), "identity"), (subject(3), "health")})
            box = sealer.close(NAME, subject(nth), "identity", "name")
            assert await keyring_on(store, service).open(box) == NAME
            nth, done["sealed"] = nth + 1, done["sealed"] + 1

    working = [asyncio.create_task(one) for one in (read(), read(), write(1000), write(5000))]
    for newest in (2, 3, 4):
        assert await service.rotate() == newest
        assert (await rewrap(store, service)).damaged == ()
    while min(done.values()) < 5:  # noqa: ASYNC110 - they have no event to wait for
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*working)
    assert min(done.values()) >= 5
    assert (await rewrap(store, service)).newest == 4
    assert await versions(pool) == {4}


async def test_a_rotation_that_was_broken_off_goes_on_where_it_was(
    store: PostgresKeyStore, service: Service, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "BATCH", 5)
    boxes = await closed(keyring_on(store, service), 20)
    await service.rotate()

    def breaks_off(done: int) -> None:
        if done >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await rewrap(store, service, breaks_off)
    assert await versions(pool) == {1, 2}
    assert await keyring_on(store, service).open(boxes) == [NAME] * 20
    assert (await rewrap(store, service)).done == 10
    assert await versions(pool) == {2}


async def test_a_version_is_destroyed_only_once_it_wraps_nothing(
    store: PostgresKeyStore, service: Service
) -> None:
    boxes = await closed(keyring_on(store, service), 3)
    await service.rotate()
    with pytest.raises(KeyRefused, match="3 by version 1"):
        await retire(store, service, 1)
    await rewrap(store, service)
    await retire(store, service, 1)
    assert await keyring_on(store, service).open(boxes) == [NAME] * 3


async def test_a_key_that_cannot_be_opened_is_named_and_the_others_are_wrapped(
    store: PostgresKeyStore, service: Service, pool: Pool
) -> None:
    boxes = await closed(keyring_on(store, service), 3)
    id_ = boxes[1].key
    await pool.execute("update es_keys.subject_key set wrapped = '\\x00' where key_id = $1", id_)
    await service.rotate()
    made = await rewrap(store, service)
    assert (made.done, made.damaged) == (2, (id_,))


async def test_a_service_that_is_away_ends_it_without_harm(
    store: PostgresKeyStore, service: Service
) -> None:
    boxes = await closed(keyring_on(store, service), 3)
    await service.rotate()
    service.away = True
    with pytest.raises(KeysAway):
        await rewrap(store, service)
    service.away = False
    assert await keyring_on(store, service).open(boxes) == [NAME] * 3
