"""A real case to measure on: the way home, told once to the memory engine."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from msgspec.structs import replace

from homeward.dev.bench.measure import HERE
from homeward.dev.scenario.format import read_story
from homeward.dev.scenario.memory import MemoryEngine
from homeward.dev.scenario.runner import Telling
from homeward.domain.facts import Event
from homeward.eventstore import codec
from homeward.eventstore.pool import Pool

ZEROS = bytes(32)
COLUMNS = (
    "stream_id", "version", "event_id", "command_id", "command", "type", "schema_v", "actor",
    "roles", "cause", "occurred_at", "recorded_at", "data", "prev", "hash",
)  # fmt: skip
Record = tuple[object, ...]


async def way_home() -> list[Event]:
    """From a rescue to the closing: the events of one case, as most will be."""
    engine = MemoryEngine()
    await Telling(read_story(HERE / "way_home.yaml"), engine).tell()
    return max(engine.store.streams.values(), key=len)


def moved(events: Sequence[Event], nth: int) -> list[Event]:
    """The same events in another stream."""
    stream = f"VIC-2026-{nth:06}"
    return [replace(event, stream=stream, id=uuid4()) for event in events]


def record(event: Event) -> Record:
    """The event's row, for a COPY that leaves the chain out."""
    return (
        event.stream, event.version, event.id, event.command_id, event.command, event.type,
        type(event.fact).schema, event.by, list(event.roles), event.cause, event.occurred_at,
        event.recorded_at, codec.encode(event.fact), ZEROS, ZEROS,
    )  # fmt: skip


async def fill(pool: Pool, events: Sequence[Event], streams: int) -> list[str]:
    """So many streams with these events; reading them needs no chain."""
    ids = []
    for nth in range(streams):
        own = moved(events, nth)
        await pool.copy_records_to_table(
            "event", schema_name="es", columns=COLUMNS, records=[record(event) for event in own]
        )
        ids.append(own[0].stream)
    await pool.execute("vacuum analyze es.event")
    return ids


def latest(events: Sequence[Event]) -> datetime:
    return events[-1].recorded_at
