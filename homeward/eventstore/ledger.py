"""The sequencer: gives every committed event one position in one order over all streams.

Appends queue their events and wait for nobody; whoever holds the row of `es.sequencer` moves a
batch from the queue to the ledger, in one transaction. So a sequencer may be killed at any point,
and a second one finds the row held and tries again later.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg
import msgspec

from homeward.eventstore.merkle import Frontier, Range, computed, kept, leaf_hash, subtrees
from homeward.eventstore.pool import Connection, Pool, reaching

CHANNEL = "es_ledger"
"""Told once a batch, with the ledger's size. It only wakes: who listens polls too."""

ANY = "select exists (select from es.pending)"
TURN = "select size, frontier from es.sequencer for update skip locked"
# Within a stream `ins` rises with the version, for it is drawn under the stream's lock.
QUEUED = "select ins, stream_id, version, hash from es.pending order by ins limit $1"
MOVE = f"""
with taken as (delete from es.pending where ins = any ($1)),
led as (
  insert into es.ledger (position, stream_id, version, leaf)
  select * from unnest($2::bigint[], $3::text[], $4::int[], $5::bytea[])),
kept as (
  insert into es.node (level, index, hash)
  select * from unnest($6::smallint[], $7::bigint[], $8::bytea[])),
moved as (update es.sequencer set size = $9, frontier = $10)
select pg_notify('{CHANNEL}', $9::bigint::text)
"""  # noqa: S608 - CHANNEL is a constant
LEAVES = "select position, leaf from es.ledger where position = any ($1)"
NODES = """
select level, index, hash from es.node
  join unnest($1::smallint[], $2::bigint[]) as wanted (level, index) using (level, index)
"""


class LedgerBroken(Exception):  # noqa: N818 - says what the ledger is
    """The ledger's own rows contradict each other; nothing may be signed about it."""


FAULT = """
update es.sequencer set fault = $1, fault_since = case when $1 is null then null
  else coalesce(fault_since, $2) end
 where fault is distinct from $1
"""


class Tree(msgspec.Struct, frozen=True):
    size: int
    root: bytes


async def sequence(pool: Pool, limit: int = 1000) -> int:
    """Move at most `limit` events into the ledger; how many. 0 too while another is at it.

    Raises Unavailable, and LedgerBroken where the ledger has been tampered with.
    """
    with reaching():
        if not await pool.fetchval(ANY):
            return 0
        async with pool.acquire() as connection, connection.transaction():
            turn = await connection.fetchrow(TURN)
            return 0 if turn is None else await _move(connection, turn, limit)


async def _move(connection: Connection, turn: asyncpg.Record, limit: int) -> int:
    queued = await connection.fetch(QUEUED, limit)
    if not queued:
        return 0
    try:
        frontier = Frontier(turn["size"], turn["frontier"])
    except ValueError as fault:
        raise LedgerBroken(f"its end is not one: {fault}") from None
    first = frontier.size
    leaves = [leaf_hash(row["hash"]) for row in queued]
    nodes = [node for leaf in leaves for node in frontier.add(leaf)]
    try:
        await connection.execute(
            MOVE,
            [row["ins"] for row in queued],
            list(range(first, frontier.size)),
            [row["stream_id"] for row in queued],
            [row["version"] for row in queued],
            leaves,
            [level for level, _, _ in nodes],
            [index for _, index, _ in nodes],
            [node for _, _, node in nodes],
            frontier.size,
            frontier.hashes,
        )
    except asyncpg.UniqueViolationError as fault:
        raise LedgerBroken(f"what comes after {first} events is there already") from fault
    return len(queued)


async def note_fault(pool: Pool, fault: str | None, now: datetime) -> None:
    """Keep why nothing is signed where supervisors see it; None: it is mended."""
    with reaching():
        await pool.execute(FAULT, fault, now)


async def tree(connection: Connection | Pool) -> Tree:
    """The ledger's tree as the sequencer left it."""
    row = await connection.fetchrow("select size, frontier from es.sequencer")
    assert row is not None
    return Tree(row["size"], Frontier(row["size"], row["frontier"]).root())


async def hashes(connection: Connection | Pool, parts: Sequence[Range]) -> list[bytes]:
    """The root of each range, from leaves and kept nodes: two queries, however large the tree.

    A proof over 1,000,000 leaves reads at most some hundred hashes of each level. Raises
    `LedgerBroken` where one is missing.
    """
    wanted = {
        (level, index)
        for part in parts
        for subtree in subtrees(part)
        for level, indices in [kept(*subtree)]
        for index in indices
    }
    found = await _stored(connection, wanted)
    if missing := wanted - found.keys():
        level, index = min(missing)
        raise LedgerBroken(f"the hash {index} of level {level} is missing")
    return [computed(part, lambda level, index: found[level, index]) for part in parts]


async def _stored(
    connection: Connection | Pool, wanted: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    leaves = [index for level, index in wanted if level == 0]
    nodes = [(level, index) for level, index in wanted if level]
    found = {(0, row[0]): row[1] for row in await connection.fetch(LEAVES, leaves)}
    if nodes:
        levels, indices = zip(*nodes, strict=True)
        for row in await connection.fetch(NODES, list(levels), list(indices)):
            found[row[0], row[1]] = row[2]
    return found
