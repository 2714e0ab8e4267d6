"""`python -m workers`: run the engine's worker until told to stop."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

import structlog

from homeward.desk import Desk
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.logs import set_up
from homeward.ready import announce_ready
from homeward.sealing.box import Sealer
from homeward.sealing.keys import keys_from
from homeward.services.immigration import ImmigrationClient
from homeward.services.mission import MissionClient
from homeward.settings import Settings, settings
from homeward.temporal import connect as connect_temporal
from workers.assembly import host_clock, partner_workers, run_all, stream_worker
from workers.feed import fetch_forever
from workers.sequencer import sequence_forever
from workers.sweep import sweep_forever

log = structlog.get_logger("homeward.worker")


async def run(config: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop`: workflows, activities, the sweep, and the missions' feed."""
    async with AsyncExitStack() as stack:
        pool = await connect(config.database_url, max_size=16)
        stack.push_async_callback(pool.close)
        store = PostgresEventStore(pool)
        keys = keys_from(config)
        client = await connect_temporal(config, keys)
        desk = Desk(client, config.task_queue)
        immigration = await stack.enter_async_context(ImmigrationClient(config.immigration_url))
        mission = await stack.enter_async_context(MissionClient(config.mission_url))
        workers = [
            stream_worker(client, store, desk, config.task_queue, sandboxed=False),
            *partner_workers(client, immigration, mission, config.task_queue),
        ]
        await run_all(workers, stack)
        background = [
            asyncio.create_task(sequence_forever(pool)),
            asyncio.create_task(sweep_forever(store, desk, host_clock)),
            asyncio.create_task(fetch_forever(mission, store, desk, Sealer(keys))),
        ]
        announce_ready()
        log.info("worker_ready", task_queue=config.task_queue)
        await stop.wait()
        log.info("worker_stopping")
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)


async def _until_signalled() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(settings(), stop)


def main() -> int:
    set_up(settings().log_level)
    asyncio.run(_until_signalled())
    return 0


if __name__ == "__main__":
    sys.exit(main())
