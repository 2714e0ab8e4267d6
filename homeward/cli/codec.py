"""`homeward codec`: makes payloads readable in Temporal's web interface."""

import asyncio
import socket
from typing import Annotated

import typer
import uvicorn

from homeward.cli.exits import AWAY, MENDS, USAGE, end, say
from homeward.settings import settings

HOST = "127.0.0.1"


def codec(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8402,
    ui: Annotated[
        str, typer.Option(metavar="ORIGIN", help="Where Temporal's web interface is served.")
    ] = "",
) -> None:
    """Opens payloads for Temporal's web interface, for supervisors and auditors who sign in.

    Listens on this machine alone. Each stream that is opened is recorded as read beforehand.

    Example: homeward codec --ui http://127.0.0.1:8233
    """
    config = settings()
    missing = [name for name in ("database_url", "temporal_address") if not getattr(config, name)]
    if missing:
        named = ", ".join(f"HOMEWARD_{name.upper()}" for name in missing)
        end(USAGE, f"Not set: {named}. [bold]homeward up[/] starts everything and sets them.")
    origin = (ui or _running_ui() or "http://127.0.0.1:8233").rstrip("/")
    from homeward.logs import set_up

    set_up(config.log_level)
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        end(AWAY, f"Cannot listen on {HOST}:{port}: {error.strerror}.", MENDS)
    with listener:
        say(f"sign in at http://{HOST}:{listener.getsockname()[1]} for the pages of {origin}")
        asyncio.run(_serve(listener, origin))


def _running_ui() -> str:
    from homeward.dev.home import default_home

    urls = default_home().run().get("urls", {})
    return str(urls.get("temporal ui", ""))


async def _serve(listener: socket.socket, origin: str) -> None:
    from homeward.api.codec import CodecServer
    from homeward.edge.assembly import open_edge
    from homeward.ready import announce_ready
    from homeward.sealing.payloads import WorkflowKeys

    config = settings()
    async with open_edge(config) as edge:
        keys = WorkflowKeys(edge.keyring.secrets)
        app = CodecServer(edge, keys, config.temporal_namespace, origin).app()
        announce_ready()
        serving = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, proxy_headers=False
        )
        await uvicorn.Server(serving).serve(sockets=[listener])
