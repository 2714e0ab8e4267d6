"""A liaison's inbox: what is asked of its mission, while it may know of the case."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from homeward.domain.actors import Actor
from homeward.eventstore.pool import Pool
from homeward.readmodel import page as paging
from homeward.readmodel.page import Page


class HandoffLine(msgspec.Struct, frozen=True, kw_only=True):
    handoff: UUID
    stream: str
    kind: str
    state: str
    opened_at: datetime
    due: datetime | None


INBOX = """
select h.*, h.place::text as mark, h.handoff_id::text as id
  from es.handoff h join es.summary s using (stream_id)
 where h.mission = $1 and h.visible and (h.visible_until is null or h.visible_until > $2)
   and not s.conflicts && $3::text[]
   and (h.place, h.handoff_id) > ($4::text::timestamptz, $5::text::uuid)
 order by h.place, h.handoff_id limit $6
"""
FIRST = ("-infinity", str(UUID(int=0)))


async def inbox(
    pool: Pool, actor: Actor, now: datetime, limit: int = 50, after: str | None = None
) -> Page[HandoffLine]:
    """Handoffs of the liaison's own mission, due first, answered ones last; nobody else's."""
    if actor.mission is None or not actor.has("liaison"):
        return Page(())
    place = paging.place_of(after, *FIRST)
    found = await paging.fetch(
        pool, INBOX, actor.mission, now, paging.names(actor), *place, paging.beyond(limit)
    )
    return paging.page(found, limit, _line, "mark", "id")


def _line(row: asyncpg.Record) -> HandoffLine:
    return HandoffLine(
        handoff=row["handoff_id"], stream=row["stream_id"], kind=row["kind"], state=row["state"],
        opened_at=row["opened_at"], due=row["due"],
    )  # fmt: skip
