"""A worker that dies, and Temporal with it, between a commit and the workflow task that told of it.

Run as a process of its own: `python dying_worker.py DATABASE_URL TEMPORAL QUEUE COMMAND PID`.
"""

import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack

from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Commit, Committed
from homeward.ready import announce_ready
from homeward.sealing.memory import memory_secrets
from homeward.settings import Settings
from homeward.temporal import connect as connect_temporal
from workers.assembly import stream_worker


class DyingStore(PostgresEventStore):
    """Commits the one command, then takes Temporal and itself down before anyone is told."""

    fatal = ""
    temporal = 0

    async def append(self, commit: Commit) -> Committed:
        committed = await super().append(commit)
        if commit.order.name == self.fatal:
            os.kill(self.temporal, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        return committed


async def main(url: str, address: str, queue: str, fatal: str, temporal: int) -> None:
    DyingStore.fatal, DyingStore.temporal = fatal, temporal
    async with AsyncExitStack() as stack:
        pool = await connect(url)
        client = await connect_temporal(
            Settings(temporal_address=address), memory_secrets(bytes(32))
        )
        worker = stream_worker(client, DyingStore(pool), _NoDesk(), queue, sandboxed=False)
        await stack.enter_async_context(worker)
        announce_ready()
        await asyncio.Event().wait()


class _NoDesk:
    def nudge(self, streams: object, epoch: int) -> None:
        """Its nudges are lost."""


if __name__ == "__main__":
    _, url_, address_, queue_, fatal_, temporal_ = sys.argv
    asyncio.run(main(url_, address_, queue_, fatal_, int(temporal_)))
