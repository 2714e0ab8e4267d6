"""The record as a folder of text files (docs/record.md), and proofs about single events."""

import os
import shutil
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from homeward.eventstore import note
from homeward.eventstore.ledger import hashes
from homeward.eventstore.merkle import consistency, inclusion
from homeward.eventstore.pool import Connection, reaching

Row = dict[str, Any]
Tell = Callable[[str, int, int], None]
"""Told the file, how many of its lines are written, and how many there will be."""

EVENT = """e.event_id, e.command_id, e.command, e.type, e.schema_v, e.actor, e.roles, e.cause,
  e.occurred_at, e.recorded_at, e.data, e.prev, e.hash"""
SEQUENCED = f"""
select l.position, l.stream_id as stream, l.version, {EVENT}, l.leaf
  from es.ledger l left join es.event e using (stream_id, version)
"""  # noqa: S608 - EVENT is a constant
# By what is missing from the ledger, not by the queue: a row taken out of it hides nothing.
PENDING = f"""
select null::bigint as position, e.stream_id as stream, e.version, {EVENT}, null::bytea as leaf
  from es.event e left join es.ledger l using (stream_id, version)
 where l.position is null order by e.stream_id, e.version
"""  # noqa: S608
STREAMS = "select stream_id as stream, kind, version, head from es.stream order by stream_id"
ACCESS = """
select id as number, at, actor, what, stream_id as stream, sections, prev, hash
  from es.access_log order by id
"""
ERASURES = """
select number, case_id as "case", event_id as event, subjects, at, prev, hash
  from es.erasure order by number
"""
CHECKPOINTS = "select size, note from es.checkpoint order by number"
FILES = {
    "events.jsonl": ("es.event", (f"{SEQUENCED} order by l.position", PENDING)),
    "streams.jsonl": ("es.stream", (STREAMS,)),
    "access.jsonl": ("es.access_log", (ACCESS,)),
    "erasures.jsonl": ("es.erasure", (ERASURES,)),
    "checkpoints.jsonl": ("es.checkpoint", (CHECKPOINTS,)),
}
KEYS = "select key from es.public_key order by witness, since, key"
ONE = SEQUENCED + " where l.position = $1 or e.event_id = $2"
COVERING = "select note from es.checkpoint where size > $1 order by number desc limit 1"
OF_SIZE = "select note from es.checkpoint where size = $1 order by number desc limit 1"
NEWEST = "select note from es.checkpoint order by number desc limit 1"
BATCH = 1000
_json = msgspec.json.Encoder().encode


class NothingThere(Exception):  # noqa: N818 - says what is not there
    """No such event, position or checkpoint, or none that is signed yet."""


async def export(
    connection: Connection, folder: Path, tell: Tell, kept: Mapping[str, list[str]]
) -> None:
    """Writes the folder whole or not at all: everything as it stands at one moment.

    `kept`: what each witness has, oldest first. Raises FileExistsError, OSError and Unavailable.
    """
    with _whole(folder) as part:
        with reaching():
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await _write(connection, part, tell)
        for name, notes in kept.items():
            _write_whole(part / f"witness-{name}.jsonl", (_json({"note": n}) for n in notes))


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder that gets its name only once everything is in it."""
    if folder.exists():
        raise FileExistsError(folder)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    try:
        yield part
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


async def _write(connection: Connection, part: Path, tell: Tell) -> None:
    for name, (table, queries) in FILES.items():
        counted = f"select count(*) from {table}"  # noqa: S608 - one of FILES
        total, done = await connection.fetchval(counted), 0
        tell(name, done, total)
        with (part / name).open("wb") as file:
            for query in queries:
                async for rows in _batches(connection, query):
                    file.writelines(_json(line(row)) + b"\n" for row in rows)
                    done += len(rows)
                    tell(name, done, max(total, done))
            os.fsync(file.fileno())
    keys = [row[0].encode() for row in await connection.fetch(KEYS)]
    _write_whole(part / "keys.txt", keys)


async def _batches(connection: Connection, query: str) -> AsyncIterator[list[asyncpg.Record]]:
    cursor = await connection.cursor(query)
    while rows := await cursor.fetch(BATCH):
        yield rows


def _write_whole(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(each + b"\n" for each in lines)
        os.fsync(file.fileno())


def line(row: asyncpg.Record) -> Row:
    """A row as the export writes it."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if value is None or isinstance(value, (str, int, list)):
        return value
    return str(value)  # an id


async def prove_inclusion(connection: Connection, event: str) -> Row:
    """That an event (its position or id) is in the newest checkpoint. Raises NothingThere."""
    where = _place(event)
    with reaching():
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            row = await connection.fetchrow(ONE, *where)
            if row is None:
                raise NothingThere("no event of this id or position is in the ledger")
            position = row["position"]
            covering = await connection.fetchval(COVERING, position)
            if covering is None:
                raise NothingThere(f"no checkpoint covers position {position} yet")
            size = note.read(covering).checkpoint.size
            path = await hashes(connection, inclusion(position, size))
    return {
        "kind": "inclusion",
        "position": position,
        "event": line(row),
        "path": [_plain(each) for each in path],
        "checkpoint": covering,
    }


def _place(event: str) -> tuple[int | None, UUID | None]:
    """A position or an id."""
    if event.isascii() and event.isdigit() and len(event) <= 18:
        return int(event), None
    try:
        return None, UUID(event)
    except ValueError:
        raise NothingThere("an event is named by its position or its id") from None


async def prove_consistency(connection: Connection, size: int) -> Row:
    """That the newest checkpoint continues the one of `size` leaves. Raises NothingThere."""
    with reaching():
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            old = await connection.fetchval(OF_SIZE, size)
            new = await connection.fetchval(NEWEST)
            if old is None or new is None:
                raise NothingThere(f"no checkpoint has {size} leaves")
            grown = consistency(size, note.read(new).checkpoint.size)
            path = await hashes(connection, grown)
    return {"kind": "consistency", "from": old, "to": new, "path": [_plain(each) for each in path]}
