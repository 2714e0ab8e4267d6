"""What a worker does for the record, as a process of its own that can be killed at any point.

Run: `python keeper.py DATABASE_URL SIGNING_KEY_FILE WITNESSES`. It signs as often as it can.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import workers.checkpoints
from homeward.eventstore import checkpoint
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ready import announce_ready
from homeward.settings import Settings
from workers.__main__ import keep_record
from workers.sequencer import sequence_forever

checkpoint.EVERY = timedelta(0)
workers.checkpoints.LOOK = 0.01


async def main(url: str, key: str, witnesses: str) -> None:
    pool = await connect(url, max_size=6)
    config = Settings(signing_key_file=Path(key), witnesses=witnesses, installation="test")
    tasks = await keep_record(config, pool, PostgresEventStore(pool))
    announce_ready()
    await asyncio.gather(sequence_forever(pool), *tasks)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
