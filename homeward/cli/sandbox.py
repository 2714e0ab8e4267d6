"""`homeward sandbox`: the partners, played."""

import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from homeward.services.sandbox.server import serve
from homeward.settings import settings


def sandbox(
    port: Annotated[int, typer.Option(help="0 takes any free one.", min=0, max=65535)] = 8401,
    host: Annotated[str, typer.Option(help="The address it listens on.")] = "127.0.0.1",
    state: Annotated[
        Path | None,
        typer.Option(help="Its memory; left out, in HOMEWARD_HOME, or none.", dir_okay=False),
    ] = None,
) -> None:
    """Plays the immigration and the mission service, with memory and as told.

    Example: homeward sandbox --port 8401
    """
    home = settings().home
    file = state or (home / "sandbox.sqlite3" if home else None)
    kept = f"its memory is {file}" if file else "it forgets everything when it stops"
    typer.echo(f"The sandbox plays immigration and mission service; {kept}.", err=True)
    try:
        serve(host, port, file, announce=typer.echo)
    except sqlite3.Error as error:
        typer.echo(f"{file} cannot be its memory: {error}.", err=True)
        raise typer.Exit(7) from error
    except OSError as error:
        typer.echo(f"Cannot listen on {host}:{port}: {error.strerror or error}.", err=True)
        raise typer.Exit(7) from error
