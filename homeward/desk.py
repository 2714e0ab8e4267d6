"""The only sender of commands to Temporal: one queue per stream, at most eight in flight.

Beyond ten updates in flight a server may throw away work that has already committed; queueing here
keeps below that, and keeps the order in which commands came.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import structlog
from temporalio.client import (
    Client,
    RPCError,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateHandle,
    WorkflowUpdateRPCTimeoutOrCancelledError,
    WorkflowUpdateStage,
)
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
)
from temporalio.service import RPCStatusCode

from homeward.domain.commands import Order
from homeward.domain.streams import kind_of
from homeward.ports import Outcome, Unavailable
from workflows.stream import Nudge, Start

log = structlog.get_logger("homeward.desk")

KIND = SearchAttributeKey.for_keyword("kind")
IN_FLIGHT = 8
WAITING = 512
"""More than this many waiting for one stream are told to come back."""
ACCEPTANCE = 10.0
"""Seconds until Temporal must have durably accepted a command."""
ANSWER = 10.0
"""Seconds to wait for the answer of an accepted one, before `accepted` is told instead."""
AT_ONCE = 2.0
"""An outcome that came sooner may be that of an earlier attempt."""
AGAIN = frozenset({RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION})
"""The workflow ended between finding and telling it: start it anew."""


class Accepted(Exception):  # noqa: N818 - an answer: durable, not yet carried out
    """Temporal has durably accepted the command; its answer comes with `GET /commands/{id}`."""


class Desk:
    """`send` answers like `carry_out`; raises Unavailable("temporal") or Accepted."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue
        self._lines: dict[str, _Line] = {}
        self._nudging: set[asyncio.Task[None]] = set()
        self._nudge_places = asyncio.Semaphore(IN_FLIGHT)

    async def end_running(self) -> int:
        """End the workflow of every stream, readable or not; how many. PostgreSQL has the truth,
        so whatever looks at a stream next starts its workflow anew."""
        ended = 0
        running = f'ExecutionStatus = "Running" and TaskQueue = "{self._task_queue}"'
        async for found in self._client.list_workflows(running):
            handle = self._client.get_workflow_handle(found.id, run_id=found.run_id)
            with suppress(RPCError):  # it has ended by itself
                await handle.terminate("homeward resume --new-cluster")
                ended += 1
        return ended

    async def ask_temporal(self) -> object:
        """Whether Temporal answers; raises what the SDK raises where it does not."""
        return await self._client.service_client.check_health()

    async def send(self, order: Order, epoch: int) -> Outcome:
        """Carry the order to its stream's workflow, which is started if it does not run."""
        async with self._place(order.stream):
            update_id = f"{order.command_id}.{order.fingerprint[:16]}"
            began = time.monotonic()
            outcome = await self._tell(order.stream, "command", order, epoch, update_id)
            if outcome.kind == "unavailable" and time.monotonic() - began < AT_ONCE:
                # A repeated update is answered with its first outcome, though what was away then
                # may long be back: under another id it is carried out. PostgreSQL keeps it once.
                again = f"{update_id}.{uuid4().hex[:8]}"
                outcome = await self._tell(order.stream, "command", order, epoch, again)
            if outcome.kind == "superseded":
                # the workflow of a lost cluster has now ended: the next one is of this epoch
                again = f"{update_id}.{epoch}"
                outcome = await self._tell(order.stream, "command", order, epoch, again)
            return outcome

    def nudge(self, streams: Iterable[str], epoch: int) -> None:
        """Let the streams' workflows look; lost nudges are the sweep's."""
        for stream in streams:
            task = asyncio.create_task(self._nudge_quietly(stream, epoch))
            self._nudging.add(task)
            task.add_done_callback(self._nudging.discard)

    async def _nudge_quietly(self, stream: str, epoch: int) -> None:
        async with self._nudge_places:
            try:
                await self.look(stream, epoch)
            except (Unavailable, Accepted) as reason:
                log.info("nudge_lost", stream=stream, reason=str(reason))

    async def look(self, stream: str, epoch: int, *, clock_moved: bool = False) -> Outcome:
        """Nudge one stream and wait until it has looked."""
        return await self._tell(stream, "absorb", Nudge(clock_moved=clock_moved), epoch, None)

    @asynccontextmanager
    async def _place(self, stream: str) -> Any:
        line = self._lines.setdefault(stream, _Line())
        if line.waiting >= WAITING:
            raise Unavailable("temporal", retry_after=2)
        line.waiting += 1
        try:
            async with line.places:
                yield
        finally:
            line.waiting -= 1
            if not line.waiting:
                self._lines.pop(stream, None)

    async def _tell(
        self, stream: str, update: str, message: Any, epoch: int, update_id: str | None
    ) -> Outcome:
        for attempt in range(3):
            try:
                handle = await self._start(stream, update, message, epoch, update_id)
            except RPCError as failure:
                if failure.status in AGAIN and attempt < 2:
                    continue
                raise Unavailable("temporal") from failure
            except (WorkflowUpdateRPCTimeoutOrCancelledError, TimeoutError, RuntimeError) as away:
                raise Unavailable("temporal") from away
            try:
                async with asyncio.timeout(ANSWER):
                    return await handle.result()
            except (TimeoutError, RPCError, WorkflowUpdateRPCTimeoutOrCancelledError) as slow:
                raise Accepted from slow
            except WorkflowUpdateFailedError as failure:
                if attempt == 2:
                    raise Unavailable("temporal") from failure
        raise Unavailable("temporal")

    async def _start(
        self, stream: str, update: str, message: Any, epoch: int, update_id: str | None
    ) -> WorkflowUpdateHandle[Outcome]:
        kind = kind_of(stream)
        start: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
            kind,
            Start(stream, epoch),
            id=stream,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=TypedSearchAttributes([SearchAttributePair(KIND, kind)]),
            static_summary=stream,
        )
        try:
            handle = await self._client.start_update_with_start_workflow(
                update,
                message,
                start_workflow_operation=start,
                wait_for_stage=WorkflowUpdateStage.ACCEPTED,
                id=update_id,
                result_type=Outcome,
                rpc_timeout=timedelta(seconds=ACCEPTANCE),
            )
        except Exception:
            # the start has failed with it: taken note of, or the loop complains
            with suppress(Exception):
                await start.workflow_handle()
            raise
        return cast("WorkflowUpdateHandle[Outcome]", handle)


class _Line:
    def __init__(self) -> None:
        self.places = asyncio.Semaphore(IN_FLIGHT)
        self.waiting = 0
