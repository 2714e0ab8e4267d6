"""`homeward resume`: start again whatever should be running, without waiting for the sweep."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from homeward.desk import Desk
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.choice import secrets_of
from homeward.settings import settings
from homeward.temporal import connect as connect_temporal
from workers.sweep import sweep_once


def resume(
    new_cluster: Annotated[
        bool,
        typer.Option(
            "--new-cluster",
            help="Temporal's data was lost, restored, or cannot be read: end every older workflow "
            "where it stands.",
        ),
    ] = False,
) -> None:
    """Nudge every stream with something overdue, at once.

    Example: homeward resume --new-cluster
    """
    typer.echo(asyncio.run(_resume(new_cluster=new_cluster)))


async def _resume(*, new_cluster: bool) -> str:
    config = settings()
    pool = await connect(config.database_url)
    try:
        store = PostgresEventStore(pool)
        epoch = await (store.raise_epoch() if new_cluster else store.epoch())
        client = await connect_temporal(config, await secrets_of(config))
        desk = Desk(client, config.task_queue)
        if new_cluster:
            await desk.end_running()
        nudged = 0
        with Progress(
            SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), transient=True
        ) as progress:
            task = progress.add_task("streams nudged: 0", total=None)
            while more := await sweep_once(
                store, desk, datetime.now(UTC) + await store.offset(), grace=timedelta(0)
            ):
                nudged += more
                progress.update(task, description=f"streams nudged: {nudged}")
    finally:
        await pool.close()
    return f"epoch {epoch}: {nudged} streams nudged"
