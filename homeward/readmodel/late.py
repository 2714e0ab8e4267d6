"""What is late: deadlines of which a level has passed, the highest level first."""

from datetime import datetime

import asyncpg
import msgspec

from homeward.domain.actors import Actor
from homeward.eventstore.pool import Pool
from homeward.readmodel import page as paging
from homeward.readmodel.page import Page


class LateLine(msgspec.Struct, frozen=True, kw_only=True):
    stream: str
    stream_kind: str
    state: str
    deadline: str
    instance: str | None
    level: int
    tells: str
    due: datetime
    since: datetime


LATE = """
select l.*, l.since::text as mark, s.kind as stream_kind, s.state
  from es.late l join es.summary s using (stream_id)
 where (-l.level, l.since, l.stream_id, l.key) > (-$5::int, $6::text::timestamptz, $7, $8)
   and es.may_see(s.conflicts, s.restricted, s.assigned, $1, $2, $3) and s.kind = any ($4) {of_mine}
 order by -l.level, l.since, l.stream_id, l.key limit $9
"""
EVERYTHING = LATE.format(of_mine="")
TOLD_TO_ME = f"""
select t.* from unnest($10::text[]) as r (mine)
 cross join lateral ({LATE.format(of_mine="and l.tells = r.mine")}) t
 order by -level, since, stream_id, key limit $9
"""  # noqa: S608 - only of the constant above
HIGHEST = 2**31 - 1


async def late(
    pool: Pool,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every list is asked alike
    limit: int = 50,
    after: str | None = None,
) -> Page[LateLine]:
    """For supervisors and auditors everything; for others what their roles were told of."""
    place = paging.place_of(after, HIGHEST, "-infinity", "", "")
    told = (*paging.seeing(actor), *place, paging.beyond(limit))
    if paging.sees_all(actor):
        found = await paging.fetch(pool, EVERYTHING, *told)
    else:
        found = await paging.fetch(pool, TOLD_TO_ME, *told, sorted(actor.roles))
    return paging.page(found, limit, _line, "level", "mark", "stream_id", "key")


def _line(row: asyncpg.Record) -> LateLine:
    return LateLine(
        stream=row["stream_id"], stream_kind=row["stream_kind"], state=row["state"],
        deadline=row["name"], instance=row["instance"], level=row["level"], tells=row["tells"],
        due=row["due"], since=row["since"],
    )  # fmt: skip
