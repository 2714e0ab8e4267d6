from collections.abc import AsyncIterator

import pytest_asyncio

from tests.engine import Engine, open_engine


@pytest_asyncio.fixture
async def engine(database_url: str, temporal_address: str) -> AsyncIterator[Engine]:
    async with open_engine(database_url, temporal_address) as engine:
        yield engine
