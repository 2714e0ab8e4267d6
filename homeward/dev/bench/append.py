"""One event appended with every guarantee, beside a bare INSERT of the same bytes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from msgspec.structs import replace

from homeward.dev.bench.case import way_home
from homeward.dev.bench.library import recorder
from homeward.dev.bench.measure import Bench, Contest, Contestant, Ratio, repeatedly
from homeward.dev.bench.rig import Rig
from homeward.domain.actors import person
from homeward.domain.commands import Order
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.streams import StreamState, evolve
from homeward.eventstore import codec
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Answer, Commit

AT_ONCE = 8
EVENTS = 30
RAW = """
create table raw (stream_id text, version int, event_id uuid, type text, occurred_at timestamptz,
                  data bytea, primary key (stream_id, version))
"""
INSERT = "insert into raw values ($1, $2, $3, $4, $5, $6)"


class Cases:
    """Commits as `carry_out` makes them: a case's events one by one, then the next case's."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.actor = person("sokha", ["officer"])

    def commits(self) -> Callable[[], Commit]:
        """One caller's: each on the one before. The rules are not asked; they are not measured."""
        state: StreamState = blank("VIC-2026-000000")
        at = len(self.events)

        def following() -> Commit:
            nonlocal state, at
            if at == len(self.events):
                state, at = blank(f"VIC-2026-{uuid4().hex[:12]}"), 0
            told = self.events[at]
            event = replace(told, id=uuid4(), stream=state.id, command_id=uuid4())
            before, state, at = state, evolve(state, event), at + 1
            return commit(before, state, event)

        return following


def commit(before: StreamState, after: StreamState, event: Event) -> Commit:
    order = Order(
        name=event.command, stream=event.stream, command_id=event.command_id,
        actor=person(event.by, event.roles), fields={}, fingerprint="f" * 64,
    )  # fmt: skip
    line = {"id": str(event.id), "type": event.type, "stream": event.stream}
    answer = Answer(event.stream, event.version, (line,), {"stream": event.stream})
    return Commit(order, (event,), {event.stream: before}, {event.stream: after}, answer)


@asynccontextmanager
async def set_up(rig: Rig) -> AsyncIterator[Contest]:
    events = (await way_home())[:EVENTS]
    data = [codec.encode(event.fact) for event in events]
    middle = sorted(data, key=len)[len(data) // 2]
    url = await rig.database()
    pool = await connect(url, min_size=AT_ONCE, max_size=AT_ONCE)
    await pool.execute(RAW)
    try:
        store = PostgresEventStore(pool)

        def appending(at_once: int) -> Contestant:
            async def contestant(seconds: float) -> float:
                each = [_appender(store, Cases(events).commits(), seconds) for _ in range(at_once)]
                return sum(await asyncio.gather(*each))

            return contestant

        async def inserted() -> int:
            event = events[0]
            await pool.execute(
                INSERT, str(uuid4()), 1, uuid4(), event.type, event.occurred_at, middle
            )
            return 1

        contestants: dict[str, Contestant] = {
            "bare INSERT, 1 connection": lambda seconds: repeatedly(inserted, seconds),
            "append, 1 connection": appending(1),
            f"bare INSERT, {AT_ONCE} connections": lambda s: repeatedly(inserted, s, AT_ONCE),
            f"append, {AT_ONCE} connections": appending(AT_ONCE),
        }
        eight = f"append, {AT_ONCE} connections"
        ratios = [
            Ratio("append beside a bare INSERT, 1 connection", "append, 1 connection",
                  "bare INSERT, 1 connection", 0.7),
            Ratio(f"append beside a bare INSERT, {AT_ONCE} connections, same client", eight,
                  f"bare INSERT, {AT_ONCE} connections", 0.5),
        ]  # fmt: skip
        if pgbench := _pgbench(rig, url, middle):
            contestants["pgbench, bare INSERT, 8 clients"] = pgbench
            ratios.append(
                Ratio("append beside pgbench's bare INSERT", eight,
                      "pgbench, bare INSERT, 8 clients", 0.5)
            )  # fmt: skip
        async with recorder(await rig.database(), middle, AT_ONCE) as library:
            if library is not None:
                contestants["eventsourcing library, 8 writers"] = library
                ratios.append(
                    Ratio("append beside the eventsourcing library", eight,
                          "eventsourcing library, 8 writers", 4)
                )  # fmt: skip
            yield Contest(contestants, tuple(ratios))
    finally:
        await pool.close()


async def _appender(
    store: PostgresEventStore, following: Callable[[], Commit], seconds: float
) -> float:
    async def once() -> int:
        committed = await store.append(following())
        assert committed.status == "done", committed.status
        return 1

    return await repeatedly(once, seconds)


def _pgbench(rig: Rig, url: str, data: bytes) -> Contestant | None:
    """None where there is no pgbench beside the server's programs."""
    program = rig.binaries and rig.binaries / "pgbench"
    if program is None or not program.exists():
        return None
    values = "gen_random_uuid()::text, 1, gen_random_uuid(), 'NoteAdded', clock_timestamp()"
    script = f"insert into raw values ({values}, '\\x{data.hex()}');\n"  # noqa: S608 - own bytes

    async def contestant(seconds: float) -> float:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            await asyncio.to_thread(Path(file.name).write_text, script)
            process = await asyncio.create_subprocess_exec(
                program, "-n", "-M", "prepared", "-f", file.name, "-c", str(AT_ONCE), "-j", "2",
                "-T", str(max(1, round(seconds))), url,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            told, _ = await process.communicate()
        for line in told.decode().splitlines():
            if line.startswith("tps"):
                return float(line.split()[2])
        raise RuntimeError("pgbench told no figure")

    return contestant


BENCH = Bench("append", "One event appended with all guarantees", set_up, "events a second")
