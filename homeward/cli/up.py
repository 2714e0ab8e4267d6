"""`homeward up` and `homeward doctor`: the development stack, and whether it is well."""

import signal
from typing import Annotated, Literal

import typer

from homeward.dev.doctor import examine, exit_code, render
from homeward.dev.faults import Fault, HomeTaken
from homeward.dev.home import default_home
from homeward.dev.say import say
from homeward.dev.stack import Stack, running_stack


def up() -> None:
    """Starts database, Temporal, sandbox, worker and console, and serves until Ctrl-C.

    Data stays in HOMEWARD_HOME (left out: .homeward/ in the checkout), so a second start goes on
    with the same cases. Services named by HOMEWARD_DATABASE_URL or HOMEWARD_TEMPORAL_ADDRESS are
    used instead of own ones.

    Example: homeward up
    """
    stack = Stack(default_home())
    try:
        with running_stack(stack):
            say("\nhomeward is up. Ctrl-C stops it; the data stays.")
            for name, url in stack.urls.items():
                typer.echo(f"{name:12} {url}")
            while True:
                signal.pause()
    except KeyboardInterrupt:
        say("stopped; nothing is left running")
    except HomeTaken as taken:
        say(str(taken))
        raise typer.Exit(0) from taken
    except Fault as fault:
        say(str(fault))
        raise typer.Exit(fault.exit_code) from fault


def doctor(
    output: Annotated[
        Literal["table", "json"], typer.Option("-o", "--output", help="table or json")
    ] = "table",
) -> None:
    """Shows what was chosen and whether it is well; names the mend for each fault.

    Exit code 8 if a check fails, 7 if a service is away.

    Example: homeward doctor -o json
    """
    checks = examine(default_home())
    typer.echo(render(checks, output), nl=False)
    raise typer.Exit(exit_code(checks))
