import asyncio
from uuid import uuid4

import asyncpg
import pytest

from homeward.desk import Accepted
from homeward.ports import Unavailable
from tests.engine import open_engine
from tests.faults.line import Line

pytestmark = pytest.mark.faults

AWAY = 60
"""Seconds without PostgreSQL. The ten minutes of the requirement differ only in their length."""


async def test_while_postgresql_is_away_callers_are_told_so_and_histories_hardly_grow(
    database_url: str, temporal_address: str
) -> None:
    line = Line(database_url)
    await line.open()
    try:
        async with open_engine(line.url, temporal_address) as engine:
            await engine.work(sandboxed=False)
            request = await engine.register()
            handle = engine.client.get_workflow_handle(request)
            before = (await handle.describe()).history_length
            command_id = str(uuid4())
            line.cut()
            for _ in range(AWAY // 5):
                with pytest.raises((Unavailable, Accepted)):
                    await engine.do(
                        "emma", "start_examination", request, command_id,
                        urgency="high", reasons="Confined",
                    )  # fmt: skip
                await asyncio.sleep(5)
            assert (await handle.describe()).history_length - before <= 20
            line.mend()
            answer = await engine.do(
                "emma", "start_examination", request, command_id,
                urgency="high", reasons="Confined",
            )  # fmt: skip
            assert answer.version == 2
    finally:
        await line.close()
    connection = await asyncpg.connect(database_url)
    try:
        assert await connection.fetchval("select count(*) from es.event") == 2
    finally:
        await connection.close()
