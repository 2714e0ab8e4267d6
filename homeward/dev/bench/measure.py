"""Rounds, ratios, goals: the same for every bench."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from homeward.dev.bench.rig import Rig, machine

Contestant = Callable[[float], Awaitable[float]]
"""One round of about so many seconds -> how many a second it did, or what `unit` says."""
Tick = Callable[[int, int, str], None]
"""Rounds done, rounds in all, who runs."""


class Ratio(msgspec.Struct, frozen=True):
    """`of` beside `beside`, and how far it should get."""

    what: str
    of: str
    beside: str
    goal: float
    at_least: bool = True


@dataclass(frozen=True)
class Contest:
    """What a bench has set up: who runs, and what is compared."""

    contestants: Mapping[str, Contestant]
    ratios: tuple[Ratio, ...]


@dataclass(frozen=True)
class Bench:
    """`set_up` gives the contest inside an async context that cleans up after it."""

    name: str
    title: str
    set_up: Callable[[Rig], AbstractAsyncContextManager[Contest]]
    unit: str = "a second"
    rounds: int = 7
    seconds: float = 1.5


class Measured(msgspec.Struct, frozen=True):
    """A ratio over the rounds."""

    what: str
    of: str
    beside: str
    goal: float
    at_least: bool
    median: float
    low: float
    high: float

    @property
    def met(self) -> bool:
        return self.median >= self.goal if self.at_least else self.median <= self.goal


class Result(msgspec.Struct, frozen=True):
    bench: str
    title: str
    at: datetime
    machine: dict[str, Any]
    unit: str
    seconds: float
    figures: dict[str, list[float]]
    """Each contestant's rounds, in order."""
    ratios: list[Measured]


async def run(bench: Bench, rig: Rig, rounds: int, seconds: float, tick: Tick) -> Result:
    """Warms up once, then measures. Raises what the contestants raise."""
    async with bench.set_up(rig) as contest:
        figures: dict[str, list[float]] = {name: [] for name in contest.contestants}
        for nth in range(rounds + 1):
            for name, contestant in contest.contestants.items():
                tick(nth, rounds + 1, name)
                figure = await contestant(seconds if nth else min(seconds, 0.3))
                if nth:
                    figures[name].append(figure)
        tick(rounds + 1, rounds + 1, "")
        return Result(
            bench.name, bench.title, datetime.now(UTC).replace(microsecond=0), await machine(rig),
            bench.unit, seconds, figures, [_ratio(ratio, figures) for ratio in contest.ratios],
        )  # fmt: skip


def _ratio(ratio: Ratio, figures: Mapping[str, list[float]]) -> Measured:
    pairs = zip(figures[ratio.of], figures[ratio.beside], strict=True)
    found = [of / beside for of, beside in pairs]
    return Measured(
        ratio.what, ratio.of, ratio.beside, ratio.goal, ratio.at_least,
        median(found), min(found), max(found),
    )  # fmt: skip


async def repeatedly(once: Callable[[], Awaitable[int]], seconds: float, at_once: int = 1) -> float:
    """How many a second, `at_once` of them side by side. `once` tells how many it did."""
    began = time.perf_counter()

    async def loop() -> int:
        done = 0
        while True:
            done += await once()
            if time.perf_counter() - began >= seconds:
                return done

    done = await asyncio.gather(*(loop() for _ in range(at_once)))
    return sum(done) / (time.perf_counter() - began)


def every_nth(things: list[Any]) -> Callable[[], Any]:
    """The next one each time, round and round."""
    at = -1

    def following() -> Any:
        nonlocal at
        at = (at + 1) % len(things)
        return things[at]

    return following


Context = AsyncIterator[Contest]
HERE = Path(__file__).parent
