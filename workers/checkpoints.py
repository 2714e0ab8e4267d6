"""The record is signed every minute in which something was recorded, and its witnesses are told."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from homeward.eventstore import checkpoint
from homeward.eventstore.checkpoint import LEAVES, Inconsistent, sign, standing
from homeward.eventstore.ledger import note_fault
from homeward.eventstore.pool import Pool
from homeward.eventstore.witnessing import deliver
from homeward.ports import Unavailable
from homeward.ports_record import Signer, Witness, WitnessAway, WitnessDisagrees

log = structlog.get_logger("homeward.record")
LOOK = 1.0
"""Seconds between looks."""
AWAY = 60.0
"""Seconds until a witness that is away is asked again, at most; they double from LOOK on."""
Clock = Callable[[], datetime]
EngineClock = Callable[[], Awaitable[datetime]]


class Signing:
    """Makes checkpoints when they are due. Several may run: one of them is first."""

    def __init__(self, pool: Pool, signer: Signer, origin: str) -> None:
        self._pool, self._signer, self._origin = pool, signer, origin
        self._looked_at: datetime | None = None

    async def tick(self, host_now: datetime, now: datetime) -> bool:
        """Whether a checkpoint was made. The pace is the host's, the time that is signed `now`.

        Raises Unavailable, and Inconsistent once it is noted down for supervisors.
        """
        try:
            made = await self._sign_if_due(host_now, now)
        except Inconsistent as fault:
            await note_fault(self._pool, str(fault), now)
            raise
        if made:
            await note_fault(self._pool, None, now)
        return made

    async def _sign_if_due(self, host_now: datetime, now: datetime) -> bool:
        stands = await standing(self._pool)
        since = self._looked_at
        waited = since is None or abs(host_now - since) >= checkpoint.EVERY
        if not stands.recorded or not (waited or stands.new_leaves >= LEAVES):
            return False
        self._looked_at = host_now
        return await sign(self._pool, self._signer, self._origin, now) is not None


async def sign_forever(signing: Signing, host_clock: Clock, engine_clock: EngineClock) -> None:
    while True:
        try:
            await signing.tick(host_clock(), await engine_clock())
        except Unavailable as away:
            log.warning("checkpoint_waits", part=away.part)
        except Inconsistent as fault:
            log.error("checkpoint_refused", reason=str(fault))  # noqa: TRY400 - it says it all
            await asyncio.sleep(checkpoint.EVERY.total_seconds())
        await asyncio.sleep(LOOK)


async def deliver_forever(pool: Pool, witness: Witness, engine_clock: EngineClock) -> None:
    pause = LOOK
    while True:
        try:
            while await deliver(pool, witness, await engine_clock()):
                pause = LOOK
            pause = LOOK
        except Unavailable as away:
            log.warning("witness_waits", witness=witness.name, part=away.part)
        except WitnessAway as away:
            log.warning("witness_away", witness=witness.name, reason=str(away))
            pause = min(2 * pause, AWAY)
        except WitnessDisagrees as fault:
            log.error("witness_disagrees", witness=witness.name, reason=str(fault))  # noqa: TRY400
            pause = AWAY
        await asyncio.sleep(pause)
