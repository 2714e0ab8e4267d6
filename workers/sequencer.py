"""Every committed event gets its position, as long as any worker runs."""

import asyncio

import structlog

from homeward.eventstore.ledger import LedgerBroken, sequence
from homeward.eventstore.pool import Pool
from homeward.ports import Unavailable

log = structlog.get_logger("homeward.sequencer")
BATCH = 1000
SOON = 0.002
IDLE = 0.05
AWAY = 1.0
BROKEN = 60.0
"""Seconds until the next look: after work, doubling to IDLE while there is none; when the database
is away; when somebody must mend the ledger. An append tells nobody: a notification in it would make
commits wait in a row."""


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
        except LedgerBroken as fault:
            log.error("ledger_broken", reason=str(fault))  # noqa: TRY400 - it says it all
            pause = BROKEN
        await asyncio.sleep(pause)
