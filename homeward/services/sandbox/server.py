"""Serves the sandbox until told to stop."""

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from homeward.services.sandbox.app import create_sandbox


def serve(
    host: str, port: int, state: Path | None, announce: Callable[[str], None] = lambda _: None
) -> None:
    """Port 0 takes any free one; `announce` is told the URL once connections are accepted."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    config = uvicorn.Config(
        create_sandbox(state),
        log_level="warning",
        access_log=False,
        # A call held for being slow must not keep the process from ending.
        timeout_graceful_shutdown=1,
    )
    name = f"[{host}]" if family == socket.AF_INET6 else host
    announce(f"http://{name}:{listener.getsockname()[1]}")
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
