import pytest
import pytest_asyncio

from homeward.eventstore.pool import Pool
from tests.erasure.world import World
from tests.sealing.service import Service


@pytest.fixture
def service() -> Service:
    return Service()


@pytest_asyncio.fixture
async def world(pool: Pool, service: Service) -> World:
    """A closed case whose erasure was asked for, in a database of its own."""
    return await World.told(pool, service)
