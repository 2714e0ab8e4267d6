from collections.abc import AsyncIterator, Iterator

import pytest

from homeward.services.immigration import ImmigrationClient
from homeward.services.mission import MissionClient
from tests.playing import SandboxAt, playing


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxAt]:
    with playing(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3") as sandbox:
        yield sandbox


@pytest.fixture
async def sandbox(running: SandboxAt) -> SandboxAt:
    await running.told("POST", "reset")
    await running.advance(0)
    return running


@pytest.fixture
async def immigration(sandbox: SandboxAt) -> AsyncIterator[ImmigrationClient]:
    async with ImmigrationClient(sandbox.url) as client:
        yield client


@pytest.fixture
async def mission(sandbox: SandboxAt) -> AsyncIterator[MissionClient]:
    async with MissionClient(sandbox.url) as client:
        yield client
