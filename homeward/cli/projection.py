"""`homeward projection`: what follows from the events, listed and built anew."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import asyncpg
import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from homeward.cli import exits
from homeward.cli.options import Output
from homeward.cli.output import write_rows
from homeward.edge import indexing
from homeward.eventstore import rebuild as building
from homeward.eventstore.pool import connect
from homeward.eventstore.replay import replay
from homeward.ports import Unavailable
from homeward.sealing.choice import open_keyring
from homeward.settings import settings

ALL = "all"
LED = {indexing.NAME: indexing.TABLES}
"""Those that are fed from the ledger."""
KNOWN = [*building.PROJECTIONS, *LED]
NAMES = ", ".join(KNOWN)
AS_OWNER = (
    "Projections are built anew as homeward_migrate or an administrator: set HOMEWARD_DATABASE_URL."
)

projection = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
)


@projection.callback()
def _projection() -> None:
    """Rows that follow from the events alone: worklists, deadlines, owed calls, handoffs."""


@projection.command("list")
def list_(output: Output = "table") -> None:
    """Lists the projections: their tables, how many rows, and how far a rebuild is.

    Example: homeward projection list -o json
    """
    write_rows(asyncio.run(_listed(_url())), output, ("name", "tables", "rows", "rebuilding"))


@projection.command("rebuild")
def rebuild(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help=f"{NAMES}; or: all")],
) -> None:
    """Builds projections from the events beside the live ones, and then in their place.

    Commands go on meanwhile. Interrupted (Ctrl-C), the same command goes on where it stopped.

    Example: homeward projection rebuild tasks deadlines
    """
    if unknown := sorted(set(names) - {*KNOWN, ALL}):
        exits.end(exits.USAGE, escape(f"No projection: {', '.join(unknown)}. There are: {NAMES}."))
    chosen = KNOWN if ALL in names else sorted(set(names))
    url = _url()
    try:
        asyncio.run(_rebuild(url, chosen))
    except building.Busy as busy:
        exits.end(exits.CONFLICT, escape(f"{str(busy).capitalize()}."))
    except asyncpg.InsufficientPrivilegeError as refused:
        exits.end(exits.NOT_ALLOWED, escape(f"The database refuses: {refused}."), escape(AS_OWNER))
    except KeyboardInterrupt:
        exits.say("Broken off. The live projections are as they were; the same command goes on.")
        raise


async def _listed(url: str) -> list[dict[str, Any]]:
    pool = await connect(url, max_size=1)
    try:
        return [
            {
                "name": one.name,
                "tables": list(one.tables),
                "rows": one.rows,
                "rebuilding": one.rebuilding
                and "{} of {} {}".format(
                    *one.rebuilding, "events" if one.name in LED else "streams"
                ),
            }
            for one in await building.standing(pool, LED)
        ]
    finally:
        await pool.close()


async def _rebuild(url: str, names: list[str]) -> None:
    pool = await connect(url, max_size=2, command_timeout=600)
    inline = [name for name in names if name not in LED]
    try:
        if inline:
            with _bar("streams") as tell:
                built = await building.rebuild(pool, inline, tell)
            exits.say(f"{', '.join(inline)}: built anew from {built} streams")
        if indexing.NAME in names:
            async with open_keyring(settings(), pool) as keyring:
                with _bar("events") as tell:
                    told = await replay(pool, indexing.Indexing(pool, keyring), tell)
            exits.say(f"{indexing.NAME}: built anew from {told} events")
    finally:
        pool.terminate()


@contextmanager
def _bar(what: str) -> Iterator[building.Progress]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=exits.words(),
        transient=True,
    ) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=max(done, of))


def _url() -> str:
    if not (url := settings().database_url):
        raise Unavailable("postgresql")
    return url
