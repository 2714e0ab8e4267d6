"""What was decided to be forgotten is forgotten, however often a worker dies on the way."""

import asyncio
import time

import structlog

from homeward.eventstore.pool import Pool
from homeward.ports import Unavailable
from homeward.sealing.erasing import Erasing, Forked
from homeward.sealing.keyring import Keyring
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.signing import signer_from
from homeward.services.witness_http import HttpWitness
from homeward.services.witnessed_erasures import WitnessedErasures
from homeward.services.witnesses import witnesses_of
from homeward.settings import Settings
from workers.assembly import host_clock

log = structlog.get_logger("homeward.erasing")
LOOK = 2.0
"""Seconds between looks at what is owed."""
COMPARE = 60.0
"""Seconds after which others are asked again what they remember."""


async def erase_forever(erasing: Erasing) -> None:
    compared = -COMPARE
    while True:
        try:
            if time.monotonic() - compared >= COMPARE or await erasing.owed():
                await erasing.catch_up()
                compared = time.monotonic()
        except Unavailable as away:
            log.warning("erasing_waits", part=away.part)
        except Forked as fault:
            log.error("erasures_disagree", reason=str(fault))  # noqa: TRY400 - it says it all
        await asyncio.sleep(LOOK)


def erasing_of(pool: Pool, keyring: Keyring, config: Settings) -> Erasing:
    """With the key service, and every witness that keeps a list of erasures."""
    assert isinstance(keyring.store, PostgresKeyStore)
    witnesses = [each for each in witnesses_of(config.witnesses) if isinstance(each, HttpWitness)]
    others = [
        WitnessedErasures(each, f"homeward/{config.installation}", signer_from(config), host_clock)
        for each in witnesses
    ]
    return Erasing(pool, keyring.store, keyring.service, others)
