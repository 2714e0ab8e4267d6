import asyncio
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from homeward.dev import databases
from homeward.eventstore.migrate import migrate


@pytest.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    url = databases.with_database(postgres, f"empty_{secrets.token_hex(6)}")
    await databases.create(url)
    yield url
    await databases.drop(url)


async def test_two_migrators_at_once_apply_everything_once(empty_database: str) -> None:
    applied = await asyncio.gather(migrate(empty_database), migrate(empty_database))

    assert sorted(map(len, applied)) == [0, 4]
    assert [line.split()[0] for line in max(applied, key=len)] == ["0001", "0002", "0003", "0004"]
    assert await migrate(empty_database) == []
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("select version_num from es.alembic_version") == "0004"
    await connection.close()
