"""Composition of the edge: what API and console are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from homeward.desk import Desk
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.edge.edge import Edge
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.choice import open_keyring
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
        async with open_keyring(config, pool) as keyring:
            client = await connect_temporal(config, keyring.secrets, lazy=True)
            yield Edge(store, pool, keyring, Desk(client, config.task_queue), host_clock)
    finally:
        await pool.close()
