"""An edge that answers as it is told, and keeps what it was asked."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from homeward.domain.actors import Actor
from homeward.edge.tokens import Tokens
from homeward.ports import Answer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ANSWER = Answer(
    "VIC-2026-482911",
    7,
    ({"id": UUID(int=1), "type": "WaiverProposed", "stream": "VIC-2026-482911", "at": NOW},),
    {"stream": "VIC-2026-482911"},
)


class FakeEdge:
    """Keeps what it was asked; `outcome` is what it then answers, or raises."""

    def __init__(self) -> None:
        self.tokens = Tokens(b"k" * 32)
        self.asked: list[tuple[Any, ...]] = []
        self.outcome: Any = ANSWER

    def host_clock(self) -> datetime:
        return NOW

    async def now(self) -> datetime:
        return cast("datetime", self._answer("now"))

    def _answer(self, *asked: Any) -> Any:
        self.asked.append(asked)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def command(self, name: str, body: Mapping[str, Any], actor: Actor) -> Any:
        return self._answer("command", name, body, actor)

    async def batch(self, name: str, body: Mapping[str, Any], actor: Actor) -> Any:
        return self._answer("batch", name, body, actor)

    async def read(
        self, kind: str, stream: str, actor: Actor, *, as_known_at: datetime | None = None
    ) -> Any:
        return self._answer("read", kind, stream, actor, as_known_at)

    async def timeline(
        self,
        kind: str,
        stream: str,
        actor: Actor,
        *,
        after: int = 0,
        limit: int = 100,
        as_known_at: datetime | None = None,
    ) -> Any:
        return self._answer("timeline", kind, stream, actor, after, limit, as_known_at)

    async def status(self, command_id: UUID, actor: Actor) -> Any:
        return self._answer("status", command_id, actor)

    async def worklist(self, name: str, actor: Actor, *, after: str | None, limit: int) -> Any:
        return self._answer("worklist", name, actor, after, limit)

    async def checkpoints(self, actor: Actor, *, before: int | None, limit: int) -> Any:
        return self._answer("checkpoints", actor, before, limit)

    async def witnesses(self, actor: Actor) -> Any:
        return self._answer("witnesses", actor)

    async def handoffs(self, actor: Actor) -> Any:
        return self._answer("handoffs", actor)
