"""`homeward serve`: composes API and console into one process and serves them."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from importlib.util import find_spec
from typing import Annotated

import structlog
import typer
import uvicorn
from fastapi import FastAPI

from homeward.api.app import create_app
from homeward.cli.exits import AWAY, MENDS, USAGE, end, say
from homeward.edge.assembly import open_edge
from homeward.edge.edge import Edge
from homeward.edge.indexing import Indexing
from homeward.logs import set_up
from homeward.ports import Unavailable
from homeward.ports_keys import KeysMissing
from homeward.ready import announce_ready
from homeward.settings import Settings, settings

log = structlog.get_logger("homeward.serve")
GRACE = 10
"""Seconds that answers under way may take once the process is told to stop."""


def serve(
    host: Annotated[str | None, typer.Option(help="HOMEWARD_HOST if left out.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="HOMEWARD_PORT if left out; 0 takes any free one."),
    ] = None,
) -> None:
    """Serves the API and the console until told to stop (SIGTERM or Ctrl-C).

    Example: homeward serve --host 127.0.0.1 --port 8400
    """
    config = settings()
    missing = [name for name in ("database_url", "temporal_address") if not getattr(config, name)]
    if missing:
        named = ", ".join(f"HOMEWARD_{name.upper()}" for name in missing)
        end(USAGE, f"Not set: {named}. [bold]homeward up[/] starts everything and sets them.")
    set_up(config.log_level)
    where = host or config.host, config.port if port is None else port
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    try:
        listener = socket.create_server(where, family=family, backlog=1024)
    except OSError as error:
        end(AWAY, f"Cannot listen on {where[0]}:{where[1]}: {error.strerror}.", MENDS)
    # uvicorn raises again the signal that stopped it; once it has stopped, that is all.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with listener:
        try:
            asyncio.run(_serve(config, listener))
        except (Unavailable, KeysMissing) as away:
            end(AWAY, f"{away}.", MENDS)


async def _serve(config: Settings, listener: socket.socket) -> None:
    async with open_edge(config) as edge, _indexing(edge):
        app = create_app(lambda: nullcontext(edge))
        _add_console(app)
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE,
            )
        )
        address = listener.getsockname()
        say(f"serving on http://{address[0]}:{address[1]}")
        await server.serve(sockets=[listener])


@asynccontextmanager
async def _indexing(edge: Edge) -> AsyncIterator[None]:
    """Keeps the search index beside the serving: here sealed values may be opened."""
    task = asyncio.create_task(Indexing(edge.pool, edge.keyring).forever())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _add_console(app: FastAPI) -> None:
    """API and console know nothing of each other; they meet here."""
    if find_spec("homeward.console.app") is None:
        log.warning("no_console")
        return
    from homeward.console.app import install

    install(app)


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            announce_ready()
            log.info("serving")
