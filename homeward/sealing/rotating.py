"""A new version of the key-encryption key, and every person's key wrapped by it, while all goes on.

No event is rewritten and no key of a person changes: only what it is wrapped by. Old wrappings open
until their version is destroyed, so nothing that reads meanwhile notices.
"""

from collections.abc import Callable

import msgspec

from homeward.ports_keys import Bound, KeyRefused, KeysAway, KeyService, Wrapped
from homeward.sealing.keystore import KeyRow, PostgresKeyStore, proof_of

BATCH = 200


class Rewrapped(msgspec.Struct, frozen=True):
    """How many were wrapped anew, and the ids of those that the service cannot open."""

    newest: int
    done: int
    damaged: tuple[str, ...]


async def rewrap(
    keys: PostgresKeyStore, service: KeyService, tell: Callable[[int], None] = lambda _: None
) -> Rewrapped:
    """Whatever an older version wraps, in batches; broken off, it goes on where it was.

    `tell` hears how many are done. Raises Unavailable.
    """
    newest = (await service.standing()).newest
    done, after = 0, ""
    damaged: list[str] = []
    while rows := await keys.older(newest, after, BATCH):
        after = rows[-1].id
        fresh = await _rewrapped(service, rows)
        await keys.replace(fresh)
        done += len(fresh)
        damaged += {row.id for row in rows} - {row.id for row, _ in fresh}
        tell(done)
    return Rewrapped(newest, done, tuple(sorted(damaged)))


async def _rewrapped(service: KeyService, rows: list[KeyRow]) -> list[tuple[KeyRow, Wrapped]]:
    """Those that open under their new wrapping as the key that they were."""
    asked = [Bound(row.id, row.wrapped) for row in rows if row.wrapped is not None]
    answers = await service.rewrap(asked)
    if len(answers) != len(rows):
        raise KeysAway
    fresh = [
        (row, answer)
        for row, answer in zip(rows, answers, strict=True)
        if isinstance(answer, Wrapped)
    ]
    opened = await service.unwrap([Bound(row.id, answer) for row, answer in fresh])
    if len(opened) != len(fresh):
        raise KeysAway
    return [
        pair
        for pair, clear in zip(fresh, opened, strict=True)
        if isinstance(clear, bytes) and proof_of(pair[0].id, clear) == pair[0].proof
    ]


async def retire(keys: PostgresKeyStore, service: KeyService, kek: int) -> None:
    """Destroys every version up to this one. Raises KeyRefused while it wraps a key that lives."""
    living = [count for count in await keys.counts() if count.kek <= kek and count.living]
    if living:
        held = ", ".join(f"{count.living} by version {count.kek}" for count in living)
        raise KeyRefused(f"keys are still wrapped by it: {held}")
    await service.destroy(kek)
