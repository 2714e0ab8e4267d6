"""The command line against a real HTTP server that gives the answers a test tells it."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from homeward.cli.root import app
from tests.cli.canned import Canned, handler_of
from tests.cli.run import Ran, Run


@pytest.fixture
def api() -> Iterator[Canned]:
    canned = Canned()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(canned))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    canned.url = f"http://127.0.0.1:{server.server_port}"
    yield canned
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, read_settings_again: Callable[[], None]
) -> Callable[..., None]:
    """Sets HOMEWARD_*; whatever the machine has set of it is gone."""
    for name in [name for name in os.environ if name.startswith("HOMEWARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def change(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"HOMEWARD_{name}", value)
        read_settings_again()

    change(HOME=str(tmp_path))
    return change


@pytest.fixture
def alone(environment: Callable[..., None]) -> Run:
    """Runs `homeward ...` where no API answers."""

    def run(*arguments: str, given: str | None = None) -> Ran:
        result = CliRunner().invoke(app, list(arguments), input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    environment(API_URL="http://127.0.0.1:9")
    return run


@pytest.fixture
def homeward(alone: Run, api: Canned, environment: Callable[..., None]) -> Run:
    """Runs `homeward ...` against the canned API."""
    environment(API_URL=api.url, TOKEN="a-token")
    return alone
