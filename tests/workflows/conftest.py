from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.engine import Engine, open_engine
from tests.playing import SandboxAt, playing
from workers.assembly import host_clock


@pytest_asyncio.fixture
async def engine(database_url: str, temporal_address: str) -> AsyncIterator[Engine]:
    async with open_engine(database_url, temporal_address) as engine:
        yield engine


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[SandboxAt]:
    with playing(tmp_path / "sandbox.sqlite3", host_clock) as played:
        yield played
