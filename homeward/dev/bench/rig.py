"""The server a bench runs on: an own PostgreSQL that keeps what it commits."""

import asyncio
import os
import platform
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from homeward.dev import databases, postgres
from homeward.dev.say import say, silent
from homeward.dev.throwaway import postgres_url, supervised, throwaway_home
from homeward.eventstore.migrate import migrate


class Rig:
    """Makes empty, migrated databases on one server; they are dropped with it."""

    def __init__(self, url: str, binaries: Path | None) -> None:
        self.url = url
        self.binaries = binaries
        """Where pgbench may lie."""
        self._made: list[str] = []

    async def database(self) -> str:
        url = databases.with_database(self.url, f"bench_{secrets.token_hex(6)}")
        await databases.create(url)
        self._made.append(url)
        await asyncio.to_thread(lambda: asyncio.run(migrate(url)))
        return url

    async def drop_all(self) -> None:
        for url in self._made:
            await databases.drop(url)


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """`HOMEWARD_DATABASE_URL`'s server, else one started for this run and gone after it."""
    with throwaway_home("hwbench-") as home, supervised(home, silent) as servers:
        choice = postgres.choose(home)
        say(f"PostgreSQL: {choice.chosen}: {choice.why}")
        url = await asyncio.to_thread(postgres_url, servers, choice, say)
        made = Rig(url, choice.binaries.folder if choice.binaries else None)
        try:
            yield made
        finally:
            await made.drop_all()


async def machine(on: Rig) -> dict[str, Any]:
    """What the figures were taken on; the load tells how quiet it was."""
    connection = await asyncpg.connect(on.url)
    try:
        server = await connection.fetchval("show server_version")
        durable = {name: await connection.fetchval(f"show {name}") for name in postgres.DURABLE}
    finally:
        await connection.close()
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "postgresql": server.split()[0],
        "durable": all(value == "on" for value in durable.values()),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in told if line.startswith("model name")]
    return names[0] if names else platform.machine()
