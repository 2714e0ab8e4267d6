"""What holds of every key service."""

import secrets
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec.structs import replace

from homeward.ports_keys import Bound, Erasure, KeyDestroyed, KeyRefused, KeyService, Wrapped

A, B = secrets.token_bytes(32), secrets.token_bytes(32)


async def wrapped(kms: KeyService) -> list[Bound]:
    made = await kms.wrap([("k-a", A), ("k-b", B)])
    return [Bound("k-a", made[0]), Bound("k-b", made[1])]


async def test_what_it_wraps_it_unwraps_in_the_order_asked(kms: KeyService) -> None:
    a, b = await wrapped(kms)
    assert A not in a.wrapped.box
    assert await kms.unwrap([b, a]) == [B, A]
    assert await kms.unwrap([]) == []


async def test_a_wrapped_key_opens_only_for_what_it_was_bound_to(kms: KeyService) -> None:
    a, b = await wrapped(kms)
    moved, whole = await kms.unwrap([replace(a, to="k-b"), b])
    assert isinstance(moved, KeyRefused)
    assert whole == B


async def test_a_damaged_key_is_refused_alone(kms: KeyService) -> None:
    a, b = await wrapped(kms)
    box = a.wrapped.box[:-1] + bytes([a.wrapped.box[-1] ^ 1])
    damaged, whole = await kms.unwrap([replace(a, wrapped=Wrapped(box, a.wrapped.kek)), b])
    assert isinstance(damaged, KeyRefused)
    assert whole == B


async def test_after_a_rotation_old_and_new_open_and_rewrapped_ones_are_new(
    kms: KeyService,
) -> None:
    a, b = await wrapped(kms)
    newest = await kms.rotate()
    assert newest == a.wrapped.kek + 1 == (await kms.standing()).newest
    [again] = await kms.rewrap([a])
    assert isinstance(again, Wrapped)
    assert again.kek == newest
    assert await kms.unwrap([replace(a, wrapped=again), a, b]) == [A, A, B]
    assert (await kms.wrap([("k-c", A)]))[0].kek == newest


async def test_what_a_destroyed_version_wraps_is_gone_for_good(kms: KeyService) -> None:
    [a, b] = await wrapped(kms)
    newest = await kms.rotate()
    [again] = await kms.rewrap([a])
    assert isinstance(again, Wrapped)
    await kms.destroy(newest - 1)
    kept, gone = await kms.unwrap([replace(a, wrapped=again), b])
    assert kept == A
    assert isinstance(gone, KeyDestroyed)
    [rewrapped] = await kms.rewrap([b])
    assert isinstance(rewrapped, KeyDestroyed)
    assert newest - 1 not in (await kms.standing()).versions


async def test_the_version_that_wraps_now_is_not_destroyed(kms: KeyService) -> None:
    with pytest.raises(KeyRefused):
        await kms.destroy((await kms.standing()).newest)


async def test_its_secrets_are_the_same_for_ever_and_others_for_each_purpose(
    kms: KeyService,
) -> None:
    first = await kms.mac("fingerprint")
    await kms.rotate()
    assert await kms.mac("fingerprint") == first != await kms.mac("token")
    assert len(first) == 32


async def test_its_signatures_hold_for_its_public_key(kms: KeyService) -> None:
    public = Ed25519PublicKey.from_public_bytes(await kms.public_key())
    signature = await kms.sign(b"a checkpoint")
    public.verify(signature, b"a checkpoint")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"another")


async def test_it_remembers_what_was_forgotten_once(kms: KeyService) -> None:
    start = len(await kms.erasures())  # a token outlives a test
    at = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)
    lines = [
        Erasure(start + n, "VIC-2026-000001", uuid4(), ("REQ-2026-1/stub/0",), at, b"p", b"h")
        for n in (1, 2, 3)
    ]
    await kms.remember(lines[:2])
    await kms.remember(lines)
    assert await kms.erasures(start) == lines
    assert await kms.erasures(start + 2) == lines[2:]
