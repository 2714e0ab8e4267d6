"""A sequencer that is killed in mid-batch.

Run as a process of its own: `python dying_sequencer.py DATABASE_URL MOMENT`.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from homeward.eventstore import ledger
from homeward.eventstore.merkle import Frontier
from homeward.eventstore.pool import connect

move = ledger._move


def die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


async def move_and_die(*batch: Any) -> int:
    await move(*batch)
    die()
    raise AssertionError


async def main(url: str, moment: str) -> None:
    whom: dict[str, tuple[object, str, Any]] = {
        "turn taken": (ledger, "_move", die),
        "queue read": (Frontier, "add", die),
        "not committed": (ledger, "_move", move_and_die),
    }
    setattr(*whom[moment])
    await ledger.sequence(await connect(url), 10)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
