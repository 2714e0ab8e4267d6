"""Servers for one run: in a home that is gone after it, found or started as `homeward up` would."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homeward.dev import postgres
from homeward.dev.home import SHARED_TEMPORARY, Home
from homeward.dev.say import Say
from homeward.dev.supervisor import Supervisor


@contextmanager
def throwaway_home(prefix: str = "hwt-") -> Iterator[Home]:
    """A home that PostgreSQL's user can reach even where root made it."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=SHARED_TEMPORARY))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    home = Home(folder)
    try:
        yield home
    finally:
        shutil.rmtree(home.socket_folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def supervised(home: Home, tell: Say) -> Iterator[Supervisor]:
    """What is launched in the block ends with it."""
    supervisor = Supervisor(home, tell=tell)
    supervisor.open()
    try:
        yield supervisor
    finally:
        supervisor.stop()


def postgres_url(servers: Supervisor, choice: postgres.Choice, tell: Say) -> str:
    """The server that was given, else one started here and ready; its own database `postgres`."""
    if choice.url:
        return choice.url
    server = postgres.prepare(choice, servers.home, tell=tell)
    servers.launch(server.child)
    servers.await_ready("postgres")
    return server.url("postgres")
