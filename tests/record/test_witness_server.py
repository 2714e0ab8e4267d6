"""C2SP's tlog-witness, answer by answer; and the list of erasures."""

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from homeward.eventstore import note
from homeward.eventstore.chain import GENESIS, erasure_hash
from homeward.eventstore.merkle import EMPTY, Frontier, leaf_hash
from homeward.eventstore.note import COSIGNS, Checkpoint, Head, Key
from homeward.ports_record import WitnessAway, WitnessDisagrees
from homeward.sealing.signing import FileSigner
from homeward.services.witness_http import HttpWitness, request
from homeward.witness.folder import Folder, FolderTaken
from tests.eventstore.telling import NOON
from tests.record.keeping import ORIGIN
from tests.record.serving import serving

LEAVES = [leaf_hash(sha256(bytes([n])).digest()) for n in range(8)]
SIZE = "text/x.tlog.size"


@pytest.fixture
async def key(signer: FileSigner) -> Key:
    return Key(ORIGIN, await signer.public_key())


@pytest_asyncio.fixture
async def court(tmp_path: Path, key: Key) -> AsyncIterator[HttpWitness]:
    async with serving(tmp_path, key) as witness:
        yield witness


def root(size: int) -> bytes:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.add(leaf)
    return frontier.root()


async def told(signer: FileSigner, size: int, **changes: Any) -> str:
    made = {
        "origin": ORIGIN,
        "root": root(size),
        "access": Head(),
        "erased": Head(),
        "signed": NOON,
    }
    body = note.body_of(Checkpoint(size=size, **{**made, **changes}))
    key = Key(changes.get("origin", ORIGIN), await signer.public_key())
    return f"{body}\n{note.signature_line(key, await signer.sign(body.encode()))}"


async def post(court: HttpWitness, body: str | bytes) -> httpx.Response:
    return await court._http.post("add-checkpoint", content=body)


async def test_the_first_checkpoint_is_taken_without_a_proof_and_cosigned_with_the_time(
    court: HttpWitness, signer: FileSigner
) -> None:
    text = await told(signer, 1)
    reply = await post(court, request(0, [], text))
    assert reply.status_code == 200
    given = note.verified(note.read(text + reply.text), Key.read(str(court.key)))
    assert given is not None
    assert int.from_bytes(given.signature[:8]) == int(NOON.timestamp())
    assert (await court._http.get("key")).text.strip() == court.key


async def test_the_next_is_taken_with_a_proof_and_the_same_one_again(
    court: HttpWitness, signer: FileSigner
) -> None:
    await post(court, request(0, [], await told(signer, 1)))
    second = request(1, [LEAVES[1]], await told(signer, 2))
    first = await post(court, second)
    assert first.status_code == 200
    again = await post(court, second)
    assert (again.status_code, again.headers["content-type"], again.text) == (409, SIZE, "2\n")
    again = await post(court, request(2, [], await told(signer, 2)))
    assert (again.status_code, again.text) == (200, first.text)
    assert len(await court.kept()) == 2


async def test_every_refusal_has_the_status_that_the_protocol_gives_it(
    court: HttpWitness, signer: FileSigner
) -> None:
    await post(court, request(0, [], await told(signer, 1)))
    other = FileSigner(bytes([9]) * 32)
    good = await told(signer, 2)
    for body, status in (
        (request(1, [LEAVES[1]], await told(signer, 2, origin="homeward/else")), 404),
        (request(1, [LEAVES[1]], await told(other, 2)), 403),
        (request(1, [LEAVES[1]], good.replace("\n2\n", "\n3\n", 1)), 403),
        (request(3, [], good), 400),
        (request(0, [], good), 409),
        (request(2, [], good), 409),
        (request(1, [], await told(signer, 1, root=EMPTY)), 409),
        (request(1, [], good), 422),
        (request(1, [LEAVES[2]], good), 422),
        (request(1, [LEAVES[1]], await told(signer, 2, signed=NOON - timedelta(seconds=1))), 422),
        (b"\xff", 400),
        ("", 400),
        ("old 1", 400),
        ("old 01\n\n" + good, 400),
        ("old -1\n\n" + good, 400),
        ("1\n\n" + good, 400),
        ("old 1\n%\n\n" + good, 400),
        ("old 1\nAAAA\n\n" + good, 400),
        ("old 1\n" + 64 * (b64encode(LEAVES[1]).decode() + "\n") + "\n" + good, 400),
        ("old 1\n\nnot a note", 400),
        (b"a" * 2_000_000, 413),
    ):
        assert (await post(court, body)).status_code == status, body[:200]
    assert (await post(court, request(1, [LEAVES[1]], good))).status_code == 200
    assert len(await court.kept()) == 2


async def test_a_stopped_witness_remembers_and_a_torn_line_was_never_taken(
    tmp_path: Path, key: Key, signer: FileSigner
) -> None:
    async with serving(tmp_path, key) as court:
        await court.take(0, [], await told(signer, 1))
        first = court.key
        with pytest.raises(FolderTaken, match="another witness"):
            Folder(tmp_path, "court")
    with (tmp_path / "checkpoints.jsonl").open("a") as file:
        file.write('{"note": "homew')
    async with serving(tmp_path, key) as court:
        assert court.key == first
        await court.take(1, [LEAVES[1]], await told(signer, 2))
        assert [note.read(each).checkpoint.size for each in await court.kept()] == [1, 2]
    assert (tmp_path / "witness.key").stat().st_mode & 0o777 == 0o600


async def test_a_key_that_takes_the_place_of_another_is_known_beside_it(
    tmp_path: Path, key: Key, signer: FileSigner
) -> None:
    newer = FileSigner(bytes([5]) * 32)
    async with serving(tmp_path, key, Key(ORIGIN, await newer.public_key())) as court:
        await court.take(0, [], await told(signer, 1))
        await court.take(1, [LEAVES[1]], await told(newer, 2))


def erasure(number: int, prev: bytes, subjects: list[str]) -> dict[str, Any]:
    event = UUID(int=number)
    hash_ = erasure_hash(prev, case="VIC-2026-482911", event=event, subjects=subjects, at=NOON)
    return {
        "number": number, "case": "VIC-2026-482911", "event": str(event), "subjects": subjects,
        "at": "2026-03-02T05:00:00.000000Z", "prev": b64encode(prev).decode(),
        "hash": b64encode(hash_).decode(),
    }  # fmt: skip


async def test_erasures_are_kept_in_their_chain_and_told_to_the_records_key_alone(
    tmp_path: Path, key: Key, signer: FileSigner
) -> None:
    one = erasure(1, GENESIS, ["VIC-2026-482911"])
    two = erasure(
        2,
        erasure_hash(
            GENESIS, case=one["case"], event=UUID(int=1), subjects=one["subjects"], at=NOON
        ),
        ["stub"],
    )
    thief = FileSigner(bytes([9]) * 32)
    async with serving(tmp_path, key) as court:
        await court.add_erasure(one, ORIGIN, signer)
        await court.add_erasure(one, ORIGIN, signer)
        with pytest.raises(WitnessDisagrees, match="known here"):
            await court.add_erasure(two, ORIGIN, thief)
        for bad in ({**two, "subjects": ["else"]}, {**two, "more": 1}, {}):
            with pytest.raises(WitnessDisagrees):
                await court.add_erasure(bad, ORIGIN, signer)
        with pytest.raises(WitnessDisagrees, match="not the beginning"):
            await court.add_erasure(erasure(2, GENESIS, ["stub"]), ORIGIN, signer)
        await court.add_erasure(two, ORIGIN, signer)
    async with serving(tmp_path, key) as court:
        assert await court.erasures(ORIGIN, signer, NOON) == [one, two]
        with pytest.raises(WitnessDisagrees):
            await court.erasures(ORIGIN, thief, NOON)
        with pytest.raises(WitnessDisagrees, match="too old"):
            await court.erasures(ORIGIN, signer, NOON - timedelta(minutes=6))
        assert (await court._http.get("erasures")).status_code == 401


async def test_what_answers_is_a_witness_only_with_the_key_that_was_given(
    court: HttpWitness, signer: FileSigner
) -> None:
    stranger = Key("court", await signer.public_key(), COSIGNS)
    async with HttpWitness(str(court._http.base_url), stranger) as mistaken:
        with pytest.raises(WitnessAway, match="without a cosignature of the key"):
            await mistaken.take(0, [], await told(signer, 1))
    async with HttpWitness("http://127.0.0.1:1", stranger) as nobody:
        with pytest.raises(WitnessAway, match="does not answer"):
            await nobody.take(0, [], await told(signer, 1))
