"""The docket told whole, once, to the memory engine."""

from datetime import datetime

import pytest

from homeward.dev.docket.story import Docket, read_docket
from homeward.dev.docket.telling import Told, recall, tell
from tests.demo.memory import MemoryDocket

TODAY = datetime.fromisoformat("2026-11-20T15:00:00+07:00")


@pytest.fixture(scope="session")
def docket() -> Docket:
    return read_docket()


@pytest.fixture(scope="session")
async def carried(docket: Docket) -> tuple[MemoryDocket, Told]:
    """Told to its end, the clock at TODAY."""
    engine = MemoryDocket()
    told = await recall(docket, engine, TODAY)
    await tell(told, engine)
    await engine.reach(TODAY)
    return engine, told


@pytest.fixture
def memory_docket() -> MemoryDocket:
    return MemoryDocket()
