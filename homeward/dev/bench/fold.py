"""A case's 30 events, loaded and folded, beside the bare fetch of their rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeward.dev.bench.case import fill, way_home
from homeward.dev.bench.measure import Bench, Contest, Ratio, every_nth, repeatedly
from homeward.dev.bench.rig import Rig
from homeward.domain.kinds import blank
from homeward.domain.streams import fold
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.statements import EVENT

EVENTS, STREAMS = 30, 300
BARE = f"select {EVENT} from es.event where stream_id = $1 order by version"  # noqa: S608


@asynccontextmanager
async def set_up(rig: Rig) -> AsyncIterator[Contest]:
    events = (await way_home())[:EVENTS]
    pool = await connect(await rig.database(), min_size=1, max_size=1)
    try:
        store = PostgresEventStore(pool)
        following = every_nth(await fill(pool, events, STREAMS))

        async def fetched() -> int:
            await pool.fetch(BARE, following())
            return 1

        async def loaded() -> int:
            await store.load((following(),))
            return 1

        async def folded() -> int:
            stream = following()
            fold(blank(stream), (await store.load((stream,))).events[stream])
            return 1

        yield Contest(
            {
                "bare fetch": lambda seconds: repeatedly(fetched, seconds),
                "load": lambda seconds: repeatedly(loaded, seconds),
                "load and fold": lambda seconds: repeatedly(folded, seconds),
            },
            (
                Ratio("load and fold beside the bare fetch", "load and fold", "bare fetch", 0.85),
                Ratio("load alone beside it", "load", "bare fetch", 0.9),
            ),
        )
    finally:
        await pool.close()


BENCH = Bench("fold", "A case of 30 events loaded and folded", set_up, "cases a second")
