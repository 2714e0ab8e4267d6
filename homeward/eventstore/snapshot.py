"""The whole record as it stands at one moment, row by row, for whoever checks it.

The rows are those of the export (docs/record.md): a UUID as its 16 bytes, a time as the 8 that are
hashed. One transaction that only reads, so that what is appended meanwhile disturbs nothing.
"""

import asyncio
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import asyncpg

from homeward.eventstore.pool import SESSION, reaching

ROWS_AT_ONCE = 4000
CONTENT = """uuid_send(e.event_id), uuid_send(e.command_id), e.command, e.type, e.schema_v, e.actor,
  e.roles, uuid_send(e.cause), timestamptz_send(e.occurred_at), timestamptz_send(e.recorded_at),
  e.data, e.prev, e.hash"""
LEDGER = f"""
select l.position, l.stream_id, l.version, {CONTENT}, l.leaf
  from es.ledger l left join es.event e using (stream_id, version) order by l.position
"""  # noqa: S608 - CONTENT is a constant
PENDING = f"""
select null, e.stream_id, e.version, {CONTENT}, null
  from es.event e left join es.ledger l using (stream_id, version)
 where l.position is null order by e.stream_id, e.version
"""  # noqa: S608
STREAMS = "select stream_id, kind, version, head from es.stream order by stream_id"
ACCESS = """
select id, timestamptz_send(at), actor, what, stream_id, sections, prev, hash
  from es.access_log order by id
"""
ERASURES = """
select number, case_id, uuid_send(event_id), subjects, timestamptz_send(at), prev, hash
  from es.erasure order by number
"""
CHECKPOINTS = """
select size, note, number, to_char(signed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  from es.checkpoint order by number
"""
KEPT = """
select c.note || k.line from es.cosignature k join es.checkpoint c on c.number = k.checkpoint
 where k.witness = $1 order by c.number
"""
WITNESSES = "select distinct witness from es.cosignature order by witness"
KEYS = "select key from es.public_key order by witness, since, key"
# Events without a position wait in the queue, with their hash, or never get one.
ASTRAY = """
select coalesce(w.stream_id, p.stream_id), coalesce(w.version, p.version)
  from (select e.stream_id, e.version, e.hash from es.event e
          left join es.ledger l using (stream_id, version) where l.position is null) w
  full join es.pending p using (stream_id, version)
 where w.hash is distinct from p.hash order by 1, 2
"""
# A document's parts are what the access log says was stored; its checkpoints cover that line.
DOCUMENTS = """
with told as (
  select stream_id, substr(what, 8) as sealed from es.access_log where what like 'stored %'
), kept as (
  select stream_id, encode(sealed, 'hex') as sealed,
         (select count(*) = d.parts
                 and sha256(string_agg(p.box, ''::bytea order by p.part)) = d.sealed
            from es.document_part p where p.document_id = d.document_id) as whole
    from es.document d
)
select stream_id, case when t.is_told is null then 'it has a document that nobody stored'
                       when k.whole is null then 'a document that was stored is not there'
                       else 'a document is not what was stored' end
  from kept k full join (select *, true as is_told from told) t using (stream_id, sealed)
 where t.is_told is null or k.whole is distinct from true order by 1, 2
"""


class Snapshot:
    """`with Snapshot(url) as record:`; raises Unavailable wherever the server is away."""

    def __init__(self, url: str) -> None:
        self._url, self._runner = url, asyncio.Runner()

    def __enter__(self) -> Self:
        with reaching():
            self._connection = self._runner.run(self._begin())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._connection.terminate()
        self._runner.close()

    async def _begin(self) -> "asyncpg.Connection[asyncpg.Record]":
        connection = await asyncpg.connect(
            self._url, timeout=10, server_settings=SESSION | {"plan_cache_mode": "auto"}
        )
        await connection.execute("begin isolation level repeatable read read only")
        return connection

    def _rows(self, query: str, *values: Any) -> Iterator[asyncpg.Record]:
        async def more(cursor: Any = None) -> tuple[Any, list[asyncpg.Record]]:
            cursor = cursor or await self._connection.cursor(query, *values)
            return cursor, await cursor.fetch(ROWS_AT_ONCE)

        cursor = None
        while True:
            with reaching():
                cursor, rows = self._runner.run(more(cursor))
            if not rows:
                return
            yield from rows

    def count(self) -> int:
        """How many events there are."""
        with reaching():
            return int(self._runner.run(self._connection.fetchval("select count(*) from es.event")))

    def events(self) -> Iterator[tuple[Any, ...]]:
        for query in (LEDGER, PENDING):
            for row in self._rows(query):
                roles = row[9]
                yield (*row[:9], None if roles is None else tuple(roles), *row[10:])

    def streams(self) -> Iterator[tuple[Any, ...]]:
        yield from map(tuple, self._rows(STREAMS))

    def access(self) -> Iterator[tuple[Any, ...]]:
        for number, at, actor, what, stream, sections, prev, hash_ in self._rows(ACCESS):
            yield number, at, actor, what, stream, tuple(sections), prev, hash_

    def erasures(self) -> Iterator[tuple[Any, ...]]:
        for number, case, event, subjects, at, prev, hash_ in self._rows(ERASURES):
            yield number, case, event, tuple(subjects), at, prev, hash_

    def checkpoints(self) -> Iterator[tuple[Any, ...]]:
        """Size and note; the number and the time that stand beside them."""
        yield from map(tuple, self._rows(CHECKPOINTS))

    def witnesses(self) -> list[str]:
        return [row[0] for row in self._rows(WITNESSES)]

    def kept_by(self, witness: str) -> Iterator[tuple[Any, ...]]:
        """The notes that it has cosigned."""
        yield from map(tuple, self._rows(KEPT, witness))

    def keys(self) -> str:
        """As in keys.txt."""
        return "".join(f"{row[0]}\n" for row in self._rows(KEYS))

    def documents_astray(self) -> list[tuple[str, str]]:
        """Stream, and what is wrong with a document of it."""
        return [(stream, what) for stream, what in self._rows(DOCUMENTS)]

    def astray(self) -> list[tuple[str, int]]:
        """Stream and version of what waits outside the queue, or stands in it wrongly."""
        return [(stream, version) for stream, version in self._rows(ASTRAY)]
