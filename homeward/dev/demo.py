"""`homeward demo`: the docket carried through the real stack, while one may already look."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from homeward.dev.docket.live import AWAY, open_docket
from homeward.dev.docket.report import doors, report
from homeward.dev.docket.story import NotADocket, Step, read_docket
from homeward.dev.docket.telling import StoryBroke, Told, recall, tell
from homeward.dev.faults import Fault
from homeward.dev.home import default_home
from homeward.dev.running import settings_of
from homeward.dev.say import Say, say
from homeward.dev.stack import Stack, running_stack
from homeward.domain.calendar import PHNOM_PENH
from homeward.domain.facts import Event
from homeward.settings import Settings, settings

OK, UNEXPECTED, AWAY_CODE = 0, 1, 7
A_MOMENT = timedelta(minutes=1)
EVERY = 25
"""Without a terminal a line is said for so many steps."""
Heard = Callable[[Step], None]


def main(fresh: bool, exit_: bool) -> int:
    """Returns the exit code. `fresh` forgets what was there; `exit_` ends after the figures."""
    home = default_home()
    try:
        if fresh:
            home.erase()
            if settings().database_url:
                say("HOMEWARD_DATABASE_URL names a database of your own: it is left as it is.")
        with running_stack(Stack(home)) as stack:
            code = _demo(stack, exit_=exit_)
    except KeyboardInterrupt:
        say("Broken off; nothing is left running. `homeward demo` goes on where it stopped.")
        return UNEXPECTED
    except Fault as fault:
        say(str(fault))
        return fault.exit_code
    say("Stopped; nothing is left running.")
    return code


def _demo(stack: Stack, *, exit_: bool) -> int:
    assert stack.wiring is not None
    console_url = stack.urls["console"]
    say("\nhomeward stands; you may look already, while the docket is carried through.")
    for line in doors(stack.urls):
        say(line)
    try:
        told, events = asyncio.run(_carry(settings_of(stack.wiring.env())))
    except (StoryBroke, NotADocket) as broke:
        say(f"The docket broke: {broke}\n`homeward demo --fresh` starts anew.")
        return UNEXPECTED
    except AWAY as away:
        say(f"A part stayed away: {away}. `homeward doctor` shows which; then start again.")
        return AWAY_CODE
    report(told, events, host_now(), console_url)
    if exit_:
        return OK
    say(f"\nServing at {console_url}. Ctrl-C stops it; the data stays.")
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        return OK


async def _carry(config: Settings) -> tuple[Told, list[Event]]:
    with _progress() as (telling, say_beside):
        async with open_docket(config, say_beside) as engine:
            told = await recall(read_docket(), engine, host_now())
            if not told.over:
                await tell(told, engine, telling(told))
            elif await engine.now() > host_now() - A_MOMENT:
                say_beside("The docket has been carried through before; nothing is changed.")
                return told, await engine.events(told.streams())
            await engine.follow_the_host(host_now())
            return told, await engine.events(told.streams())


def host_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[Told], Heard], Say]]:
    """A bar on standard error, or a line now and then where that is no terminal."""
    if not sys.stderr.isatty():
        yield _lines, say
        return
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True),
    )  # fmt: skip

    def telling(told: Told) -> Heard:
        task = bar.add_task("", total=len(told.steps), completed=told.done)
        return lambda step: bar.update(task, completed=told.done, description=_where(told, step))

    with bar:
        yield telling, bar.console.print


def _lines(told: Told) -> Heard:
    if told.before:
        say(f"Goes on after step {told.before} of {len(told.steps)}.")

    def heard(step: Step) -> None:
        if told.done % EVERY == 0 or told.over:
            say(f"{told.done:>4} of {len(told.steps)}  {_where(told, step)}")

    return heard


def _where(told: Told, step: Step) -> str:
    local = step.at.astimezone(PHNOM_PENH)
    day = (local.date() - told.first_day).days + 1
    return f"day {day:>2} {local:%H:%M} {step.actor.id} {step.do.replace('_', ' ')}"
