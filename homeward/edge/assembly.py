"""Composition of the edge: what API and console are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from homeward.desk import Desk
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.edge.edge import Edge
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.box import Sealer
from homeward.sealing.keys import keys_from
from homeward.settings import Settings
from homeward.temporal import connect as connect_temporal


def host_clock() -> datetime:
    """The host's time: the only place the API takes it from."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_edge(config: Settings) -> AsyncIterator[Edge]:
    """An edge on the configured parts. Temporal is reached with the first command."""
    pool = await connect(config.database_url, max_size=16)
    try:
        store = PostgresEventStore(pool)
        keys = keys_from(config)
        desk = Desk(await connect_temporal(config, keys, lazy=True), config.task_queue)
        yield Edge(store, pool, Sealer(keys), desk, host_clock)
    finally:
        await pool.close()
