"""`homeward migrate`: brings the database's schema to this release."""

import asyncio

import asyncpg
from rich.markup import escape

from homeward.cli import exits
from homeward.eventstore.migrate import migrate as apply
from homeward.eventstore.roles import RolesMissing
from homeward.settings import settings

AS_OWNER = (
    "Migrate as homeward_migrate; the first time, where another user made the tables, as an "
    "administrator: it gives them to homeward_owner."
)


def migrate() -> None:
    """Brings the database (HOMEWARD_DATABASE_URL) to this release's schema and rights.

    As homeward_migrate, as an administrator, or as whoever owns the database and may become
    homeward_owner. What an administrator has to do first is said, if anything.

    Example: homeward migrate
    """
    url = settings().database_url
    if not url:
        exits.end(exits.USAGE, "HOMEWARD_DATABASE_URL names no database; `homeward up` makes one.")
    try:
        applied = asyncio.run(apply(url, settings().keys_database_url))
    except asyncpg.RaiseError as refused:
        exits.end(exits.CONFLICT, escape(str(refused)), escape(refused.hint or ""))
    except RolesMissing as missing:
        exits.end(exits.NOT_ALLOWED, escape(str(missing)), escape(missing.mend))
    except asyncpg.InsufficientPrivilegeError as refused:
        exits.end(exits.NOT_ALLOWED, escape(f"The database refuses: {refused}."), escape(AS_OWNER))
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as away:
        exits.end(exits.AWAY, f"PostgreSQL is away ({type(away).__name__}).", exits.MENDS)
    for revision in applied:
        exits.say(f"applied {revision}")
    if not applied:
        exits.say("nothing to apply: the schema is of this release")
