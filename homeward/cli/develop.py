"""What only development has: the clock that moves, stories told to the engine, the demo."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from homeward.cli.exits import INVALID, NOT_ALLOWED, end
from homeward.settings import settings


def join_running_stack() -> None:
    """What `homeward up` told its processes holds here too, save what is set already."""
    from homeward.dev.home import default_home

    told = default_home().run().get("env")
    if isinstance(told, dict):
        for name, value in told.items():
            os.environ.setdefault(str(name), str(value))
    settings.cache_clear()


dev = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False)
clock = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
)
dev.add_typer(clock, name="clock", help="The engine's one clock; it cannot move in production.")


@dev.callback()
def _dev() -> None:
    """For development only."""


@clock.command("show")
def clock_show() -> None:
    """Prints what the engine's clock reads.

    Example: homeward dev clock show
    """
    _clock("show", None)


@clock.command("set")
def clock_set(
    moment: Annotated[str, typer.Argument(metavar="TIME", help="With its offset; or: now.")],
) -> None:
    """Sets the engine's clock, or lets it follow the host's again (now).

    Example: homeward dev clock set 2022-08-01T08:30:00+07:00
    """
    _clock("set", moment)


@clock.command("advance")
def clock_advance(
    duration: Annotated[str, typer.Argument(metavar="SPAN", help="30d, 22h, 15m, 5bd.")],
) -> None:
    """Moves the engine's clock on, stopping at whatever falls due until it has been done.

    Example: homeward dev clock advance 30d
    """
    _clock("advance", duration)


def _clock(action: str, value: str | None) -> None:
    join_running_stack()
    if settings().environment == "production":
        end(NOT_ALLOWED, "The clock does not move in production.")
    from homeward.dev.clock import main

    try:
        code = main(action, value)
    except ValueError as fault:
        end(INVALID, str(fault))
    raise typer.Exit(code)


scenario = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
)


@scenario.callback()
def _scenario() -> None:
    """Stories in the contract's words."""


@scenario.command("run")
def scenario_run(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE_OR_FOLDER...", exists=True)],
    engine: Annotated[
        Literal["memory", "live"], typer.Option(help="The pure domain, or the running stack.")
    ] = "memory",
    json_: Annotated[bool, typer.Option("--json", help="One JSON line per story.")] = False,
) -> None:
    """Tells stories to the engine. 0: all hold; 1: one does not; 2: one is no scenario.

    Example: homeward scenario run scenarios/01*.yaml --engine live
    """
    if engine == "live":
        join_running_stack()
    from homeward.dev.scenario import main

    raise typer.Exit(main(paths, engine, json_=json_))


def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what was there.")] = False,
    exit_: Annotated[bool, typer.Option("--exit", help="End after the figures.")] = False,
) -> None:
    """Carries invented cases from request to home on the real engine, and serves them.

    Example: homeward demo --exit
    """
    from homeward.dev.demo import main

    raise typer.Exit(main(fresh, exit_))
