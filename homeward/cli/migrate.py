"""`homeward migrate`: brings the database's schema to this release."""

import asyncio

import asyncpg
from rich.markup import escape

from homeward.cli import exits
from homeward.eventstore.migrate import migrate as apply
from homeward.settings import settings


def migrate() -> None:
    """Bring the database (HOMEWARD_DATABASE_URL) to this release's schema."""
    url = settings().database_url
    if not url:
        exits.end(exits.USAGE, "HOMEWARD_DATABASE_URL names no database; `homeward up` makes one.")
    try:
        applied = asyncio.run(apply(url, settings().keys_database_url))
    except asyncpg.RaiseError as refused:
        exits.end(exits.CONFLICT, escape(str(refused)), escape(refused.hint or ""))
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError) as away:
        exits.end(exits.AWAY, f"PostgreSQL is away ({type(away).__name__}).", exits.MENDS)
    for revision in applied:
        exits.say(f"applied {revision}")
    if not applied:
        exits.say("nothing to apply: the schema is of this release")
