"""Recording and signing, as a worker does it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from homeward.eventstore import note
from homeward.eventstore.checkpoint import sign
from homeward.eventstore.ledger import sequence
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports_record import Signer, WitnessAway
from homeward.readmodel import access_log
from tests.eventstore.telling import NOON, new, tell
from tests.eventstore.telling import note as a_note

ORIGIN = "homeward/test"


async def write(store: PostgresEventStore, streams: int = 1, notes: int = 2) -> None:
    for _ in range(streams):
        await store.append(tell(new(), *(a_note() for _ in range(notes))))


async def read_a_case(pool: Pool, at: datetime = NOON) -> None:
    await access_log.record(pool, "sokha", "case", "VIC-2026-482911", ["identity"], at)


async def erase(pool: Pool) -> None:
    await pool.execute(
        "select es.record_erasure('VIC-2026-482911', $1, '{VIC-2026-482911}', $2)", uuid4(), NOON
    )


async def signed(
    pool: Pool, signer: Signer, minute: int = 0, origin: str = ORIGIN
) -> note.Checkpoint | None:
    while await sequence(pool):
        pass
    return await sign(pool, signer, origin, NOON + timedelta(minutes=minute))


async def notes(pool: Pool) -> list[str]:
    return [row[0] for row in await pool.fetch("select note from es.checkpoint order by number")]


def lines(path: Path) -> list[str]:
    return [json.loads(line)["note"] for line in path.read_text(encoding="utf-8").splitlines()]


class Away:
    """A witness that does not answer until it is told to."""

    key = None

    def __init__(self, name: str = "court") -> None:
        self.name = name
        self.away = True
        self.taken: list[tuple[int, str]] = []

    async def take(self, old: int, proof: Sequence[bytes], told: str) -> str | None:
        if self.away:
            raise WitnessAway("it does not answer")
        self.taken.append((old, told))
        return None

    async def kept(self) -> list[str]:
        return [told for _, told in self.taken]
