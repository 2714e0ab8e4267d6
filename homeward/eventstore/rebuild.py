"""All projections from the events again, beside live appends: what a changed projection needs."""

from datetime import datetime

import msgspec

from homeward.domain.kinds import blank
from homeward.domain.streams import fold
from homeward.eventstore.pool import Pool, reaching
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.projection import rows

NEXT = "select stream_id from es.stream where stream_id > $1 order by stream_id limit $2"
REPROJECT = "select es.reproject($1, $2, $3)"


async def rebuild(pool: Pool, now: datetime, batch: int = 100) -> int:
    """How many streams were projected anew. One transaction a stream; harmless to repeat."""
    store = PostgresEventStore(pool)
    done, last = 0, ""
    while True:
        with reaching():
            streams = [row[0] for row in await pool.fetch(NEXT, last, batch)]
        if not streams:
            return done
        waiting = streams
        while waiting:
            waiting = await _project(pool, store, waiting, now)
        done, last = done + len(streams), streams[-1]


async def _project(
    pool: Pool, store: PostgresEventStore, streams: list[str], now: datetime
) -> list[str]:
    """Those that moved on meanwhile, to be tried again."""
    moved = []
    for stream, events in (await store.load(streams)).events.items():
        state = fold(blank(stream), events)
        change = msgspec.json.encode(rows(None, state, now)).decode()
        with reaching():
            if not await pool.fetchval(REPROJECT, stream, state.version, change):
                moved.append(stream)
    return moved
