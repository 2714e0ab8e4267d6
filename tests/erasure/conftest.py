from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from homeward.eventstore.pool import Pool, connect
from tests.erasure.world import World
from tests.sealing.service import Service


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    made = await connect(database_url, min_size=1, max_size=10)
    yield made
    made.terminate()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest_asyncio.fixture
async def world(pool: Pool, service: Service) -> World:
    """A closed case whose erasure was asked for, in a database of its own."""
    return await World.told(pool, service)
