"""What supervisors and auditors ask about the record itself. It names no person."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec

from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.eventstore.pool import Pool
from homeward.readmodel import record


class Auditing:
    """Raises Refused("forbidden") to others, and Unavailable."""

    pool: Pool
    now: Callable[[], Awaitable[datetime]]

    async def checkpoints(self, actor: Actor, *, before: int | None, limit: int) -> dict[str, Any]:
        """Newest first, paged by number."""
        _assert_audits(actor)
        rows = await record.checkpoints(self.pool, limit + 1, before or record.NEWEST)
        more = rows[limit - 1].number if len(rows) > limit else None
        return {"rows": msgspec.to_builtins(rows[:limit]), "next": more}

    async def witnesses(self, actor: Actor) -> dict[str, Any]:
        """How far the record is signed and who has it, and what is wrong."""
        _assert_audits(actor)
        built: dict[str, Any] = msgspec.to_builtins(
            await record.record(self.pool, await self.now())
        )
        return built


def _assert_audits(actor: Actor) -> None:
    if not actor.has("supervisor", "auditor"):
        raise Refused("forbidden")
