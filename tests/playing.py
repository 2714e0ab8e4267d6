"""A sandbox on a port of the system's choosing, its time told by the test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from homeward.services.sandbox.app import create_sandbox
from tests.serving import serving

STARTED = datetime(2022, 8, 2, 2, 0, tzinfo=UTC)
"""Nine in the morning in Phnom Penh."""


@dataclass(frozen=True)
class SandboxAt:
    """A running sandbox, and what a story's teller does with it."""

    url: str

    async def told(self, method: str, path: str, body: Any = None) -> Any:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            response = await http.request(method, f"/_sandbox/{path}", json=body)
            response.raise_for_status()
            return response.json()

    async def behaves(self, **services: Any) -> Any:
        return await self.told("PUT", "behaviour", services)

    async def advance(self, seconds: float) -> None:
        await self.told("PUT", "clock", {"offset_seconds": seconds})

    async def next_due(self) -> datetime | None:
        due = (await self.told("GET", "agenda"))["next_due"]
        return datetime.fromisoformat(due) if due else None

    async def call(self, key: str) -> dict[str, Any]:
        calls = (await self.told("GET", "calls"))["calls"]
        (found,) = [call for call in calls if call["key"] == key]
        return dict(found)


@contextmanager
def playing(state: Path, host_now: Callable[[], datetime] = lambda: STARTED) -> Iterator[SandboxAt]:
    """A sandbox with its memory in `state`, in a thread of its own."""
    with serving(create_sandbox(state, host_now=host_now)) as url:
        yield SandboxAt(url)
