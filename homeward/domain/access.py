"""Who may know that a stream exists, and who may act on it (contract, `reads`)."""

from datetime import datetime, timedelta
from typing import Any

from homeward.domain.actors import CASE_ROLES, Actor
from homeward.domain.case.state import Case, Handoff
from homeward.domain.request import Request
from homeward.domain.streams import StreamState

AFTER_RECEPTION = timedelta(days=30)
READ_NO_STREAM = frozenset({"statistician", "administrator"})
NEVER_READ_CASES = frozenset(
    {"statistician", "administrator", "intake", "examiner", "planner", "authoriser", "field"}
)


def conflicted(state: StreamState, actor: Actor) -> bool:
    """The actor is named in the case, or its unit is."""
    return any(
        fact.user == actor.id or (fact.unit is not None and fact.unit == actor.unit)
        for fact in state.conflicts
    )


def mission_handoffs(case: Case, mission: str | None, now: datetime) -> list[Handoff]:
    """The handoffs through which this mission knows of the case now; none: it knows nothing."""
    if not case.open_to(mission):
        return []
    stale = case.received_at is not None and now > case.received_at + AFTER_RECEPTION
    return [
        handoff
        for handoff in case.handoffs.values()
        if handoff.mission == mission
        and not handoff.shut
        and (handoff.open or (handoff.state == "ANSWERED" and not stale))
    ]


def may_command(state: Any, actor: Actor, now: datetime) -> bool:
    """Whether the actor may learn, from an answer to a command, that the stream exists."""
    if isinstance(state, Case):
        if as_liaison(actor):
            return bool(mission_handoffs(state, actor.mission, now))
        return not restricted(state, actor)
    if actor.is_only("liaison"):
        own = isinstance(state, Request) and state.mission is not None
        return own and state.mission == actor.mission
    return True


def as_liaison(actor: Actor) -> bool:
    """Whoever has no role in cases but a mission's sees no more of them than the mission."""
    return actor.has("liaison") and actor.roles.isdisjoint(CASE_ROLES)


def as_mission(kind: str, actor: Actor) -> bool:
    """Whoever sees of this kind of stream what a mission sees, and nothing else."""
    return as_liaison(actor) if kind == "case" else actor.is_only("liaison")


def restricted(case: Case, actor: Actor) -> bool:
    """Need to know: a restricted case is its assignees', supervisors' and auditors'."""
    return (
        case.restricted
        and not actor.has("supervisor", "auditor", "system")
        and actor.id not in case.assigned.values()
    )


def forbidden_to_read(kind: str, actor: Actor) -> bool:
    """Roles that never read cases, or no stream at all, whether it exists or not."""
    return actor.roles <= READ_NO_STREAM or (kind == "case" and actor.roles <= NEVER_READ_CASES)


def may_read(state: Any, actor: Actor, now: datetime) -> bool:
    """Whether a read answers at all; otherwise it is not_found."""
    if conflicted(state, actor) or not may_command(state, actor, now):
        return False
    if isinstance(state, Case):
        return as_liaison(actor) or not actor.roles.isdisjoint(CASE_ROLES)
    return True


READ_PROTECTION = (
    "screener", "interviewer", "determiner", "officer", "endorser", "care", "child_protection",
    "justice", "supervisor", "auditor",
)  # fmt: skip


def reads_protection(actor: Actor) -> bool:
    """Whether the actor may learn that somebody asked to be protected."""
    return actor.has(*READ_PROTECTION)
