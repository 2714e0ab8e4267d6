"""Databases on a server: made where missing, throw-away ones for tests."""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from homeward.dev.faults import ServiceAway
from homeward.dev.postgres import without_password
from homeward.eventstore import privileges
from homeward.eventstore.migrate import MIGRATIONS, VERSIONS
from homeward.eventstore.pool import SESSION
from homeward.eventstore.roles import LOGINS, Role, as_role, becoming, name_of


def with_database(url: str, database: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    if not parts.netloc:  # urlunsplit would write postgresql:/name
        return f"{parts.scheme}:///{database}" + (f"?{parts.query}" if parts.query else "")
    return urlunsplit(parts._replace(path=f"/{database}"))


def database_of(url: str) -> str:
    return urlsplit(url).path.removeprefix("/") or "postgres"


async def create(url: str, *, template: str | None = None) -> bool:
    """Makes the database `url` names if it is missing; True if it was."""
    name = database_of(url)
    connection = await _maintenance(url)
    try:
        if await connection.fetchval("select 1 from pg_database where datname = $1", name):
            return False
        like = f" template {_quoted(template)}" if template else ""
        await connection.execute(f"create database {_quoted(name)}{like}")
    except asyncpg.DuplicateDatabaseError:
        return False
    finally:
        await connection.close()
    return True


async def drop(url: str) -> None:
    """Drops the database `url` names, cutting off who is still connected."""
    connection = await _maintenance(url)
    try:
        await connection.execute(f"drop database if exists {_quoted(database_of(url))} (force)")
    finally:
        await connection.close()


def ensure(url: str) -> None:
    """As `create`, for callers without a loop; a given database may be all a role may see."""
    try:
        asyncio.run(create(url))
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidCatalogNameError):
        asyncio.run(_probe(url))


def newest_migration(schema: str = "es") -> str:
    """The revision of the source; its files are named `0004_access_log.py`, and so on."""
    versions = MIGRATIONS / VERSIONS[schema]
    return max((file.stem.partition("_")[0] for file in versions.glob("[0-9]*.py")), default="")


def is_migrated(url: str, schema: str = "es") -> bool:
    """Asked before `homeward migrate`, which takes seconds only to find nothing to do."""

    async def ask() -> object:
        connection = await _connect(url)
        try:
            found = await connection.fetchval(f"select version_num from {schema}.alembic_version")  # noqa: S608
            return found if await privileges.in_force(connection, schema) else None
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return None
        finally:
            await connection.close()

    return asyncio.run(ask()) == newest_migration(schema)


def becoming_roles(url: str) -> dict[Role, str]:
    """Of a login that may take the roles' rights; else none, and every process is that login."""

    async def ask() -> bool:
        try:
            for role in LOGINS:
                await (await _connect(becoming(url, role))).close()
        except asyncpg.PostgresError:
            return False
        return True

    return {role: becoming(url, role) for role in LOGINS} if asyncio.run(ask()) else {}


def with_passwords(url: str, passwords: Mapping[Role, str]) -> dict[Role, str]:
    """Gives the roles of a server of our own their passwords; how each logs in."""

    async def give() -> None:
        connection = await _connect(url)
        try:
            for role, password in passwords.items():
                await connection.execute(f"alter role {name_of(role)} password '{password}'")
        finally:
            await connection.close()

    asyncio.run(give())
    return {role: as_role(url, role, password) for role, password in passwords.items()}


async def _probe(url: str) -> None:
    await (await _connect(url)).close()


async def _maintenance(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await _connect(with_database(url, "postgres"))


async def _connect(url: str, limit: float = 15.0) -> "asyncpg.Connection[asyncpg.Record]":
    """Tries for a while: a server that just started, or starts again, refuses at first."""
    until = time.monotonic() + limit
    while True:
        try:
            return await asyncpg.connect(url, timeout=5, server_settings=SESSION)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as away:
            if time.monotonic() > until:
                raise ServiceAway(
                    f"PostgreSQL does not answer at {without_password(url)}: {away}",
                    "Start it, or unset HOMEWARD_DATABASE_URL to let homeward run its own.",
                ) from away
            await asyncio.sleep(0.2)


def _quoted(name: str | None) -> str:
    return '"' + str(name).replace('"', '""') + '"'
