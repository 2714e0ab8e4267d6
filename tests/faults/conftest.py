"""Faults on real parts: an engine whose PostgreSQL can be cut off and whose Temporal can be killed."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from homeward.dev import temporal as temporal_server
from homeward.dev.home import Home
from homeward.dev.say import silent
from homeward.dev.supervisor import Supervisor


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """Keeps the test's own processes on a home of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hwf-", dir="/var/tmp"))
    folder.chmod(0o711)
    keeping = Supervisor(Home(folder), tell=silent)
    keeping.open()
    try:
        yield keeping
    finally:
        keeping.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def default_temporal(supervisor: Supervisor) -> str:
    """A server with the default limit of ten updates in flight, its data in a file."""
    choice = temporal_server.resolve(tell=silent)
    if choice.address:
        pytest.skip("a configured Temporal server is not ours to kill")
    port = supervisor.home.port("temporal")
    child = temporal_server.child(
        choice, supervisor.home, port=port, http_port=supervisor.home.port("temporal-http")
    )
    ours = ["--dynamic-config-value", temporal_server.MAX_IN_FLIGHT]
    command = list(child.command)
    at = command.index(ours[1])
    supervisor.launch(replace(child, command=command[: at - 1] + command[at + 1 :]))
    supervisor.await_ready("temporal")
    return f"127.0.0.1:{port}"
