"""Signing the record: what stands now, if it continues what was signed before."""

from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec

from homeward.eventstore import note
from homeward.eventstore.ledger import LedgerBroken, hashes
from homeward.eventstore.merkle import Frontier, consistency
from homeward.eventstore.note import Checkpoint, Head, Key
from homeward.eventstore.pool import Pool, reaching
from homeward.ports_record import Signer

EVERY = timedelta(minutes=1)
LEAVES = 1000
"""A checkpoint is made once something was recorded, at the latest after so long or so many."""

# One statement, so that all of it is of one moment.
STANDING = """
select s.size, s.frontier, c.number, c.note, a.id as reads, a.hash as read, e.number as erasures,
  e.hash as erasure
  from es.sequencer s
  left join lateral (select number, note from es.checkpoint order by number desc limit 1) c on true
  left join lateral (select id, hash from es.access_log order by id desc limit 1) a on true
  left join lateral (select number, hash from es.erasure order by number desc limit 1) e on true
"""
STILL = """
select (select hash from es.access_log where id = $1) as read,
  (select hash from es.erasure where number = $2) as erasure
"""
KEEP = """
with key as (
  insert into es.public_key (key, witness, since) values ($5, false, $3) on conflict do nothing)
insert into es.checkpoint (number, size, signed_at, note) values ($1, $2, $3, $4)
  on conflict do nothing returning number
"""


class Inconsistent(Exception):  # noqa: N818 - says what the record is
    """What stands does not continue what was signed last: somebody must look before more is."""


class Standing(msgspec.Struct, frozen=True):
    """The ends of ledger, access log and erasures, and the checkpoint before."""

    size: int
    root: bytes
    access: Head
    erased: Head
    number: int
    last: note.Note | None

    @property
    def new_leaves(self) -> int:
        return self.size - (self.last.checkpoint.size if self.last else 0)

    @property
    def recorded(self) -> bool:
        """Whether anything was recorded since the last checkpoint."""
        if self.last is None:
            return (self.size, self.access.number, self.erased.number) != (0, 0, 0)
        last = self.last.checkpoint
        return (self.size, self.access, self.erased) != (last.size, last.access, last.erased)


async def standing(pool: Pool) -> Standing:
    """Raises Unavailable; Inconsistent where the last checkpoint cannot be read."""
    with reaching():
        row = await pool.fetchrow(STANDING)
    assert row is not None
    try:
        last = None if row["note"] is None else note.read(row["note"])
    except ValueError as fault:
        raise Inconsistent(f"checkpoint {row['number']} is not one: {fault}") from None
    return Standing(
        row["size"],
        Frontier(row["size"], row["frontier"]).root(),
        _head(row["reads"], row["read"]),
        _head(row["erasures"], row["erasure"]),
        row["number"] or 0,
        last,
    )


def _head(number: int | None, hash_: bytes) -> Head:
    return Head() if number is None else Head(number, hash_)


async def sign(pool: Pool, signer: Signer, origin: str, now: datetime) -> Checkpoint | None:
    """Sign what stands and keep it; None if nothing new stands, or another was first.

    `now` is the engine's; a clock that was put back is read as the last checkpoint's time, for a
    record does not grow backwards. Raises Inconsistent and Unavailable.
    """
    stands = await standing(pool)
    if not stands.recorded:
        return None
    now = now.astimezone(UTC).replace(microsecond=0)
    if stands.last is not None:
        now = max(now, stands.last.checkpoint.signed)
    made = Checkpoint(origin, stands.size, stands.root, stands.access, stands.erased, now)
    key = Key(origin, await signer.public_key())
    if stands.last is not None:
        await _assert_continues(pool, stands.last, made, key)
    body = note.body_of(made)
    text = f"{body}\n{note.signature_line(key, await signer.sign(body.encode()))}"
    with reaching():
        kept = await pool.fetchval(KEEP, stands.number + 1, made.size, now, text, str(key))
    return made if kept else None


async def _assert_continues(pool: Pool, before: note.Note, made: Checkpoint, key: Key) -> None:
    last = before.checkpoint
    ours = any(each.key_id == key.id for each in before.signatures)
    if ours and note.verified(before, key) is None:
        raise Inconsistent("the last checkpoint does not bear our signature")
    try:
        with reaching():
            grown = consistency(last.size, made.size) if last.size <= made.size else []
            proof = await hashes(pool, grown)
            still = await pool.fetchrow(STILL, last.access.number, last.erased.number)
    except LedgerBroken as fault:
        raise Inconsistent(str(fault)) from None
    if reason := note.why_not_after(last, made, proof):
        raise Inconsistent(reason)
    assert still is not None
    _assert_stands("access log", last.access, still, "read")
    _assert_stands("list of erasures", last.erased, still, "erasure")


def _assert_stands(name: str, head: Head, still: asyncpg.Record, column: str) -> None:
    if head.number and still[column] != head.hash:
        raise Inconsistent(f"line {head.number} of the {name} is not the one that was signed")
