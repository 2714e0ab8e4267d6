"""`homeward`: every command by its name, loaded when it is called."""

import importlib
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

PLACES: dict[str, tuple[str, str]] = {
    "up": ("up:up", "Starts database, Temporal, sandbox, worker and console."),
    "demo": ("develop:demo", "Carries invented cases from request to home, and serves them."),
    "doctor": ("up:doctor", "Shows what was chosen, whether it is well, and the mend."),
    "command": ("give:command", "Gives a command to a stream."),
    "commands": ("give:commands", "Lists the commands, or shows the fields of one."),
    "case": ("streams:case", "Cases: list, show, timeline."),
    "request": ("streams:request", "Requests: list, show, timeline."),
    "operation": ("streams:operation", "Operations: list, show, timeline."),
    "incident": ("streams:incident", "Incidents: list, show, timeline."),
    "court": ("streams:court", "Court cases: list, show, timeline."),
    "worklist": ("streams:worklist", "What waits for a person, due first."),
    "document": ("document:document", "Documents: attach, save."),
    "search": ("search:search", "Finds a person in any script or spelling."),
    "handoff": ("streams:handoff", "What embassies are asked."),
    "audit": ("audit:audit", "The record: what is signed, who has it, exports and proofs."),
    "token": ("token:token", "Prints a bearer token for development."),
    "bench": ("bench:bench", "Measures what a user feels beside its floor."),
    "scenario": ("develop:scenario", "Stories in the contract's words: run."),
    "dev": ("develop:dev", "Development only: the clock."),
    "serve": ("serve:serve", "Serves the API and the console."),
    "worker": ("processes:worker", "Runs the engine's worker."),
    "sandbox": ("sandbox:sandbox", "Plays the immigration and the mission service."),
    "witness": ("witness:witness", "A witness of a record: serve."),
    "keys": ("keys:keys", "Keys of people: status, list, rotate."),
    "migrate": ("migrate:migrate", "Brings the database's schema to this release."),
    "codec": ("codec:codec", "Makes payloads readable in Temporal's web interface."),
    "projection": ("projection:projection", "What follows from the events: list, rebuild."),
    "resume": ("resume:resume", "Starts again whatever should be running, at once."),
}
"""Name -> where it is, and its line in the list of commands."""
ON_THE_STACK = frozenset({"keys", "audit", "codec", "projection", "resume"})
"""Those that reach database or Temporal themselves: those of the running stack, if none is set."""
SETTINGS = {"help_option_names": ["-h", "--help"]}


class ByName(TyperGroup):
    """Loads the module of the command that is called, and of no other."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, placeholder, rest = super().resolve_command(ctx, args)
        if name in ON_THE_STACK:
            from homeward.cli.develop import join_running_stack

            join_running_stack()
        return name, load(name) if name in PLACES else placeholder, rest


def load(name: str) -> Any:
    module, _, attribute = PLACES[name][0].partition(":")
    found = getattr(importlib.import_module(f"homeward.cli.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        one = typer.Typer(
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_show_locals=False,
            context_settings=SETTINGS,
        )
        one.command(name)(found)
        found = one
    found.info.context_settings = SETTINGS
    found._add_completion = False  # noqa: SLF001 - only the whole program installs completion
    command = typer.main.get_command(found)
    command.name = name
    return command


app = typer.Typer(
    cls=ByName,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,
    context_settings=SETTINGS,
    help="Carries each foreign victim of trafficking from rescue to home.",
    epilog="Exit codes: 0 ok, 1 unexpected, 2 usage, 3 not found, 4 not allowed, 5 conflict, "
    "6 invalid, 7 service unavailable, 8 check failed.",
)


def _placeholder(name: str) -> Callable[[], None]:
    def placeholder() -> None:
        raise AssertionError(name)

    return placeholder


for _name, (_, _line) in PLACES.items():
    app.command(_name, help=_line)(_placeholder(_name))


@app.callback()
def _root() -> None:
    """Carries each foreign victim of trafficking from rescue to home."""


def run() -> None:
    """The program: what is away or wrong outside ends with its mend and its exit code."""
    from homeward.cli.exits import AWAY, MENDS, say, words

    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except Exception as error:
        told = _outside(error)
        if told is None:
            raise
        say(told)
        if (code := getattr(error, "exit_code", AWAY)) == AWAY:
            words().print(MENDS)
        raise SystemExit(code) from None


def _outside(error: Exception) -> str | None:
    """What to say of faults that lie outside; None for faults of our own."""
    from homeward.dev.faults import Fault
    from homeward.dev.running import NothingRuns
    from homeward.ports import Unavailable
    from homeward.ports_keys import KeysMissing
    from homeward.settings import SettingFault

    if isinstance(error, (Fault, NothingRuns, Unavailable, KeysMissing, SettingFault)):
        return str(error)
    if isinstance(error, (ConnectionError, TimeoutError)):
        return f"A part is away ({type(error).__name__})."
    return None
