import asyncio
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from homeward.dev import databases
from homeward.eventstore.migrate import MIGRATIONS, migrate


@pytest.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    url = databases.with_database(postgres, f"empty_{secrets.token_hex(6)}")
    await databases.create(url)
    yield url
    await databases.drop(url)


async def test_two_migrators_at_once_apply_everything_once(empty_database: str) -> None:
    applied = await asyncio.gather(migrate(empty_database), migrate(empty_database))

    every = sorted(path.stem[:4] for path in MIGRATIONS.glob("versions/*.py"))
    assert min(map(len, applied)) == 0
    assert [line.split()[0] for line in max(applied, key=len)] == every
    assert await migrate(empty_database) == []
    connection = await asyncpg.connect(empty_database)
    assert await connection.fetchval("select version_num from es.alembic_version") == every[-1]
    await connection.close()
