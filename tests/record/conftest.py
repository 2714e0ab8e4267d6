from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.signing import FileSigner


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    made = await connect(database_url, min_size=1, max_size=10)
    yield made
    made.terminate()


@pytest.fixture
def store(pool: Pool) -> PostgresEventStore:
    return PostgresEventStore(pool)


@pytest.fixture
def signer() -> FileSigner:
    return FileSigner(bytes(range(32)))
