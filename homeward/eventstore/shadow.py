"""Tables beside the live ones: made alike, filled by COPY, and then in their place.

They have the live ones' names, those of their indexes too, in the schema `es_next`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from homeward.domain.facts import Event
from homeward.eventstore.pool import Connection
from homeward.eventstore.roles import OWNER

SCHEMA = f"""
create schema if not exists es_next authorization {OWNER};
create schema if not exists es_last authorization {OWNER};
"""
COLUMNS: dict[str, tuple[str, ...]] = {
    "deadline": ("stream_id", "key", "due", "name", "instance", "level", "tells"),
    "late": ("stream_id", "key", "name", "instance", "level", "tells", "due", "since"),
    "owed_call": (
        "call_id", "stream_id", "service", "operation", "since", "failed", "refused",
    ),
    "task": (
        "stream_id", "key", "who", "kind", "about", "since", "roles", "person", "mission", "due",
        "sent_by",
    ),
    "handoff": (
        "handoff_id", "stream_id", "mission", "kind", "state", "opened_at", "due", "visible",
        "visible_until",
    ),
    "summary": (
        "stream_id", "kind", "state", "version", "opened_at", "next_due", "province",
        "nationality", "mission", "urgency", "assigned", "restricted", "conflicts", "tracks",
        "failing",
    ),
}  # fmt: skip
"""Those that are told; others the table computes."""
JSON = frozenset({"assigned", "tracks"})
_json = msgspec.json.Encoder().encode

OPTIONS = "select array_to_string(reloptions, ', ') from pg_class where oid = $1::regclass"
TABLES = "select tablename from pg_tables where schemaname = $1"
INDEXES = """
select pg_get_indexdef(i.indexrelid) as made, c.conname as key, i.indisprimary as main,
       i.indexrelid::regclass::text as name
  from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.conrelid = i.indrelid
 where i.indrelid = $1::regclass order by 1
"""


class Run(msgspec.Struct, frozen=True):
    """What is being built, and by which release."""

    tables: tuple[str, ...]
    release: str
    indexed: bool = False


async def begun(connection: Connection) -> Run | None:
    """The run that was broken off, or is under way."""
    if not await connection.fetchval("select to_regclass('es_next.run') is not null"):
        return None
    row = await connection.fetchrow("select tables, release, indexed from es_next.run")
    return None if row is None else Run(tuple(row[0]), row[1], row[2])


async def begin(connection: Connection, run: Run) -> None:
    """Goes on with the same run; any other is forgotten."""
    found = await begun(connection)
    if found is not None and (found.tables, found.release) == (run.tables, run.release):
        return
    await clear(connection)
    async with connection.transaction():
        for table in run.tables:
            options = await connection.fetchval(OPTIONS, f"es.{table}")
            await connection.execute(
                f"create table es_next.{table} (like es.{table} including defaults "
                "including generated including constraints including storage)"
                + (f" with ({options})" if options else "")
            )
        await connection.execute(
            """create table es_next.built (
                 stream_id text collate "C" primary key, version int not null);
               create table es_next.run (
                 tables text[], release text, indexed boolean, position bigint)"""
        )
        await connection.execute(
            "insert into es_next.run values ($1, $2, false, 0)", list(run.tables), run.release
        )


async def clear(connection: Connection) -> None:
    """Everything beside the live tables."""
    async with connection.transaction():
        for schema in ("es_next", "es_last"):
            for row in await connection.fetch(TABLES, schema):
                await connection.execute(f"drop table {schema}.{row[0]}")


async def index(connection: Connection, run: Run) -> None:
    """The live tables' indexes and keys, under their names; once the rows are there."""
    found = await begun(connection)
    if found is not None and found.indexed:
        return
    async with connection.transaction():
        for table in run.tables:
            for row in await connection.fetch(INDEXES, f"es.{table}"):
                await connection.execute(
                    str(row["made"]).replace(f" ON es.{table} ", f" ON es_next.{table} ")
                )
                if row["key"] is not None:
                    kind = "primary key" if row["main"] else "unique"
                    name = str(row["name"]).removeprefix("es.")
                    await connection.execute(
                        f"alter table es_next.{table} "
                        f"add constraint {row['key']} {kind} using index {name}"
                    )
        await connection.execute("update es_next.run set indexed = true")
    for table in (*run.tables, "built"):
        await connection.execute(f"analyze es_next.{table}")


def exchange(table: str) -> str:
    """The live table goes, the new one takes its place."""
    return f"""
alter table es.{table} set schema es_last;
alter table es_next.{table} set schema es;
"""


class Rows:
    """Rows of many streams, by table, as COPY takes them."""

    def __init__(self, tables: Sequence[str]) -> None:
        self._tables = tables
        self._rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def add(self, made: dict[str, Any], events: Iterable[Event]) -> None:
        """`made`: what `es.project` would be told of one stream."""
        by = {event.id: event.by for event in events}
        for table in self._tables:
            of = made.get(table)
            for row in [] if of is None else [of] if table == "summary" else of["set"]:
                told = {**row, "sent_by": by.get(row["about"])} if table == "task" else row
                self._rows[table].append(
                    tuple(
                        _json(told[name]).decode() if name in JSON else told[name]
                        for name in COLUMNS[table]
                    )
                )

    async def copy(self, connection: Connection, table: str) -> None:
        await connection.copy_records_to_table(
            table, schema_name="es_next", columns=COLUMNS[table], records=self._rows[table]
        )
