"""Runs benches by name: a progress bar while it lasts, results when one is done."""

import asyncio
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from homeward.dev.bench.measure import Bench, Result, run
from homeward.dev.bench.report import save, show
from homeward.dev.bench.rig import rig
from homeward.dev.say import say

NAMES = ("fold", "append", "verify")


def find(name: str) -> Bench:
    """Raises ModuleNotFoundError."""
    bench: Bench = importlib.import_module(f"homeward.dev.bench.{name}").BENCH
    return bench


def main(
    names: Sequence[str], rounds: int | None, seconds: float | None, folder: Path | None
) -> list[Result]:
    """The results, shown and saved one by one: what was measured before an interruption stays."""
    return asyncio.run(_main([find(name) for name in names], rounds, seconds, folder))


async def _main(
    benches: Sequence[Bench], rounds: int | None, seconds: float | None, folder: Path | None
) -> list[Result]:
    results = []
    words = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    async with rig() as server:
        for bench in benches:
            say(f"{bench.name}: {bench.title}")
            with Progress(*columns, console=words, disable=not sys.stderr.isatty()) as progress:
                task = progress.add_task("setting up", total=None)

                def tick(done: int, total: int, who: str) -> None:
                    progress.update(task, completed=done, total=total, description=who or "done")  # noqa: B023 - called within this turn

                result = await run(
                    bench, server, rounds or bench.rounds, seconds or bench.seconds, tick
                )
            show(result, words)
            if folder is not None:
                say(f"written to {save(result, folder)}")
            results.append(result)
    return results
