"""The record as supervisors and auditors see it: how far it is signed, and who has it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from homeward.eventstore import note
from homeward.eventstore.pool import Connection, Pool, reaching

PATIENCE = timedelta(hours=1)
"""How long a witness may be away before somebody must see to it."""

CHECKPOINTS = """
select c.number, c.size, c.signed_at, c.note,
  array(select w.witness from es.cosignature w where w.checkpoint = c.number order by 1) as cosigned
  from es.checkpoint c where c.number < $1 order by c.number desc limit $2
"""
WITNESSES = """
select w.name, w.delivered, w.size, w.waiting_since, w.fault, w.told,
  coalesce((select max(number) from es.checkpoint), 0) - w.delivered as behind
  from es.witness w order by w.name
"""
STANDS = """
select s.size, s.fault, s.fault_since, c.number, c.size as signed, c.signed_at,
  (select count(*) from es.pending) as pending,
  array(select key from es.public_key where not witness order by since, key) as keys
  from es.sequencer s
  left join es.checkpoint c on c.number = (select max(number) from es.checkpoint)
"""
NEWEST = 2**63 - 1


class CheckpointLine(msgspec.Struct, frozen=True):
    number: int
    size: int
    signed_at: datetime
    root: str
    reads: int
    erasures: int
    cosigned: list[str]
    """The witnesses that signed it too."""
    note: str


class WitnessLine(msgspec.Struct, frozen=True):
    name: str
    delivered: int
    """The number of the last checkpoint that it took; 0 before the first."""
    size: int
    behind: int
    """How many checkpoints wait for it."""
    waiting_since: datetime | None
    fault: str | None
    """away | disagrees"""
    told: str
    late: bool
    """Somebody must see to it: it disagrees, or has been away for an hour."""


class Record(msgspec.Struct, frozen=True):
    events: int
    """Those that have a position."""
    pending: int
    signed: int
    """Those that the newest checkpoint covers."""
    checkpoint: int
    signed_at: datetime | None
    fault: str | None
    """What contradicts the last checkpoint: nothing is signed while it stands."""
    fault_since: datetime | None
    keys: list[str]
    """The public keys that signed, oldest first."""
    witnesses: list[WitnessLine]


async def checkpoints(pool: Pool, limit: int, before: int = NEWEST) -> list[CheckpointLine]:
    """Newest first; `before`: the number where a page ended."""
    with reaching():
        found = await pool.fetch(CHECKPOINTS, before, limit)
    return [
        CheckpointLine(
            row["number"], row["size"], row["signed_at"], root, reads, erasures,
            list(row["cosigned"]), row["note"],
        )
        for row in found
        for root, reads, erasures in [_told(row["note"])]
    ]  # fmt: skip


def _told(text: str) -> tuple[str, int, int]:
    """Root, reads and erasures; nothing of a note that somebody spoiled."""
    try:
        made = note.read(text).checkpoint
    except ValueError:
        return "", 0, 0
    return made.root.hex(), made.access.number, made.erased.number


async def record(connection: Pool | Connection, now: datetime) -> Record:
    """`now` is the engine's."""
    with reaching():
        stands: Any = await connection.fetchrow(STANDS)
        found = await connection.fetch(WITNESSES)
    witnesses = [
        WitnessLine(
            row["name"], row["delivered"], row["size"], row["behind"], row["waiting_since"],
            row["fault"], row["told"], _late(row["fault"], row["waiting_since"], now),
        )
        for row in found
    ]  # fmt: skip
    return Record(
        stands["size"], stands["pending"], stands["signed"] or 0, stands["number"] or 0,
        stands["signed_at"], stands["fault"], stands["fault_since"], list(stands["keys"]),
        witnesses,
    )  # fmt: skip


def _late(fault: str | None, since: datetime | None, now: datetime) -> bool:
    return fault == "disagrees" or (since is not None and now - since >= PATIENCE)
