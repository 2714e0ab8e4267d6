"""The database's roles: who logs in as what, and how they come to be."""

from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

import asyncpg

Role = Literal["migrate", "app", "worker", "sequencer", "audit", "keys", "backup"]
LOGINS: tuple[Role, ...] = ("migrate", "app", "worker", "sequencer", "audit", "keys", "backup")
OWNER = "homeward_owner"
SQL = Path(__file__).with_name("roles.sql")
ADMINISTRATOR = """\
An administrator of the server has to run, once:
    psql -d postgres -f deploy/postgresql/roles.sql
    psql -d {database} -c 'alter database {quoted} owner to homeward_owner'
    psql -d postgres -c 'grant homeward_owner to {user}'
Or migrate as homeward_migrate, which the first of them makes and which needs a password."""

STANDING = """
select r.rolsuper as superuser, r.rolcreaterole as creator,
       array(select made from unnest($1::text[]) as made
              where not exists (select from pg_roles where rolname = made)) as missing
  from pg_roles r where r.rolname = current_user
"""
MEMBER = "select pg_has_role(current_user, 'homeward_owner', 'usage')"


class RolesMissing(Exception):  # noqa: N818 - says what is missing
    """The user has no right to make what is missing; `mend` is what an administrator runs."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.mend = mend


def name_of(role: Role) -> str:
    return f"homeward_{role}"


async def ensure(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Makes the roles that are missing. Harmless to repeat and beside others who do the same.

    Raises `RolesMissing` where the connection's user may not, or may not become their owner.
    """
    every = [OWNER, *map(name_of, LOGINS)]
    standing = await connection.fetchrow(STANDING, every)
    assert standing is not None
    try:
        if standing["missing"]:
            await connection.execute(SQL.read_text(encoding="utf-8"))
        if not standing["superuser"] and not await connection.fetchval(MEMBER):
            await connection.execute(f"grant {OWNER} to current_user")
    except asyncpg.InsufficientPrivilegeError as refused:
        user = await connection.fetchval("select current_user")
        database = await connection.fetchval("select current_database()")
        missing = ", ".join(standing["missing"]) or f"membership of {user} in {OWNER}"
        raise RolesMissing(
            f"{user} may not make what is missing: {missing}.",
            ADMINISTRATOR.format(user=_quoted(user), database=database, quoted=_quoted(database)),
        ) from refused


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def as_role(url: str, role: Role, password: str | None = None) -> str:
    """The same database, logged in as a role."""
    parts = urlsplit(url)
    user = name_of(role) if password is None else f"{name_of(role)}:{quote(password, safe='')}"
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}@{host}").geturl()


def becoming(url: str, role: Role) -> str:
    """The same login, with a role's rights alone: where the roles themselves cannot log in."""
    return f"{url}{'&' if urlsplit(url).query else '?'}role={name_of(role)}"
