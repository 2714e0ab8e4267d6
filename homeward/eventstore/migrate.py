"""Migrations: Alembic keeps the order, plain SQL says what."""

from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).with_name("migrations")


async def migrate(url: str) -> list[str]:
    """Brings the schema to the newest revision; what was applied, in order. Forward only."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(url), poolclass=NullPool
    )
    async with engine.begin() as connection:
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> list[str]:
    applied: list[str] = []

    def note(*, step: Any, **_: Any) -> None:
        applied.append(f"{step.up_revision_id} {step.up_revision.doc}")

    # of two migrators the second waits here, and then finds nothing left to do
    connection.execute(text("select pg_advisory_xact_lock(hashtext('homeward migrate'))"))
    connection.execute(text("create schema if not exists es"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(connection=connection, on_version_apply=note)
    command.upgrade(config, "head")
    return applied


def script(revision: str) -> None:
    """Runs the `.sql` beside a revision's file: whole, as the server reads it."""
    sql = Path(revision).with_suffix(".sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda raw: raw.execute(sql))
