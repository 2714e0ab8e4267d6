"""How the roles come to be, whoever migrates: an administrator, or a user who may make none."""

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import typer

from homeward.cli import migrate as command
from homeward.dev import databases
from homeward.dev.home import checkout
from homeward.eventstore import roles
from homeward.eventstore.migrate import migrate
from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.roles import ADMINISTRATOR, LOGINS, RolesMissing, name_of
from tests.eventstore.telling import new, note, tell
from tests.logins import login


async def as_administrator(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


@pytest.fixture
async def plain(postgres: str) -> AsyncIterator[str]:
    """The URL of a database of its own for a user who may nothing else."""
    if urlsplit(postgres).hostname:
        pytest.skip("the given server asks for a password")
    user = f"plain_{secrets.token_hex(4)}"
    await as_administrator(
        postgres, f"create role {user} login", f"create database {user} owner {user}"
    )
    server = databases.with_database(postgres, user)
    yield urlsplit(server)._replace(netloc=f"{user}@").geturl()
    await databases.drop(server)
    await as_administrator(postgres, f"drop role {user}")


def told_to_run(url: str) -> list[str]:
    """The SQL of what the administrator is told."""
    user = urlsplit(url).username
    told = ADMINISTRATOR.format(user=f'"{user}"', database=user, quoted=f'"{user}"')
    return [line.split("-c ")[1].strip("'") for line in told.splitlines() if "-c " in line]


async def test_who_may_not_become_the_owner_is_told_what_an_administrator_runs(
    plain: str, postgres: str
) -> None:
    await as_administrator(postgres, roles.SQL.read_text())
    with pytest.raises(RolesMissing, match="homeward_owner") as missing:
        await migrate(plain)
    assert "roles.sql" in missing.value.mend
    for statement in told_to_run(plain):
        assert statement in missing.value.mend
        await as_administrator(postgres, statement)

    assert await migrate(plain)
    assert await migrate(plain) == []
    pool = await connect(login(plain, "worker"))
    assert (await PostgresEventStore(pool).append(tell(new(), note()))).status == "done"
    await pool.close()


async def test_the_deployments_own_role_migrates_what_the_administrator_made(
    postgres: str, plain: str
) -> None:
    name = urlsplit(plain).username
    await as_administrator(
        postgres, roles.SQL.read_text(), f"alter database {name} owner to homeward_owner"
    )
    assert await migrate(login(plain, "migrate"))


def test_the_command_says_so_and_ends_as_not_allowed(
    plain: str,
    postgres: str,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", plain)
    read_settings_again()
    with pytest.raises(typer.Exit) as end:
        command.migrate()
    assert end.value.exit_code == 4
    assert "psql -d postgres -f deploy/postgresql/roles.sql" in capsys.readouterr().err


async def test_roles_are_made_once_however_many_make_them(postgres: str) -> None:
    await asyncio.gather(*(as_administrator(postgres, roles.SQL.read_text()) for _ in range(6)))
    connection = await asyncpg.connect(postgres)
    found = await connection.fetch("select rolname from pg_roles where rolname like 'homeward%'")
    assert {row[0] for row in found} == {roles.OWNER, *map(name_of, LOGINS)}
    await connection.close()


def test_the_deployments_file_is_the_one_that_migrations_use() -> None:
    deployed = checkout() / "deploy" / "postgresql" / "roles.sql"
    assert deployed.read_bytes() == roles.SQL.read_bytes()


def pg_dump() -> str | None:
    return shutil.which("pg_dump") or next(
        map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), reverse=True)), None
    )


async def test_the_backup_role_dumps_everything_it_may_and_never_an_empty_backup(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    if urlsplit(database_url).hostname or (dump := pg_dump()) is None:
        pytest.skip("needs pg_dump, and a server that trusts its socket")
    told = await asyncio.to_thread(subprocess.run, [dump, "--version"], capture_output=True)
    if int(told.stdout.split()[2].split(b".")[0]) < int(
        (await pool.fetchval("show server_version")).split(".")[0]
    ):
        pytest.skip("this pg_dump is older than the server")
    await store.append(tell(new(), note()))
    url = login(database_url, "backup")

    def run(*options: str, **env: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [dump, url, "--schema=es", *options], capture_output=True, text=True, check=False,
            env={**os.environ, **env},
        )  # fmt: skip

    whole = await asyncio.to_thread(run, "--enable-row-security", "--data-only")
    assert whole.returncode == 0, whole.stderr
    assert "NoteAdded" in whole.stdout
    plain = await asyncio.to_thread(run)
    assert plain.returncode != 0
    assert "row-level security" in plain.stderr
