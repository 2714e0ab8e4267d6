"""The whole stack as processes: PostgreSQL, Temporal, sandbox, worker, API; one for all tests."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from homeward.dev.running import settings_of
from homeward.dev.scenario.live import LiveEngine, open_live
from homeward.dev.stack import Stack
from homeward.settings import Settings
from tests.stacks import own_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with own_stack() as stack:
        yield stack


@pytest.fixture(scope="session")
def config(stack: Stack) -> Settings:
    assert stack.wiring is not None
    return settings_of(stack.wiring.env())


@pytest_asyncio.fixture(scope="session")
async def live(config: Settings) -> AsyncIterator[LiveEngine]:
    async with AsyncExitStack() as closing:
        yield await open_live(config, closing)
