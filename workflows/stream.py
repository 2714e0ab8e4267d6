"""What the workflow of every stream shares: it gives commands, keeps time, and asks partners.

PostgreSQL holds the truth; this holds the clock. All it knows is control data, read back from the
stream whenever it starts, so it can be lost and started again at any time.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
from temporalio import workflow
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.carry_out import Asked, CarryOut, system_command_id
from activities.partners import CallAnswer
from homeward.domain.actors import SYSTEM
from homeward.domain.commands import Order
from homeward.domain.control import ENDED, Delta
from homeward.domain.streams import Call
from homeward.ports import Outcome
from workflows.patience import ASK_PARTNER, CARRY_OUT, UNAVAILABLE_PAUSE

STATE = SearchAttributeKey.for_keyword("state")
LATE = SearchAttributeKey.for_bool("late")


class Start(msgspec.Struct, frozen=True):
    """How a workflow begins: its stream, and the engine's epoch it belongs to."""

    stream: str
    epoch: int


class Nudge(msgspec.Struct, frozen=True):
    """Something was appended to the stream, a deadline is overdue, or the clock was moved."""

    clock_moved: bool = False


class Known(msgspec.Struct, frozen=True):
    """A workflow's control state, for support: version seen, deadlines armed, calls owed."""

    seen: int
    state: str
    due: dict[str, datetime]
    calls: tuple[str, ...]


class StreamWorkflow:
    """The common part of `request`, `operation`, `case`, `incident` and `court`."""

    def __init__(self, start: Start) -> None:
        self._stream = start.stream
        self._epoch = start.epoch
        self._seen = 0
        self._state = ""
        self._late = False
        self._due: dict[str, datetime] = {}
        self._calls: dict[str, Call] = {}
        self._tellers: dict[str, asyncio.Task[None]] = {}
        self._asking: dict[str, workflow.ActivityHandle[CallAnswer]] = {}
        self._offset = timedelta(0)
        self._superseded = False
        self._one_at_a_time = asyncio.Lock()

    async def live(self) -> None:
        """Keep time until the stream is at rest; then the next command starts it anew."""
        if not self._seen:
            await self._visit_until_available(None)
        while not self._at_rest() and not self._must_roll():
            await self._keep_time()
        await workflow.wait_condition(
            lambda: workflow.all_handlers_finished() and not self._one_at_a_time.locked()
        )
        if not self._at_rest():
            workflow.continue_as_new(Start(self._stream, self._epoch))

    @workflow.update(description="One command of the contract")
    async def command(self, order: Order) -> Outcome:
        """The lock is a courtesy: the version check in PostgreSQL decides."""
        return await self._visit(order)

    @workflow.update(description="Absorb what happened elsewhere, or a clock that was moved")
    async def absorb(self, nudge: Nudge) -> Outcome:
        outcome = await self._visit(None)
        if nudge.clock_moved:
            for asking in tuple(self._asking.values()):
                asking.cancel()
        return outcome

    @workflow.query(description="What the workflow knows of its stream")
    def known(self) -> Known:
        return Known(self._seen, self._state, dict(self._due), tuple(self._calls))

    async def _visit(self, order: Order | None) -> Outcome:
        async with self._one_at_a_time:
            outcome: Outcome = await workflow.execute_local_activity_method(
                CarryOut.carry_out,
                Asked(stream=self._stream, seen=self._seen, epoch=self._epoch, order=order),
                summary=order.name if order else "look",
                **CARRY_OUT,
            )
            self._absorb(outcome)
            return outcome

    async def _visit_until_available(self, order: Order | None) -> Outcome:
        while True:
            outcome = await self._visit(order)
            if outcome.kind != "unavailable":
                return outcome
            await workflow.sleep(UNAVAILABLE_PAUSE, summary="PostgreSQL is away")

    def _absorb(self, outcome: Outcome) -> None:
        if outcome.kind == "superseded":
            self._superseded = True
            return
        if outcome.kind == "unavailable":
            return
        self._offset = timedelta(seconds=outcome.offset)
        for delta in outcome.deltas:
            self._apply(delta)
        self._seen = max(self._seen, outcome.version)
        if outcome.deltas:
            self._show(outcome.deltas[-1])
        for id_, call in self._calls.items():
            if id_ not in self._tellers:
                self._tellers[id_] = asyncio.create_task(self._ask_until_answered(call))

    def _apply(self, delta: Delta) -> None:
        for key in delta.ended:
            self._due.pop(key, None)
        self._due.update(delta.armed)
        for call in delta.owed:
            self._calls[str(call.id)] = call
        for id_ in delta.settled:
            self._calls.pop(id_, None)

    def _show(self, delta: Delta) -> None:
        changes: list[Any] = []
        if delta.state != self._state:
            self._state = delta.state
            changes.append(STATE.value_set(delta.state))
        if delta.late != self._late:
            self._late = delta.late
            changes.append(LATE.value_set(delta.late))
        if changes:
            workflow.upsert_search_attributes(changes)
        following = ", ".join(
            f"{key} {due:%Y-%m-%d %H:%M}" for key, due in sorted(self._due.items())
        )
        workflow.set_current_details(f"**{self._state}** v{self._seen}; due: {following or 'none'}")

    # time ---------------------------------------------------------------------------------------

    def _next(self) -> tuple[str, datetime] | None:
        return min(self._due.items(), key=lambda item: (item[1], item[0]), default=None)

    def _left(self, due: datetime) -> timedelta:
        return due - (workflow.now() + self._offset)

    async def _keep_time(self) -> None:
        coming, offset = self._next(), self._offset
        if coming is not None and self._left(coming[1]) <= timedelta(0):
            await self._pass(*coming)
            return
        try:
            await workflow.wait_condition(
                lambda: (
                    self._next() != coming
                    or self._offset != offset
                    or self._at_rest()
                    or self._must_roll()
                ),
                timeout=None if coming is None else self._left(coming[1]),
                timeout_summary=None if coming is None else f"deadline {coming[0]}",
            )
        except asyncio.TimeoutError:  # noqa: UP041 - Temporal's own asyncio raises this name
            return

    async def _pass(self, key: str, due: datetime) -> None:
        await self._visit_until_available(
            self._own_order(
                "pass_deadline",
                {"deadline": key, "due": due.isoformat()},
                key,
                due.isoformat(),
            )
        )
        if self._due.get(key) == due:
            # decided as not yet due, or not known: look again rather than spin
            await workflow.sleep(timedelta(seconds=1), summary=f"deadline {key} not yet passed")

    def _own_order(self, name: str, fields: dict[str, Any], *parts: str) -> Order:
        return Order(
            name=name,
            stream=self._stream,
            command_id=system_command_id(self._stream, name, *parts),
            actor=SYSTEM,
            fields=fields,
        )

    # partners -----------------------------------------------------------------------------------

    async def _ask_until_answered(self, call: Call) -> None:
        id_ = str(call.id)
        while id_ in self._calls and not self._superseded:
            answer = await self._ask(id_, call)
            if answer is not None:
                await self._visit_until_available(
                    self._own_order("answer_call", {"call": id_, **_told(answer)}, id_)
                )
                self._calls.pop(id_, None)
        self._tellers.pop(id_, None)

    async def _ask(self, id_: str, call: Call) -> CallAnswer | None:
        """The partner's answer; None where the clock was moved meanwhile: ask again."""
        asking = self._asking[id_] = workflow.start_activity(
            f"{call.service}.ask",
            call,
            result_type=CallAnswer,
            task_queue=f"{workflow.info().task_queue}-{call.service}",
            summary=f"{call.service}: {call.operation}",
            **ASK_PARTNER,
        )
        try:
            answer: CallAnswer = await asking
        except ActivityError as failure:
            if is_cancelled_exception(failure):
                return None
            raise
        finally:
            self._asking.pop(id_, None)
        return answer

    # ends ---------------------------------------------------------------------------------------

    def _at_rest(self) -> bool:
        return self._superseded or (
            self._state in ENDED and not self._due and not self._calls and bool(self._seen)
        )

    def _must_roll(self) -> bool:
        return workflow.info().is_continue_as_new_suggested()


def _told(answer: CallAnswer) -> dict[str, Any]:
    if answer.refused is None:
        return {"answer": answer.answer}
    return {"refused": msgspec.to_builtins(answer.refused)}
