"""Each part killed once while the docket is told: nothing is lost, nothing is doubled."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from homeward.dev.demo import host_now
from homeward.dev.docket.live import open_docket
from homeward.dev.docket.story import Docket, Step, read_docket
from homeward.dev.docket.telling import Told, recall, tell
from homeward.dev.running import settings_of
from homeward.dev.say import silent
from homeward.dev.stack import Stack
from homeward.domain.facts import Event
from tests.demo.memory import MemoryDocket
from tests.stacks import own_stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]
DAYS = 27
VICTIMS = ("worker", "sandbox", "temporal", "postgres")


@pytest.fixture
def stack() -> Iterator[Stack]:
    with own_stack() as stack:
        yield stack


def facts(told: Told, events: list[Event]) -> dict[str, Counter[str]]:
    """Of each stream of the docket, by its name there: how often what happened."""
    found: dict[str, Counter[str]] = {}
    for name, stream in told.saved.items():
        if stream in told.streams():
            found[name] = Counter(event.type for event in events if event.stream == stream)
    return found


def first_days(docket: Docket) -> Docket:
    """As much of it as four operations and sixteen people need: its days up to the 27th."""
    ways = {
        file: (who, [line for line in lines if line.day <= DAYS])
        for file, (who, lines) in docket.ways.items()
    }
    return replace(docket, days=DAYS, ways=ways)


def sentinels(docket: Docket) -> set[bytes]:
    """What nobody may read from a disk: names, accounts, places and numbers of documents.

    Of six bytes and more: shorter ones come about by chance in what is sealed.
    """
    words: set[str] = set()
    told = {who for who, lines in docket.ways.values() if lines}
    for victim in (docket.victims[who] for who in told if who):
        identity = victim["identity"]
        words |= {identity["name_romanised"], *identity.get("aliases", ())}
        words |= {identity[key] for key in ("name_native",) if identity.get(key)}
        words |= {victim[key] for key in ("account", "place", "document") if victim.get(key)}
    return {word.encode() for word in words if len(word.encode()) >= 6}


def found_in_clear(folders: Iterable[Path], words: set[bytes]) -> list[str]:
    return [
        f"{path.name}: {word.decode()}"
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
        for content in (path.read_bytes(),)
        for word in words
        if word in content
    ]


async def test_killing_each_part_once_during_the_demo_loses_nothing_and_doubles_nothing(
    stack: Stack,
) -> None:
    assert stack.wiring is not None
    docket, now = first_days(read_docket()), host_now()
    async with open_docket(settings_of(stack.wiring.env()), silent) as engine:
        told = await recall(docket, engine, now)
        at = {len(told.steps) * nth // 5: part for nth, part in enumerate(VICTIMS, 1)}
        killed: list[str] = []

        def heard(_: Step) -> None:
            if part := at.get(told.done):
                stack.kill9(part)
                killed.append(part)

        await tell(told, engine, heard)
        await asyncio.to_thread(stack.await_ready, *VICTIMS)
        await engine.reach(now)
        await engine.settle()
        events = await engine.events(told.streams())
    assert killed == list(VICTIMS)
    disks = (stack.home.path, stack.home.postgres)
    assert found_in_clear(disks, sentinels(docket)) == []

    memory = MemoryDocket()
    undisturbed = await recall(docket, memory, now)
    await tell(undisturbed, memory)
    await memory.reach(now)
    assert facts(told, events) == facts(undisturbed, await memory.events(undisturbed.streams()))
