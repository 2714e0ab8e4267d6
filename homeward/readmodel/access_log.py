"""Who read what: kept, committed and chained before anything is unsealed."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from homeward.domain.actors import Actor
from homeward.eventstore.pool import Pool, reaching

RECORD = "select es.record_read($1, $2, $3, $4, $5)"
READS = """
select id, at, actor, what, stream_id, sections from es.access_log
 where ($1::text is null or stream_id = $1) and ($2::text is null or actor = $2) and id < $3
 order by id desc limit $4
"""
NEWEST = 2**63 - 1


class Read(msgspec.Struct, frozen=True):
    id: int
    at: datetime
    actor: str
    what: str
    stream: str | None
    sections: tuple[str, ...]


async def record(
    pool: Pool,
    actor: Actor | str,
    what: str,
    stream: str | Iterable[str] | None,
    sections: Iterable[str],
    at: datetime,
) -> None:
    """Returns once it is durable; several streams (a page of a list) are several lines at once."""
    streams = [stream] if stream is None or isinstance(stream, str) else stream
    person = actor.id if isinstance(actor, Actor) else actor
    with reaching():
        await pool.execute(RECORD, at, person, what, list(streams), sorted(sections))


async def reads(
    pool: Pool,
    *,
    stream: str | None = None,
    actor: str | None = None,
    limit: int = 50,
    before: int = NEWEST,
) -> list[Read]:
    """Newest first: of a stream, by an actor, or all; `before` the id where a page ended."""
    with reaching():
        found = await pool.fetch(READS, stream, actor, before, limit)
    return [
        Read(row["id"], row["at"], row["actor"], row["what"], row["stream_id"],
             tuple(row["sections"]))
        for row in found
    ]  # fmt: skip
