import asyncio
import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest

from homeward.dev import databases
from homeward.dev.databases import newest_migration
from homeward.eventstore.migrate import MIGRATIONS, VERSIONS, migrate


@pytest.fixture
async def empty_database(postgres: str) -> AsyncIterator[str]:
    url = databases.with_database(postgres, f"empty_{secrets.token_hex(6)}")
    await databases.create(url)
    yield url
    await databases.drop(url)


async def test_two_migrators_at_once_apply_everything_once(empty_database: str) -> None:
    applied = await asyncio.gather(migrate(empty_database), migrate(empty_database))

    folders = (MIGRATIONS / folder for folder in VERSIONS.values())
    ours = [file.stem[:4] for folder in folders for file in sorted(folder.glob("[0-9]*.py"))]
    assert sorted(line.split()[1] for of in applied for line in of) == sorted(ours)
    assert await migrate(empty_database) == []
    connection = await asyncpg.connect(empty_database)
    assert (
        await connection.fetchval("select version_num from es.alembic_version")
        == newest_migration()
    )
    await connection.close()
