"""`homeward scenario run`: stories in the contract's words, told to a real or a memory engine."""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from homeward.dev.running import NothingRuns
from homeward.dev.scenario.format import NotAScenario, find_scenarios, read_story
from homeward.dev.scenario.runner import Broken, Telling
from homeward.ports import Unavailable

HOLDS, BREAKS, UNREADABLE, AWAY = 0, 1, 2, 7


def main(paths: list[Path], engine: str = "memory", *, json_: bool = False) -> int:
    """0: every story holds; 1: one does not; 2: one is not a scenario. Data goes to stdout."""
    found = find_scenarios(paths)
    if not found:
        print("No scenario was found there.", file=sys.stderr)
        return UNREADABLE
    try:
        return asyncio.run(_run(found, engine, json_=json_))
    except (httpx.TransportError, Unavailable, NothingRuns) as away:
        print(
            f"The stack went away ({type(away).__name__}: {away}). See `homeward doctor`.",
            file=sys.stderr,
        )
        return AWAY


async def _run(paths: list[Path], engine_name: str, *, json_: bool) -> int:
    worst = HOLDS
    async with AsyncExitStack() as stack:
        engine = await _engine(engine_name, stack)
        for nth, path in enumerate(paths, 1):
            result, code = await _one(path, engine)
            worst = max(worst, code)
            if json_:
                print(json.dumps(result, ensure_ascii=False), flush=True)
            else:
                print(f"{result['result']:<8} {path.name}: {result['told']}", flush=True)
            if not json_ and sys.stderr.isatty():
                print(f"{nth} of {len(paths)}", end="\r", file=sys.stderr)
    return worst


async def _engine(name: str, stack: AsyncExitStack) -> Any:
    if name == "memory":
        from homeward.dev.scenario.memory import MemoryEngine  # noqa: PLC0415

        return MemoryEngine()
    from homeward.dev.scenario.live import live_engine  # noqa: PLC0415

    return await stack.enter_async_context(live_engine())


async def _one(path: Path, engine: Any) -> tuple[dict[str, Any], int]:
    result: dict[str, Any] = {"file": str(path), "engine": engine.name}
    try:
        story = read_story(path)
    except NotAScenario as fault:
        return result | {"result": "unreadable", "told": str(fault)}, UNREADABLE
    try:
        await Telling(story, engine).tell()
    except Broken as broken:
        return result | {
            "result": "breaks", "told": str(broken), "step": broken.where,
            "expected": broken.expected, "came": broken.came,
        }, BREAKS  # fmt: skip
    return result | {"result": "holds", "told": story.title}, HOLDS
