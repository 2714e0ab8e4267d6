"""`homeward witness`: keeps the checkpoints of somebody else's record."""

import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from homeward.cli.exits import AWAY, USAGE, end, say
from homeward.eventstore.note import NAME, Key
from homeward.ready import announce_ready
from homeward.witness.folder import Folder, FolderTaken
from homeward.witness.server import create_app

witness = typer.Typer(help="A witness of a record: serve.", no_args_is_help=True)


@witness.callback()
def _root() -> None:
    """A witness keeps what a record has signed, out of reach of whoever runs the record."""


@witness.command()
def serve(
    folder: Annotated[Path, typer.Argument(help="What it keeps: its key, checkpoints, erasures.")],
    name: Annotated[str, typer.Option(help="The name under which it signs, as court.example.")],
    log: Annotated[
        list[str],
        typer.Option(help="The record's public key (homeward audit log); again for a newer one."),
    ],
    host: Annotated[str, typer.Option(help="The address it listens on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8402,
) -> None:
    """Serves a witness until told to stop (SIGTERM or Ctrl-C); prints its public key.

    Example: homeward witness serve /srv/witness --name court.example --log homeward/main+1f…+AR…
    """
    if not NAME.fullmatch(name):
        end(USAGE, "--name takes a name without spaces and without +.")
    try:
        keys = [Key.read(each) for each in log]
        kept = Folder(folder, name)
        app = create_app(kept, keys, lambda: datetime.now(UTC))
    except (ValueError, FolderTaken) as fault:
        end(USAGE, f"This witness cannot start: {fault}.")
    except OSError as error:
        end(AWAY, f"{folder} cannot be used: {error.strerror}.")
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        end(AWAY, f"Cannot listen on {host}:{port}: {error.strerror}.")
    typer.echo(str(kept.key))
    say(f"witnessing {keys[0].name} on http://{host}:{listener.getsockname()[1]}")
    # uvicorn raises again the signal that stopped it; once it has stopped, that is all.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    with listener:
        _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            announce_ready()
