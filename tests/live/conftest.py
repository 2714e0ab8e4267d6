"""The whole stack as processes: PostgreSQL, Temporal, sandbox, worker, API; one for all tests."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from homeward.dev.home import Home
from homeward.dev.running import settings_of
from homeward.dev.say import silent
from homeward.dev.scenario.live import LiveEngine, open_live
from homeward.dev.stack import Stack
from homeward.settings import Settings


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    folder = Path(tempfile.mkdtemp(prefix="hwl-", dir="/var/tmp"))
    folder.chmod(0o711)
    stack = Stack(Home(folder), tell=silent)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        shutil.rmtree(stack.home.socket_folder, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def config(stack: Stack) -> Settings:
    assert stack.wiring is not None
    return settings_of(stack.wiring.env())


@pytest_asyncio.fixture(scope="session")
async def live(config: Settings) -> AsyncIterator[LiveEngine]:
    async with AsyncExitStack() as closing:
        yield await open_live(config, closing)
