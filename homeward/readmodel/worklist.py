"""The worklists: what is to be done, by whom, until when. Ids, codes and times; nothing personal.

Everyone sees the lines of streams they may know of: no conflicts of interest, restricted cases
only for their assignees, supervisors and auditors, a mission's only while its handoff is visible.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from homeward.domain.access import as_liaison, as_mission
from homeward.domain.actors import CASE_ROLES, Actor
from homeward.eventstore.pool import Pool
from homeward.eventstore.projection import URGENCIES
from homeward.readmodel import page as paging
from homeward.readmodel.handoffs import inbox
from homeward.readmodel.late import late
from homeward.readmodel.missionview import request_state
from homeward.readmodel.page import Page


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    stream: str
    stream_kind: str
    state: str | None
    """None for a mission: how far a case is, is not its matter."""
    key: str
    kind: str
    about: UUID | None
    since: datetime
    due: datetime | None
    roles: tuple[str, ...]
    person: str | None
    mission: str | None
    sent_by: str | None
    """Who gave the command that opened it."""


class StreamLine(msgspec.Struct, frozen=True, kw_only=True):
    stream: str
    kind: str
    state: str
    opened_at: datetime
    next_due: datetime | None
    province: str | None
    nationality: tuple[str, ...]
    urgency: str | None
    assigned: dict[str, str]
    restricted: bool
    tracks: dict[str, Any]
    failing: tuple[str, ...]
    """Guards between the case and its departure."""


# Every list: $1 actor, $2 its names, $3 whether it sees all, $4 kinds, $5 lines at most.
TASKS_START = ("-infinity", "", "")
TASK = """
select t.*, t.place::text as mark, s.kind as stream_kind, s.state
  from es.task t join es.summary s using (stream_id)
 where (t.place, t.stream_id, t.key) > ($7::text::timestamptz, $8, $9)
   and es.may_see(s.conflicts, s.restricted, s.assigned, $1, $2, $3 or t.mission is not null)
   and (s.kind = any ($4) or t.mission is not null)
   and (t.mission is null or exists (
         select from es.handoff h
          where h.stream_id = t.stream_id and h.mission = t.mission and h.visible
            and (h.visible_until is null or h.visible_until > $6)))
   and {which}
"""
MINE = f"""
select distinct on (place, stream_id, key) t.*
  from unnest($10::text[]) as w (mine)
 cross join lateral ({TASK} order by t.place, t.stream_id, t.key limit $5) t
 order by place, stream_id, key limit $5
"""  # noqa: S608 - only of the constant above
MY_DAY = MINE.format(which="t.who = w.mine")
SECOND_DECISIONS = MINE.format(
    which="t.who = w.mine and t.kind = 'confirm' and t.sent_by is distinct from $1"
)
GIVEN_BY_ME = """t.sent_by = $1
   and case when t.person is null then not t.roles && $10::text[] else t.person <> $1 end"""
SENT_ON = f"""
select distinct on (place, stream_id, key) * from ({TASK.format(which=GIVEN_BY_ME)}) t
 order by place, stream_id, key limit $5
"""  # noqa: S608 - only of the constants above

STREAMS_START = ("-infinity", "")
STREAM = """
select s.*, s.opened_at::text as mark from es.summary s
 where es.may_see(s.conflicts, s.restricted, s.assigned, $1, $2, $3) and s.kind = any ($4)
"""
UNASSIGNED = f"""{STREAM}
   and s.kind = 'case' and s.state <> 'CLOSED' and not s.assigned ?& $8::text[]
   and (s.opened_at, s.stream_id) > ($6::text::timestamptz, $7)
 order by s.opened_at, s.stream_id limit $5
"""
BLOCKED = f"""{STREAM}
   and s.state = 'RETURN_PREPARATION' and s.failing <> '{{}}'
   and ($8::text is null or $8 = any (s.failing))
   and (s.opened_at, s.stream_id) > ($6::text::timestamptz, $7)
 order by s.opened_at, s.stream_id limit $5
"""
REQUESTS = f"""{STREAM}
   and s.kind = 'request' and s.state not in ('ANSWERED', 'CLOSED', 'MERGED', 'DECLINED')
   and (s.urgency, s.opened_at, s.stream_id) > ($6, $7::text::timestamptz, $8)
   and ($9::text is null or s.mission = $9)
 order by s.urgency, s.opened_at, s.stream_id limit $5
"""


async def my_day(
    pool: Pool, actor: Actor, now: datetime, limit: int = 50, after: str | None = None
) -> Page[TaskLine]:
    """Tasks for the actor's roles and person, due first."""
    place = paging.place_of(after, *TASKS_START)
    return await _tasks(pool, MY_DAY, actor, limit, now, *place, paging.who(actor))


async def second_decisions(
    pool: Pool, actor: Actor, now: datetime, limit: int = 50, after: str | None = None
) -> Page[TaskLine]:
    """Steps that the actor may decide as the second person: not those it took itself."""
    place = paging.place_of(after, *TASKS_START)
    return await _tasks(pool, SECOND_DECISIONS, actor, limit, now, *place, paging.who(actor))


async def sent_on(
    pool: Pool, actor: Actor, now: datetime, limit: int = 50, after: str | None = None
) -> Page[TaskLine]:
    """What the actor gave to others and is still open."""
    place = paging.place_of(after, *TASKS_START)
    return await _tasks(pool, SENT_ON, actor, limit, now, *place, sorted(actor.roles))


async def unassigned(
    pool: Pool,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every list is asked alike
    limit: int = 50,
    after: str | None = None,
) -> Page[StreamLine]:
    """Cases without a holder for one of the actor's roles, oldest first."""
    place = paging.place_of(after, *STREAMS_START)
    roles = sorted(actor.roles & CASE_ROLES)
    if not roles:
        return Page(())
    return await _streams(pool, UNASSIGNED, actor, limit, *place, roles)


async def blocked(
    pool: Pool,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every list is asked alike
    limit: int = 50,
    after: str | None = None,
    *,
    guard: str | None = None,
) -> Page[StreamLine]:
    """Cases in preparation of return with guards that fail, or with this one."""
    place = paging.place_of(after, *STREAMS_START)
    if "case" not in paging.kinds(actor):
        return Page(())
    return await _streams(pool, BLOCKED, actor, limit, *place, guard)


async def requests(
    pool: Pool,
    actor: Actor,
    now: datetime,  # noqa: ARG001 - every list is asked alike
    limit: int = 50,
    after: str | None = None,
) -> Page[StreamLine]:
    """Requests not yet answered, by urgency and age; of a liaison, its own mission's."""
    place = paging.place_of(after, -1, *STREAMS_START)
    mission = (actor.mission or "") if as_mission("request", actor) else None
    told = (*paging.seeing(actor), paging.beyond(limit), *place, mission)
    found = await paging.fetch(pool, REQUESTS, *told)
    line = _stream_line if mission is None else _line_for_mission
    return paging.page(found, limit, line, "urgency", "mark", "stream_id")


Worklist = Callable[..., Awaitable[Page[Any]]]
WORKLISTS: dict[str, Worklist] = {
    "my_day": my_day,
    "unassigned": unassigned,
    "sent_on": sent_on,
    "late": late,
    "second_decisions": second_decisions,
    "handoffs": inbox,
    "requests": requests,
    "blocked": blocked,
}


async def _tasks(pool: Pool, sql: str, actor: Actor, limit: int, *told: Any) -> Page[TaskLine]:
    found = await paging.fetch(pool, sql, *paging.seeing(actor), paging.beyond(limit), *told)
    line = _task_for_mission if as_liaison(actor) else _task_line
    return paging.page(found, limit, line, "mark", "stream_id", "key")


async def _streams(pool: Pool, sql: str, actor: Actor, limit: int, *told: Any) -> Page[StreamLine]:
    found = await paging.fetch(pool, sql, *paging.seeing(actor), paging.beyond(limit), *told)
    return paging.page(found, limit, _stream_line, "mark", "stream_id")


def _task_line(row: asyncpg.Record) -> TaskLine:
    return TaskLine(
        stream=row["stream_id"], stream_kind=row["stream_kind"], state=row["state"],
        key=row["key"], kind=row["kind"], about=row["about"], since=row["since"], due=row["due"],
        roles=tuple(row["roles"]), person=row["person"], mission=row["mission"],
        sent_by=row["sent_by"],
    )  # fmt: skip


def _task_for_mission(row: asyncpg.Record) -> TaskLine:
    """Neither how far the case is nor who of us asked."""
    return replace(_task_line(row), state=None, sent_by=None)


def _line_for_mission(row: asyncpg.Record) -> StreamLine:
    """As the mission sees its request: who works on it, and until when, is not told."""
    told = _stream_line(row)
    return replace(told, state=request_state(told.state), next_due=None, assigned={})


def _stream_line(row: asyncpg.Record) -> StreamLine:
    return StreamLine(
        stream=row["stream_id"], kind=row["kind"], state=row["state"],
        opened_at=row["opened_at"], next_due=row["next_due"], province=row["province"],
        nationality=tuple(row["nationality"]),
        urgency=None if row["urgency"] is None else URGENCIES[row["urgency"]],
        assigned=msgspec.json.decode(row["assigned"]), restricted=row["restricted"],
        tracks=msgspec.json.decode(row["tracks"]), failing=tuple(row["failing"]),
    )  # fmt: skip
