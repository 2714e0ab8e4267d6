"""Every committed event gets its position, as long as any worker runs."""

import asyncio

import structlog

from homeward.eventstore.ledger import sequence
from homeward.eventstore.pool import Pool
from homeward.ports import Unavailable

log = structlog.get_logger("homeward.sequencer")
BATCH = 1000
SOON = 0.002
IDLE = 0.05
AWAY = 1.0
"""Seconds until the next look: after work, doubling to IDLE while there is none, and when the
database is away. An append tells nobody: a notification in it would make commits wait in a row."""


async def sequence_forever(pool: Pool) -> None:
    pause = SOON
    while True:
        try:
            moved = await sequence(pool, BATCH)
            pause = SOON if moved else min(2 * pause, IDLE)
            if moved == BATCH:
                continue
        except Unavailable as away:
            log.warning("sequencer_waits", part=away.part)
            pause = AWAY
        await asyncio.sleep(pause)
