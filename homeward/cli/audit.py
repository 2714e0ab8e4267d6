"""`homeward audit`: the record itself, for whoever has to trust it."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from homeward.cli.client import Client
from homeward.cli.exits import (
    CONFLICT,
    INVALID,
    MENDS,
    NOT_FOUND,
    UNEXPECTED,
    USAGE,
    end,
    say,
    words,
)
from homeward.cli.options import As, Limit, Output
from homeward.cli.output import write_json, write_record, write_rows
from homeward.cli.verifying import verify
from homeward.eventstore import exporting
from homeward.eventstore.exporting import NothingThere
from homeward.eventstore.ledger import LedgerBroken
from homeward.eventstore.pool import SESSION, Connection, reaching
from homeward.ports_record import WitnessAway, WitnessDisagrees
from homeward.services.witnesses import witnesses_of
from homeward.settings import settings

T = TypeVar("T")
Asks = Callable[[Connection], Coroutine[Any, Any, T]]
COLUMNS = ("number", "signed_at", "size", "reads", "erasures", "cosigned", "root")
WITNESSES = ("name", "fault", "late", "behind", "delivered", "size", "waiting_since", "told")

audit = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
)


audit.command()(verify)


@audit.callback()
def _audit() -> None:
    """The record: what is signed, who has it, and proofs that leave the house."""


@audit.command()
def log(limit: Limit = 20, person: As = None, output: Output = "table") -> None:
    """Shows the newest checkpoints, how far the record is signed, and how its witnesses stand.

    Example: homeward audit log --as visal
    """
    with Client(person) as api:
        stands = api.get("/api/v1/audit/witnesses")
        rows = list(api.rows("/api/v1/audit/checkpoints", limit))
    if output == "json":
        write_json({**stands, "checkpoints": rows})
        return
    if output == "table":
        witnesses = stands.pop("witnesses")
        write_record({name: value for name, value in stands.items() if value is not None}, output)
        print()
        write_rows(witnesses, output, WITNESSES, "No witness is named (HOMEWARD_WITNESSES).")
        print()
    write_rows(rows, output, COLUMNS, "Nothing is signed yet.")


@audit.command()
def prove(
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="An event's id, or its position.")
    ] = None,
    size: Annotated[
        int | None,
        typer.Option("--from", min=0, metavar="SIZE", help="Prove growth from that checkpoint."),
    ] = None,
) -> None:
    """Prints a proof as JSON: that an event is in the record, or that the record only grew.

    Checked by `homeward audit verify`. Speaks to the database (HOMEWARD_DATABASE_URL).

    Example: homeward audit prove 1042 > proof.json
    """
    if (event is None) == (size is None):
        end(USAGE, "Name an event (its id or position), or a checkpoint with --from SIZE.")

    async def ask(connection: Connection) -> dict[str, Any]:
        if size is not None:
            return await exporting.prove_consistency(connection, size)
        return await exporting.prove_inclusion(connection, str(event))

    try:
        write_json(on_database(ask))
    except NothingThere as nothing:
        end(NOT_FOUND, f"{escape(str(nothing)).capitalize()}.")
    except LedgerBroken as broken:
        end(
            INVALID,
            f"The ledger is broken: {escape(str(broken))}. homeward audit verify tells more.",
        )


@audit.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made here; must not exist yet.")],
) -> None:
    """Writes the whole record to a folder, as it stands at one moment, for whoever verifies it.

    What was personal stays sealed. The folder is there whole or not at all. Speaks to the database
    (HOMEWARD_DATABASE_URL), and asks the witnesses what they have.

    Example: homeward audit export /media/stick/record-2026-11
    """
    try:
        with _bar() as tell:
            on_database(lambda connection: _export(connection, folder, tell))
    except FileExistsError:
        end(CONFLICT, f"{escape(str(folder))} is there already; name another folder.")
    except OSError as error:
        end(UNEXPECTED, f"{escape(str(folder))} cannot be written: {error.strerror}.")
    say(f"The record is in {folder}.")


async def _export(connection: Connection, folder: Path, tell: exporting.Tell) -> None:
    kept: dict[str, list[str]] = {}
    for witness in witnesses_of(settings().witnesses):
        try:
            kept[witness.name] = await witness.kept()
        except (WitnessAway, WitnessDisagrees) as fault:
            say(f"Without what the witness {witness.name} has: {fault}.")
    await exporting.export(connection, folder, tell, kept)


@contextlib.contextmanager
def _bar() -> Iterator[exporting.Tell]:
    """A bar for each file."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,}"))
    with Progress(*columns, TimeRemainingColumn(), transient=True, console=words()) as progress:
        bars: dict[str, TaskID] = {}

        def tell(name: str, done: int, total: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name)
            progress.update(bars[name], completed=done, total=total)

        yield tell


def on_database(ask: Asks[T]) -> T:
    """Asks the database itself, as `homeward migrate` does."""
    url = settings().database_url
    if not url:
        end(USAGE, "HOMEWARD_DATABASE_URL names no database; homeward up makes one.", MENDS)

    async def run() -> T:
        with reaching():
            connection = await asyncpg.connect(url, timeout=10, server_settings=SESSION)
        try:
            return await ask(connection)
        finally:
            await connection.close()

    return asyncio.run(run())
