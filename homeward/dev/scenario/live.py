"""The live engine: the real stack. Commands and reads go through the API with real tokens."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from homeward.dev.clock import Clock, fresh_client, host_clock, open_clock
from homeward.dev.home import Home, default_home
from homeward.dev.running import NothingRuns, running, settings_of
from homeward.dev.stack import Stack
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.domain.refusals import Refused
from homeward.domain.streams import kind_of
from homeward.edge.tokens import Tokens
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Answer
from homeward.sealing.choice import file_service
from homeward.settings import Settings

PLURAL = {
    "request": "requests", "operation": "operations", "case": "cases", "incident": "incidents",
    "court": "courts",
}  # fmt: skip
RETRIES = 60
"""How often a command is sent again that was answered `unavailable` or is on its way."""


class LiveEngine:
    name = "live"

    def __init__(
        self,
        api: httpx.AsyncClient,
        sandbox: httpx.AsyncClient,
        clock: Clock,
        store: PostgresEventStore,
        tokens: Tokens,
        home: Home | None = None,
    ) -> None:
        self._api = api
        self._sandbox = sandbox
        self.clock = clock
        self.store = store
        self._tokens = tokens
        self._home = home or default_home()

    async def begin(self, now: datetime) -> None:
        (await self._sandbox.post("/_sandbox/reset")).raise_for_status()
        await self.clock.set(now)

    async def now(self) -> datetime:
        return await self.clock.now()

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        told = {"command_id": str(uuid4()), **body}
        for _ in range(RETRIES):
            try:
                answer = await self._api.post(
                    f"/api/v1/commands/{command}", json=told, headers=self._headers(actor)
                )
            except httpx.TransportError:
                await asyncio.sleep(0.5)
                continue
            if answer.status_code in (202, 503):
                await asyncio.sleep(0.5)
                continue
            return msgspec.convert(_good(answer), Answer)
        raise Refused("unavailable")

    async def read(self, stream: str, actor: Actor) -> dict[str, Any]:
        path = f"/api/v1/{PLURAL[kind_of(stream)]}/{stream}"
        seen: dict[str, Any] = _good(await self._api.get(path, headers=self._headers(actor)))
        return seen

    def _headers(self, actor: Actor) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens.issue(actor, host_clock())}"}

    async def settle(self, streams: Collection[str]) -> None:
        await self.clock.settle(streams)

    async def wait(self, until: datetime, streams: Collection[str]) -> None:
        await self.clock.advance(until, streams)

    async def tell_service(self, service: str, behaviour: Mapping[str, Any]) -> None:
        told = await self._sandbox.put("/_sandbox/behaviour", json={service: behaviour})
        if told.is_error:
            raise Refused("invalid", why=told.json()["detail"])

    async def crash(self, what: str) -> None:
        """kill -9 one of the workers; whoever keeps the stack starts another."""
        pids = self._home.run().get("pids", {})
        mine = next((pid for name, pid in sorted(pids.items()) if name.startswith(what)), None)
        if mine is None:
            raise NothingRuns(f"no {what} of ours runs here")
        os.kill(mine, signal.SIGKILL)

    async def events(self, streams: Collection[str]) -> list[Event]:
        return await self.store.recorded(sorted(streams))


def _good(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    problem = answer.json()
    refused = Refused(problem["code"], *problem.get("names", ()))
    refused.faults = {e["field"]: e["message"] for e in problem.get("errors", ())}
    raise refused


@asynccontextmanager
async def live_engine() -> AsyncIterator[LiveEngine]:
    """On the stack that runs, else on one brought up for the time."""
    async with AsyncExitStack() as stack:
        engine = await open_live(await _settings(stack), stack)
        before = await engine.clock.offset()
        try:
            yield engine
        finally:
            # a story leaves the clock of the stack as it found it
            await engine.clock.set_offset(before)


async def _settings(stack: AsyncExitStack) -> Settings:
    try:
        return running()
    except NothingRuns:
        own = Stack()
        stack.push_async_callback(asyncio.to_thread, own.stop)
        wiring = await asyncio.to_thread(own.start)
        return settings_of(wiring.env())


async def open_live(config: Settings, stack: AsyncExitStack) -> LiveEngine:
    """On the stack that these settings lead to, until `stack` is closed."""
    pool = await connect(config.database_url)
    stack.push_async_callback(pool.close)
    api = await stack.enter_async_context(fresh_client(config.api_url, timeout=30))
    sandbox = await stack.enter_async_context(fresh_client(config.immigration_url, timeout=10))
    clock = await stack.enter_async_context(open_clock(config))
    tokens = Tokens(file_service(config).derive("token"))
    home = Home(config.home) if config.home is not None else None
    return LiveEngine(api, sandbox, clock, PostgresEventStore(pool), tokens, home)
