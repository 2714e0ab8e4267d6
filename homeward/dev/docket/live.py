"""The docket told to the real stack: commands through the API, with tokens, per person."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx

from homeward.desk import Accepted
from homeward.dev.say import Say
from homeward.dev.scenario.live import LiveEngine, open_live
from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.domain.refusals import Refused
from homeward.ports import Answer, Unavailable
from homeward.settings import Settings

AWAY = (Unavailable, Accepted, httpx.HTTPError, OSError, TimeoutError)
PATIENCE = 180.0
"""Seconds that a part may be away before the docket gives up; it can go on later."""
PAUSE = 0.5
T = TypeVar("T")


class LiveDocket:
    """Fulfils the docket's Engine. What is away is waited for: every step may be repeated."""

    def __init__(self, engine: LiveEngine, tell: Say) -> None:
        self._engine = engine
        self._clock = engine.clock
        self._store = engine.store
        self._tell = tell

    async def start_at(self, moment: datetime) -> None:
        await self._patiently(lambda: self._clock.set(moment))

    async def now(self) -> datetime:
        return await self._patiently(self._clock.now)

    async def reach(self, moment: datetime) -> None:
        await self._patiently(lambda: self._advance(moment))

    async def _advance(self, moment: datetime) -> None:
        if await self._clock.now() < moment:
            await self._clock.advance(moment)

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        return await self._patiently(lambda: self._do(command, body, actor))

    async def _do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        try:
            return await self._engine.do(command, body, actor)
        except Refused as refusal:
            if refusal.code == "unavailable":
                raise Unavailable("the engine") from refusal
            raise

    async def settle(self) -> None:
        await self._patiently(self._clock.settle)

    async def known(self, command_ids: Collection[UUID]) -> Mapping[UUID, Answer]:
        known = await self._patiently(lambda: self._store.commands(command_ids))
        return {command_id: command.answer for command_id, command in known.items()}

    async def follow_the_host(self, now: datetime) -> None:
        """The engine's clock is the host's from here on."""
        await self.reach(now)
        await self._patiently(self._clock.follow)
        await self.settle()

    async def events(self, streams: Collection[str]) -> list[Event]:
        return await self._patiently(lambda: self._store.recorded(sorted(streams)))

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        began, told = time.monotonic(), False
        while True:
            try:
                return await ask()
            except AWAY as away:
                waited = time.monotonic() - began
                if waited > PATIENCE:
                    raise
                if waited > 2 and not told:
                    told = True
                    self._tell(f"waiting: {str(away) or type(away).__name__}")
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def open_docket(config: Settings, tell: Say) -> AsyncIterator[LiveDocket]:
    """On the stack that these settings lead to."""
    async with AsyncExitStack() as stack:
        yield LiveDocket(await open_live(config, stack), tell)
