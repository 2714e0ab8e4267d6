"""Connections to PostgreSQL, and what its being away looks like."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import asyncpg

from homeward.ports import Unavailable
from homeward.settings import settings

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection

AWAY_CLASSES = ("08", "53", "58", "57P")
"""Connection lost, out of resources, disk trouble, shutting down or not up yet."""
AWAY = frozenset({"57014", "25006", "40001", "40P01", "55P03"})
"""Timed out, read-only after a failover, and what the next attempt gets past."""
CONTEXT = "homeward.context"
"""Row-level security asks for it (privileges.py): a session without it sees no row of any table."""
SESSION = {
    "application_name": "homeward",
    CONTEXT: "engine",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",  # arrays would otherwise be planned anew each time
    "default_transaction_isolation": "read committed",
    "idle_in_transaction_session_timeout": "60s",
}


@contextmanager
def reaching() -> Iterator[None]:
    """Turns every sign that the server is away into `Unavailable("postgresql")`."""
    try:
        yield
    except (OSError, TimeoutError) as away:
        raise Unavailable("postgresql") from away
    except asyncpg.InterfaceError as fault:
        if any(word in str(fault) for word in ("closed", "closing")):
            raise Unavailable("postgresql") from fault
        raise
    except asyncpg.InternalClientError as fault:
        raise Unavailable("postgresql") from fault
    except asyncpg.PostgresError as fault:
        state = fault.sqlstate or ""
        if state in AWAY or state.startswith(AWAY_CLASSES):
            raise Unavailable("postgresql") from fault
        raise


async def connect(
    url: str, min_size: int = 1, max_size: int = 8, command_timeout: float = 10
) -> Pool:
    """A pool for the whole process; in production only on a server that keeps what it commits."""
    with reaching():
        pool = await asyncpg.create_pool(
            url,
            min_size=min_size,
            max_size=max_size,
            command_timeout=command_timeout,
            timeout=command_timeout,
            reset=_nothing,
            server_settings=SESSION,
        )
        if settings().environment == "production":
            await _assert_durable(pool)
            await _assert_bounded(pool)
    return pool


async def _nothing(_: object) -> None:
    """No session keeps anything that would have to be reset; saves a round trip a query."""


async def _assert_durable(pool: Pool) -> None:
    lax = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if await pool.fetchval("select current_setting($1)", name) == "off"
    ]
    if lax:
        await pool.close()
        raise RuntimeError(f"PostgreSQL would lose acknowledged events: {', '.join(lax)} is off")


async def _assert_bounded(pool: Pool) -> None:
    who = await pool.fetchrow(
        "select rolname, rolsuper or rolbypassrls from pg_roles where rolname = current_user"
    )
    assert who is not None
    if who[1]:
        await pool.close()
        raise RuntimeError(
            f"{who[0]} is above row-level security: in production each process logs in as its own "
            "role (deploy/README.md)"
        )
