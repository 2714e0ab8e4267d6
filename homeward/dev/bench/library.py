"""The `eventsourcing` library's PostgreSQL recorder, beside us."""

import asyncio
import importlib.util
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

from homeward.dev.bench.measure import Contestant


@asynccontextmanager
async def recorder(url: str, data: bytes, writers: int) -> AsyncIterator[Contestant | None]:
    """None where the library is not installed (it is a development dependency)."""
    if importlib.util.find_spec("eventsourcing") is None:
        yield None
        return
    from eventsourcing.persistence import StoredEvent  # noqa: PLC0415
    from eventsourcing.postgres import (  # noqa: PLC0415
        PostgresApplicationRecorder,
        PostgresDatastore,
    )

    parts = urlsplit(url)
    told = parse_qs(parts.query)
    store = PostgresDatastore(
        dbname=parts.path.removeprefix("/"),
        host=parts.hostname or told.get("host", [""])[0],
        port=str(parts.port or told.get("port", ["5432"])[0]),
        user=parts.username or told.get("user", ["postgres"])[0],
        password=unquote(parts.password or told.get("password", ["unused"])[0]),
        pool_size=writers,
        max_overflow=2,
    )
    made = PostgresApplicationRecorder(store, events_table_name="stored_events")
    made.create_table()

    def write(until: float) -> int:
        done, originator, version = 0, uuid4(), 0
        while time.perf_counter() < until:
            if version == 30:
                originator, version = uuid4(), 0
            version += 1
            event = StoredEvent(UUID(str(originator)), version, "NoteAdded", data)
            made.insert_events([event])
            done += 1
        return done

    async def contestant(seconds: float) -> float:
        began = time.perf_counter()
        each = [asyncio.to_thread(write, began + seconds) for _ in range(writers)]
        return sum(await asyncio.gather(*each)) / (time.perf_counter() - began)

    try:
        yield contestant
    finally:
        store.close()
