"""Checkpoints are brought to their witnesses, in order, however long one is away.

How far each witness is stands in `es.witness`; whoever holds its row delivers. A witness that was
told and a delivery that was not noted down meet again harmlessly: the same note is taken twice.
"""

from collections.abc import Iterable
from datetime import datetime

import asyncpg

from homeward.eventstore import note
from homeward.eventstore.ledger import hashes
from homeward.eventstore.merkle import consistency
from homeward.eventstore.note import Key
from homeward.eventstore.pool import Connection, Pool, reaching
from homeward.ports_record import Witness, WitnessAway, WitnessDisagrees, WitnessElsewhere

ENLIST = """
with gone as (delete from es.witness where name <> all ($1))
insert into es.witness (name) select unnest($1::text[]) on conflict do nothing
"""
TURN = "select delivered, size from es.witness where name = $1 for update skip locked"
NEXT = "select number, size, note from es.checkpoint where number > $1 order by number limit 1"
NEWEST = "select coalesce(max(size), 0) from es.checkpoint"
LATER_OF_THAT_SIZE = "select exists (select from es.checkpoint where size = $1 and number > $2)"
TAKEN = """
with key as (
  insert into es.public_key (key, witness, since)
  select $5, true, $6 where $5::text is not null on conflict do nothing),
cosigned as (
  insert into es.cosignature (checkpoint, witness, line)
  select $2, $1, $4 where $4::text is not null on conflict do nothing)
update es.witness
   set delivered = $2, size = $3, waiting_since = null, fault = null, told = '' where name = $1
"""
WAITS = """
update es.witness set waiting_since = coalesce(waiting_since, $2), fault = $3, told = $4
 where name = $1
"""


async def enlist(pool: Pool, names: Iterable[str]) -> None:
    """From now on these are the witnesses; one that is named no longer is waited for no longer."""
    with reaching():
        await pool.execute(ENLIST, list(names))


async def deliver(pool: Pool, witness: Witness, now: datetime) -> bool:
    """Bring the next checkpoint that this witness has not; False if there is none to bring.

    Raises WitnessAway and WitnessDisagrees, which are noted down first, and Unavailable.
    """
    with reaching():
        async with pool.acquire() as connection, connection.transaction():
            turn = await connection.fetchrow(TURN, witness.name)
            due = None if turn is None else await connection.fetchrow(NEXT, turn["delivered"])
            if turn is None or due is None:
                return False
            try:
                line = await _bring(connection, witness, turn["size"], due)
            except (WitnessAway, WitnessDisagrees) as fault:
                kind = "away" if isinstance(fault, WitnessAway) else "disagrees"
                await connection.execute(WAITS, witness.name, now, kind, str(fault))
                failed: Exception | None = fault
            else:
                key = None if line is None else witness.key
                await connection.execute(
                    TAKEN, witness.name, due["number"], due["size"], line, key, now
                )
                failed = None
    if failed is not None:
        raise failed
    return True


async def _bring(
    connection: Connection, witness: Witness, old: int, due: asyncpg.Record
) -> str | None:
    if old > due["size"]:  # it took a later one before we noted this one down
        return None
    for _ in range(2):
        proof = await hashes(connection, consistency(old, due["size"]))
        try:
            return _checked(witness, due["note"], await witness.take(old, proof, due["note"]))
        except WitnessElsewhere as elsewhere:
            # told before, and not noted down: it may have this one, or later ones already
            if elsewhere.size > await connection.fetchval(NEWEST):
                raise WitnessDisagrees(f"{elsewhere}, more than were ever signed here") from None
            old = elsewhere.size
            if old > due["size"] or await connection.fetchval(
                LATER_OF_THAT_SIZE, old, due["number"]
            ):
                return None
    raise WitnessDisagrees("it says of its own newest checkpoint first one thing, then another")


def _checked(witness: Witness, told: str, line: str | None) -> str | None:
    """The cosignature, if it is this witness's and of this note."""
    if line is None or witness.key is None:
        return None
    try:
        given = note.read(told + line)
    except ValueError as fault:
        raise WitnessAway(f"it answers with something else than a cosignature: {fault}") from None
    if note.verified(given, Key.read(witness.key)) is None:
        raise WitnessAway("its cosignature does not hold under the key that we were given")
    return line
