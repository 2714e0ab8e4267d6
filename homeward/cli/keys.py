"""`homeward keys`: how keys stand, and a new version of what wraps them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from homeward.cli.exits import CONFLICT, FAILED_CHECK, USAGE, end, say
from homeward.cli.options import Output
from homeward.cli.output import write_rows
from homeward.eventstore.pool import connect
from homeward.ports_keys import KeyRefused, KeyService
from homeward.sealing.choice import key_service, open_keystore
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.rotating import retire as retire_version
from homeward.sealing.rotating import rewrap as rewrap_all
from homeward.settings import settings

keys = typer.Typer(no_args_is_help=True, help="Keys of people: status, list, rotate.")
T = TypeVar("T")
GO_ON = "Broken off; nothing is lost. Go on with: homeward keys rewrap"


@asynccontextmanager
async def _opened() -> AsyncIterator[tuple[PostgresKeyStore, KeyService]]:
    config = settings()
    if not config.database_url:
        end(USAGE, "HOMEWARD_DATABASE_URL names no database; `homeward up` makes one.")
    pool = await connect(config.database_url)
    try:
        service = key_service(config)
        try:
            async with open_keystore(config, pool) as store:
                yield store, service
        finally:
            await service.close()
    finally:
        await pool.close()


def _do(work: Callable[[PostgresKeyStore, KeyService], Awaitable[T]]) -> T:
    async def run() -> T:
        async with _opened() as (store, service):
            return await work(store, service)

    return asyncio.run(run())


@keys.command()
def status(output: Output = "table") -> None:
    """Which key service, its versions, and how many keys each wraps. Exit 8 if one cannot open.

    Example: homeward keys status -o json
    """

    async def work(store: PostgresKeyStore, service: KeyService) -> list[dict[str, Any]]:
        stands = await service.standing()
        counts = {count.kek: count for count in await store.counts()}
        known = sorted({*stands.versions, *counts})
        return [
            {
                "service": f"{stands.driver} {stands.where}",
                "version": kek,
                "state": _state(kek, stands.newest, stands.versions),
                "keys": counts[kek].living if kek in counts else 0,
                "destroyed": counts[kek].destroyed if kek in counts else 0,
            }
            for kek in known
        ]

    rows = _do(work)
    write_rows(rows, output, ("service", "version", "state", "keys", "destroyed"))
    if lost := [row for row in rows if row["state"] == "gone" and row["keys"]]:
        end(FAILED_CHECK, f"{sum(row['keys'] for row in lost)} keys cannot be opened any more.")


def _state(kek: int, newest: int, versions: tuple[int, ...]) -> str:
    if kek not in versions:
        return "gone"
    return "wraps now" if kek == newest else "opens"


@keys.command("list")
def list_(
    subject: Annotated[
        str, typer.Option(help="Of one case, stub, reporter or suspect; of all if left out.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 1000,
    output: Output = "table",
) -> None:
    """The keys by their ids: whose, of which compartment, wrapped by which version, destroyed when.

    Example: homeward keys list --subject VIC-2026-482911
    """

    async def work(store: PostgresKeyStore, _: KeyService) -> list[dict[str, Any]]:
        return await store.listed(subject, limit)

    columns = ("key", "subject", "compartment", "version", "created", "destroyed")
    write_rows(_do(work), output, columns, "No keys yet.")


@keys.command()
def prepare() -> None:
    """Makes the service's own keys where they are not there yet; once, by an administrator.

    Example: homeward keys prepare
    """

    async def work(_: PostgresKeyStore, service: KeyService) -> int:
        await service.prepare()
        return (await service.standing()).newest

    say(f"the key service is ready, version {_do(work)} wraps")


@keys.command()
def rotate() -> None:
    """Makes a new version of what wraps, and wraps every key by it while everything goes on.

    Example: homeward keys rotate
    """

    async def work(_: PostgresKeyStore, service: KeyService) -> int:
        return await service.rotate()

    say(f"version {_do(work)} wraps from now on")
    rewrap()


@keys.command()
def rewrap() -> None:
    """Wraps by the newest version whatever an older one wraps; goes on after a break.

    Example: homeward keys rewrap
    """

    async def work(store: PostgresKeyStore, service: KeyService) -> None:
        newest = (await service.standing()).newest
        older = sum(count.living for count in await store.counts() if count.kek < newest)
        columns = (TextColumn("keys"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, transient=True) as progress:
            task = progress.add_task("keys", total=older)
            made = await rewrap_all(
                store, service, lambda done: progress.update(task, completed=done)
            )
        say(f"{made.done} keys are wrapped by version {made.newest}")
        if made.damaged:
            end(FAILED_CHECK, f"Not to be opened: {', '.join(made.damaged)}")

    try:
        _do(work)
    except KeyboardInterrupt:
        end(130, GO_ON)


@keys.command()
def retire(
    version: Annotated[int, typer.Argument(help="This one and all before it.", min=1)],
) -> None:
    """Destroys old versions for good: backups of what they wrapped can never be opened again.

    Refused (exit 5) while a key is still wrapped by one.

    Example: homeward keys retire 3
    """

    async def work(store: PostgresKeyStore, service: KeyService) -> None:
        await retire_version(store, service, version)

    try:
        _do(work)
    except KeyRefused as refused:
        end(CONFLICT, f"Version {version} is not destroyed: {refused}.")
    say(f"versions up to {version} are destroyed")
