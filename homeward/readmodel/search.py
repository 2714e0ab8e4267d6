"""Who shares terms with somebody, compared where the blind indexes are; nobody's name is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import asyncpg
import msgspec

from homeward.domain.actors import Actor
from homeward.domain.likeness import Likeness, Match, alike
from homeward.eventstore.pool import Connection, Pool, reaching
from homeward.readmodel.page import seeing

Blind = tuple[str, int, int, int, bytes]
"""Kind, value, parts, part, hash."""
COMMON = 500
"""A term that more records share tells nothing by itself: of it, so many are looked at."""
FOUND = 20
SET = """
insert into {schema}.search_term (kind, value, parts, part, term, subject, stream_id)
select t.*, $6, $7
  from unnest($1::text[], $2::smallint[], $3::smallint[], $4::smallint[], $5::bytea[]) as t
on conflict do nothing
"""
NEXT_VALUE = "select coalesce(max(value) + 1, 0) from {schema}.search_term where subject = $1"
FORGET = """
delete from {schema}.search_term
 where subject in (select unnest(subjects) from es.erasure)
"""
SHARED = """
select asked.kind, asked.value, asked.parts, asked.part, t.subject, t.stream_id,
       t.value as of_value, t.parts as of_parts, t.part as of_part
  from {asked} asked (kind, value, parts, part, term, own)
 cross join lateral (select * from es.search_term s
                      where s.kind = asked.kind and s.term = asked.term
                        and split_part(s.subject, '/', 1) <> asked.own
                      limit $1) t
"""
BY_TERMS = SHARED.format(
    asked="""unnest($2::text[], $3::smallint[], $4::smallint[], $5::smallint[], $6::bytea[],
                    $7::text[])"""
)
OF_SUBJECT = SHARED.format(
    asked="""(select kind, value, parts, part, term, split_part(subject, '/', 1)
       from es.search_term where subject = $2)"""
)
SUBJECTS = """
select distinct subject from es.search_term where stream_id = $1 order by subject
"""
KNOWN = """
select s.stream_id, s.kind, s.state, s.opened_at from es.summary s
 where s.stream_id = any ($5) and s.kind = any ($4)
   and es.may_see(s.conflicts, s.restricted, s.assigned, $1, $2, $3)
"""
MADE = """
select at from es.access_log where actor = $1 and what = 'search' and at > $2
 order by id desc limit $3
"""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may be meant; `person`: which of a request's people, from 0."""

    stream: str
    kind: str
    state: str
    opened_at: datetime
    person: int | None
    score: int
    why: tuple[str, ...]


async def index(
    connection: Connection, subject: str, stream: str, terms: Sequence[Blind], schema: str = "es"
) -> None:
    """Adds terms of one person. What is there already stays once."""
    columns = [list(column) for column in zip(*terms, strict=True)] or [[]] * 5
    await connection.execute(SET.format(schema=schema), *columns, subject, stream)


async def next_value(connection: Connection, subject: str, schema: str = "es") -> int:
    """The number of the person's next name, so that names are told apart."""
    value: int = await connection.fetchval(NEXT_VALUE.format(schema=schema), subject)
    return value


async def forget(connection: Connection, schema: str) -> None:
    """Takes out everybody who was erased; who is erased later waits for the transaction's end."""
    await connection.execute("lock table es.erasure in share row exclusive mode")
    await connection.execute(FORGET.format(schema=schema))


async def by_terms(pool: Pool, actor: Actor, terms: Sequence[Blind]) -> list[Found]:
    """Whom the actor may know of and who is like what was asked, the likeliest first."""
    columns = [list(column) for column in zip(*terms, strict=True)] or [[]] * 5
    with reaching():
        rows = await pool.fetch(BY_TERMS, COMMON, *columns, [""] * len(terms))
    return await _known(pool, actor, alike(_matches(rows)))


async def like(pool: Pool, actor: Actor, stream: str) -> list[tuple[int | None, list[Found]]]:
    """For each person of a stream (a request's by number): who else may be the same."""
    with reaching():
        subjects = [row[0] for row in await pool.fetch(SUBJECTS, stream)]
        found = {subject: await pool.fetch(OF_SUBJECT, COMMON, subject) for subject in subjects}
    return [
        (_person(subject), await _known(pool, actor, alike(_matches(rows))))
        for subject, rows in found.items()
    ]


async def made_since(pool: Pool, actor: str, moment: datetime, limit: int) -> list[datetime]:
    """When this person last searched, newest first."""
    with reaching():
        return [row[0] for row in await pool.fetch(MADE, actor, moment, limit)]


def _matches(rows: Iterable[asyncpg.Record]) -> list[Match]:
    return [Match(*row) for row in rows]


async def _known(pool: Pool, actor: Actor, found: list[Likeness]) -> list[Found]:
    if not found:
        return []
    with reaching():
        rows = await pool.fetch(KNOWN, *seeing(actor), [one.stream for one in found])
    lines = {row["stream_id"]: row for row in rows}
    return [
        Found(
            stream=one.stream, kind=line["kind"], state=line["state"],
            opened_at=line["opened_at"], person=_person(one.subject), score=one.score, why=one.why,
        )
        for one in found
        if (line := lines.get(one.stream)) is not None
    ][:FOUND]  # fmt: skip


def _person(subject: str) -> int | None:
    """`REQ-2026-000001/stub/2` -> 2."""
    _, _, nth = subject.partition("/stub/")
    return int(nth) if nth else None
