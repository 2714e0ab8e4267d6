"""What tasks of every kind of stream are made of."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from homeward.domain.streams import Step, StreamState


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done by whoever holds one of the roles, or by one person."""

    key: str
    kind: str
    about: UUID | None = None
    """The event that opened it: what a note that closes it names."""
    since: datetime
    roles: tuple[str, ...]
    person: str | None = None
    mission: str | None = None
    due: datetime | None = None


CONFIRMED_BY: dict[str, tuple[str, ...]] = {
    "propose_decline": ("supervisor",),
    "propose_merge": ("supervisor",),
    "propose_waiver": ("endorser",),
    "propose_waiver_revocation": ("approver",),
    "request_deportation_order": ("approver",),
    "correct_record": ("supervisor",),
    "propose_hold_lift": ("supervisor", "justice"),
    "withdraw_case": ("supervisor",),
    "request_erasure": ("auditor",),
    "record_service_answer": ("supervisor",),
    "assess_return_risk": ("supervisor",),
    "propose_not_a_victim": ("supervisor",),
    "record_death": ("supervisor",),
}
"""Whose the second step is."""


def due_of(state: StreamState, *keys: str) -> datetime | None:
    """When the task should be done: its deadline's next level, or the one that has passed last."""
    for key in keys:
        deadline = state.deadlines.get(key)
        if deadline is not None:
            return deadline.due or deadline.levels[-1].due
    return None


def confirmers(state: Any, taken: str, step: Step) -> tuple[str, ...]:
    """A waiver goes from endorser to approver; a court's hold is justice's alone."""
    if taken == "propose_waiver" and state.track("waiver") == "ENDORSED":
        return ("approver",)
    if taken == "propose_hold_lift":
        kinds = [hold.kind for hold in state.holds.values() if str(hold.id) == step.what]
        return ("justice",) if kinds == ["COURT"] else CONFIRMED_BY[taken]
    return CONFIRMED_BY[taken]


def confirmations(state: StreamState) -> Iterator[Task]:
    for key, step in state.steps.items():
        taken = key.partition(":")[0]
        if taken in CONFIRMED_BY:
            yield Task(
                key=f"confirm:{key}", kind="confirm", about=step.event, since=step.at,
                roles=confirmers(state, taken, step),
                due=due_of(state, "waiver.endorse", "waiver.approve")
                if taken == "propose_waiver" else None,
            )  # fmt: skip


def failed_calls(state: StreamState) -> Iterator[Task]:
    for call in state.calls.values():
        if call.failed:
            yield Task(
                key=f"service_call_failed:{call.id}", kind="service_call_failed", about=call.id,
                since=call.since, roles=("supervisor",),
            )  # fmt: skip


def overdue(state: StreamState) -> Iterator[Task]:
    """One per deadline: its last passed level's, until the deadline's end."""
    for key, (deadline, passed_at) in state.overdue.items():
        level = deadline.levels[max(deadline.passed - 1, 0)]
        yield Task(
            key=f"overdue:{key}", kind="overdue", since=passed_at, roles=(level.tells,),
            due=level.due,
        )  # fmt: skip
