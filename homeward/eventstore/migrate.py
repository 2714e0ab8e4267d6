"""Migrations: Alembic keeps the order, plain SQL says what; after them, who may do what."""

from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, op
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from homeward.eventstore import privileges, roles
from homeward.eventstore.pool import SESSION

MIGRATIONS = Path(__file__).with_name("migrations")
VERSIONS = {"es": "versions", "es_keys": "keys"}
"""Each schema has an order of its own, since they may lie in two databases."""


async def migrate(url: str, keys_url: str = "") -> list[str]:
    """Brings the schemas to the newest revision; what was applied, in order. Forward only.

    `keys_url`: where wrapped keys lie, if not in the same database. Raises `roles.RolesMissing`,
    and `privileges.Unlisted` for a table that nobody has been given.
    """
    return [*await _migrate(url, "es"), *await _migrate(keys_url or url, "es_keys")]


async def _migrate(url: str, schema: str) -> list[str]:
    administering = await asyncpg.connect(url)
    try:
        await roles.ensure(administering)
    finally:
        await administering.close()
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: asyncpg.connect(url, server_settings=SESSION),
        poolclass=NullPool,
    )
    async with engine.begin() as connection:
        return await connection.run_sync(_upgrade, schema)


def _upgrade(connection: Connection, schema: str) -> list[str]:
    applied: list[str] = []

    def note(*, step: Any, **_: Any) -> None:
        applied.append(f"{schema} {step.up_revision_id} {step.up_revision.doc}")

    # of two migrators the second waits here, and then finds nothing left to do
    connection.execute(text("select pg_advisory_xact_lock(hashtext('homeward migrate'))"))
    connection.execute(text(f"create schema if not exists {schema}"))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(MIGRATIONS / VERSIONS[schema]))
    config.attributes.update(connection=connection, on_version_apply=note, schema=schema)
    command.upgrade(config, "head")
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda raw: _rights(raw, schema, anew=bool(applied)))
    return applied


async def _rights(raw: Any, schema: str, *, anew: bool) -> None:
    """After each migration (a function made anew has lost its rights), and when they changed."""
    if anew or not await privileges.in_force(raw, schema):
        await privileges.apply(raw, schema)


def script(revision: str) -> None:
    """Runs the `.sql` beside a revision's file: whole, as the server reads it."""
    sql = Path(revision).with_suffix(".sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.dbapi_connection
    assert driver is not None
    driver.run_async(lambda raw: raw.execute(sql))
