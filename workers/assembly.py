"""Composition root: settings -> pool, clients, adapters -> workers."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.worker import Worker

from activities.carry_out import CarryOut, Nudger
from activities.immigration import ImmigrationActivities
from activities.mission import MissionActivities
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.domain.sealed import Sealed
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.keyring import Erased, Keyring
from homeward.services.immigration import ImmigrationClient
from homeward.services.mission import MissionClient
from workers.sandbox import runner
from workflows.case import CaseWorkflow
from workflows.court import CourtWorkflow
from workflows.incident import IncidentWorkflow
from workflows.operation import OperationWorkflow
from workflows.request import RequestWorkflow

WORKFLOWS = [
    RequestWorkflow, OperationWorkflow, CaseWorkflow, IncidentWorkflow, CourtWorkflow,
]  # fmt: skip
GRACEFUL = timedelta(seconds=30)


def host_clock() -> datetime:
    """The host's time: the only place a worker takes it from."""
    return datetime.now(UTC)


def stream_worker(
    client: Client, store: PostgresEventStore, nudger: Nudger, task_queue: str, *, sandboxed: bool
) -> Worker:
    """Runs the streams' workflows and their local activity."""
    return Worker(
        client,
        task_queue=task_queue,
        workflows=WORKFLOWS,
        activities=[CarryOut(store, host_clock, nudger).carry_out],
        workflow_runner=runner(sandboxed=sandboxed),
        graceful_shutdown_timeout=GRACEFUL,
        max_concurrent_local_activities=50,
        max_cached_workflows=2000,
    )


def partner_workers(
    client: Client,
    immigration: ImmigrationClient,
    mission: MissionClient,
    task_queue: str,
    keyring: Keyring,
) -> list[Worker]:
    """Each partner on its own queue, with its own rate limit."""

    async def close(words: str, case: str) -> Sealed:
        try:
            return await keyring.close(words, case, "correspondence", "refused")
        except Erased:  # what is still said about somebody who was forgotten is not kept
            return Sealed(case, "correspondence", "refused", "", "")

    return [
        Worker(
            client,
            task_queue=f"{task_queue}-{name}",
            activities=[activity],
            max_task_queue_activities_per_second=20,
            graceful_shutdown_timeout=GRACEFUL,
        )
        for name, activity in (
            ("immigration", ImmigrationActivities(immigration, close).ask),
            ("mission", MissionActivities(mission, close).ask),
        )
    ]


async def run_all(workers: list[Worker], stack: AsyncExitStack) -> None:
    """Start the workers; the stack stops them, gracefully, in reverse order."""
    for worker in workers:
        await stack.enter_async_context(worker)
