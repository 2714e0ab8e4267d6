"""Nobody is forgotten: streams with something overdue are nudged, whatever was lost on the way."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from random import uniform

import structlog

from homeward.desk import Accepted, Desk
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Unavailable

log = structlog.get_logger("homeward.sweep")
EVERY = 15.0
"""Seconds between sweeps, give or take a third, so that workers do not go in step."""
GRACE = timedelta(minutes=1)
AT_ONCE = 200


async def sweep_once(
    store: PostgresEventStore, desk: Desk, now: datetime, grace: timedelta = GRACE
) -> int:
    """Nudge every stream whose deadline or call is overdue by more than `grace`; how many."""
    epoch = await store.epoch()
    overdue = await store.sweep(now, grace, AT_ONCE)
    for due in overdue:
        try:
            await desk.look(due.stream, epoch)
        except (Unavailable, Accepted) as reason:
            log.warning("sweep_nudge_lost", stream=due.stream, reason=str(reason))
    return len(overdue)


async def sweep_forever(
    store: PostgresEventStore, desk: Desk, host_clock: Callable[[], datetime]
) -> None:
    while True:
        await asyncio.sleep(EVERY * uniform(0.67, 1.33))  # noqa: S311 - jitter, no secret
        try:
            nudged = await sweep_once(store, desk, host_clock() + await store.offset())
            if nudged:
                log.info("swept", nudged=nudged)
        except Unavailable as away:
            log.warning("sweep_waits", part=away.part)
