"""The docket told to the memory engine: the real edge, the real rules, a clock that is told."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from homeward.dev.scenario.memory import MemoryEngine
from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.ports import Answer


class MemoryDocket:
    """Fulfils the docket's Engine without a server."""

    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.sent = 0

    async def start_at(self, moment: datetime) -> None:
        if self.engine.store.order:
            self.engine._clock = moment
        else:
            await self.engine.begin(moment)

    async def now(self) -> datetime:
        return await self.engine.now()

    async def reach(self, moment: datetime) -> None:
        if moment > await self.engine.now():
            await self.settle()
            await self.engine.wait(moment, ())

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        self.sent += 1
        return await self.engine.do(command, body, actor)

    async def settle(self) -> None:
        await self.engine.settle(())

    async def known(self, command_ids: Collection[UUID]) -> Mapping[UUID, Answer]:
        known = {one: await self.engine.store.command(one) for one in command_ids}
        return {one: command.answer for one, command in known.items() if command is not None}

    async def events(self, streams: Collection[str]) -> list[Event]:
        return await self.engine.events(streams)
