"""`python -m workers`: run the engine's worker until told to stop."""

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from datetime import datetime

import structlog

from homeward.desk import Desk
from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.witnessing import enlist
from homeward.logs import set_up
from homeward.ports_keys import KeysMissing
from homeward.ready import announce_ready
from homeward.sealing.choice import open_keyring
from homeward.sealing.signing import signer_from
from homeward.services.immigration import ImmigrationClient
from homeward.services.mission import MissionClient
from homeward.services.witnesses import witnesses_of
from homeward.settings import SettingFault, Settings, settings
from homeward.temporal import connect as connect_temporal
from workers.assembly import host_clock, partner_workers, run_all, stream_worker
from workers.checkpoints import Signing, deliver_forever, sign_forever
from workers.erasing import erase_forever, erasing_of
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
        keyring = await stack.enter_async_context(open_keyring(config, pool))
        client = await connect_temporal(config, keyring.secrets)
        desk = Desk(client, config.task_queue)
        immigration = await stack.enter_async_context(ImmigrationClient(config.immigration_url))
        mission = await stack.enter_async_context(MissionClient(config.mission_url))
        workers = [
            stream_worker(client, store, desk, config.task_queue, sandboxed=False),
            *partner_workers(client, immigration, mission, config.task_queue, keyring),
        ]
        await run_all(workers, stack)
        background = [
            asyncio.create_task(sequence_forever(pool)),
            *await keep_record(config, pool, store),
            asyncio.create_task(sweep_forever(store, desk, host_clock)),
            asyncio.create_task(erase_forever(erasing_of(pool, keyring, config))),
            asyncio.create_task(fetch_forever(mission, store, desk, keyring)),
        ]
        announce_ready()
        log.info("worker_ready", task_queue=config.task_queue)
        await stop.wait()
        log.info("worker_stopping")
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)


async def keep_record(
    config: Settings, pool: Pool, store: PostgresEventStore
) -> list["asyncio.Task[None]"]:
    """Signs the record and tells its witnesses."""

    async def engine_clock() -> datetime:
        return host_clock() + await store.offset()

    witnesses = witnesses_of(config.witnesses)
    await enlist(pool, [witness.name for witness in witnesses])
    signing = Signing(pool, signer_from(config), f"homeward/{config.installation}")
    return [
        asyncio.create_task(sign_forever(signing, host_clock, engine_clock)),
        *(asyncio.create_task(deliver_forever(pool, each, engine_clock)) for each in witnesses),
    ]


async def _until_signalled() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await run(settings(), stop)


def main() -> int:
    set_up(settings().log_level)
    try:
        asyncio.run(_until_signalled())
    except (KeysMissing, SettingFault) as fault:
        log.error("worker_not_started", reason=str(fault))  # noqa: TRY400 - it says it all
        return getattr(fault, "exit_code", 7)
    return 0


if __name__ == "__main__":
    sys.exit(main())
