"""Moving the engine's one clock: never past something due before it has been done.

For development only; production refuses. `homeward dev clock show|set|advance`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx

from homeward.desk import Accepted, Desk
from homeward.dev.scenario.values import later
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Unavailable
from homeward.sealing.choice import secrets_of
from homeward.settings import Settings, settings
from homeward.temporal import connect as connect_temporal

POKES = 14
"""How often a partner that fails is asked again while the clock stands still."""
PAUSE = 0.2
PATIENCE = timedelta(seconds=60)
"""How long a worker may take to come back and do what is due."""


def host_clock() -> datetime:
    """The host's time."""
    return datetime.now(UTC)


class Clock:
    """Moves the offset, tells the sandbox, and nudges every stream that something falls due for."""

    def __init__(self, store: PostgresEventStore, desk: Desk, sandbox: httpx.AsyncClient) -> None:
        self._store = store
        self._desk = desk
        self._sandbox = sandbox

    async def now(self) -> datetime:
        return host_clock() + await self._store.offset()

    async def set(self, moment: datetime) -> None:
        """The clock reads `moment` from here on; nothing is done about what that makes due."""
        await self.set_offset(moment - host_clock())

    async def follow(self) -> None:
        """Offset 0: the engine's clock is the host's again."""
        await self.set_offset(timedelta(0))

    async def offset(self) -> timedelta:
        """How far the engine's clock is ahead of the host's."""
        return await self._store.offset()

    async def set_offset(self, offset: timedelta) -> None:
        seconds = offset.total_seconds()
        await self._store.set_offset(seconds)
        told = await self._sandbox.put("/_sandbox/clock", json={"offset_seconds": seconds})
        told.raise_for_status()

    async def advance(
        self,
        until: datetime,
        streams: Collection[str] | None = None,
        *,
        told: Callable[[datetime], None] = lambda _: None,
    ) -> None:
        """To `until`, stopping wherever something (of these streams) is due, until it is done."""
        await self.settle(streams)
        while (stop := await self._next_stop(until, streams)) is not None:
            await self.set(max(stop, await self.now()))
            told(stop)
            await self.settle(streams)
        if until > await self.now():
            await self.set(until)
        told(until)
        await self.settle(streams)

    async def settle(self, streams: Collection[str] | None = None) -> None:
        """Until everything due has been done and partners have answered, or clearly do not."""
        among = None if streams is None else sorted(streams)
        epoch = await self._store.epoch()
        pokes, until = 0, host_clock() + PATIENCE
        while pokes < POKES and host_clock() < until:
            due = await self._store.due_now(among, await self.now())
            owed = [call for call in await self._store.owed(among) if not call.refused]
            certain = bool(due) or await self._missions_speak()
            if not certain and not owed:
                return
            # what is due will be done once a worker is there; a partner may stay silent
            pokes += not certain
            waiting = {*due, *(call.stream for call in owed if pokes)}
            await asyncio.gather(*(self._nudge(stream, epoch) for stream in waiting))
            await asyncio.sleep(PAUSE if pokes else PAUSE / 4)

    async def _nudge(self, stream: str, epoch: int) -> None:
        try:
            await self._desk.look(stream, epoch, clock_moved=True)
        except (Unavailable, Accepted):
            return

    async def _next_stop(self, until: datetime, streams: Collection[str] | None) -> datetime | None:
        among = None if streams is None else sorted(streams)
        stops = [await self._store.next_due(among, until)]
        agenda = (await self._sandbox.get("/_sandbox/agenda")).json()
        if agenda["next_due"] is not None:
            stops.append(datetime.fromisoformat(agenda["next_due"]))
        now = await self.now()
        ahead = [stop for stop in stops if stop is not None and now < stop <= until]
        return min(ahead, default=None)

    async def _missions_speak(self) -> bool:
        """Whether a mission's own system has answered and the answer is still on its way."""
        feed = await self._sandbox.get("/answers")
        return feed.is_success and bool(feed.json().get("answers"))


def fresh_client(url: str, timeout: float) -> httpx.AsyncClient:
    """A client that keeps no idle connections: a story's pauses outlast them."""
    return httpx.AsyncClient(
        base_url=url, timeout=timeout, limits=httpx.Limits(max_keepalive_connections=0)
    )


@asynccontextmanager
async def open_clock(config: Settings) -> AsyncIterator[Clock]:
    """A clock on the configured stack."""
    pool = await connect(config.database_url)
    try:
        async with fresh_client(config.immigration_url, timeout=10) as sandbox:
            client = await connect_temporal(config, await secrets_of(config))
            desk = Desk(client, config.task_queue)
            yield Clock(PostgresEventStore(pool), desk, sandbox)
    finally:
        await pool.close()


def main(action: str, value: str | None = None) -> int:
    """show | set MOMENT|now | advance DURATION (30d, 22h, 5bd). Prints the clock on stdout."""
    return asyncio.run(_main(action, value))


async def _main(action: str, value: str | None) -> int:
    async with open_clock(settings()) as clock:
        match action, value:
            case "show", _:
                pass
            case "set", "now":
                await clock.follow()
            case "set", str(moment):
                await clock.set(_moment(moment))
                await clock.settle()
            case "advance", str(duration):
                until = later(await clock.now(), duration)
                await clock.advance(until, told=_say)
            case _:
                print("say: show, set MOMENT, set now, or advance DURATION", file=sys.stderr)
                return 2
        print((await clock.now()).isoformat(timespec="seconds"))
    return 0


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("give the time with its zone: 2022-08-01T08:30:00+07:00")
    return moment


def _say(stop: datetime) -> None:
    if sys.stderr.isatty():
        print(f"\r{stop:%Y-%m-%d %H:%M}", end="", file=sys.stderr, flush=True)
