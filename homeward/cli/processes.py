"""`homeward worker`: the engine's own process, under the name that people look for."""

import typer

from homeward.cli.exits import USAGE, end
from homeward.settings import settings


def worker() -> None:
    """Runs the engine's worker until told to stop (SIGTERM or Ctrl-C).

    Example: homeward worker
    """
    config = settings()
    needed = ("database_url", "temporal_address", "immigration_url", "mission_url")
    if missing := [f"HOMEWARD_{name.upper()}" for name in needed if not getattr(config, name)]:
        named = ", ".join(missing)
        end(USAGE, f"Not set: {named}. [bold]homeward up[/] starts everything and sets them.")
    from workers.__main__ import main

    raise typer.Exit(main())
