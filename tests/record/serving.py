"""The reference witness, served in this process on a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import uvicorn

from homeward.eventstore.note import Key
from homeward.services.witness_http import HttpWitness
from homeward.witness.folder import Folder
from homeward.witness.server import create_app
from tests.eventstore.telling import NOON


@asynccontextmanager
async def serving(
    path: Path, *keys: Key, name: str = "court", now: datetime = NOON
) -> AsyncIterator[HttpWitness]:
    folder = Folder(path, name)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(folder, keys, lambda: now), log_config=None)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with HttpWitness(url, folder.key) as witness:
            yield witness
    finally:
        server.should_exit = True
        await running
