"""What follows from a stream's state, as rows: the same for each append and for a rebuild.

Ids, codes and times only: nothing personal, sealed or clear.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from homeward.domain.access import AFTER_RECEPTION, mission_handoffs
from homeward.domain.case.guards import failing
from homeward.domain.case.state import Case, Handoff
from homeward.domain.control import dues
from homeward.domain.operation import Operation
from homeward.domain.request import Request
from homeward.domain.streams import StreamState, kind_of
from homeward.domain.tasks import Task, tasks

Row = dict[str, Any]
Keyed = dict[str, list[Row]]
"""A table's rows by the key under which they are dropped."""

URGENCIES = ("imminent", "high", "normal", "insufficient")
HANDOFF_DEADLINES = ("handoff.accept", "handoff.answer")


def rows(before: StreamState | None, after: StreamState, now: datetime) -> Row:
    """What `es.project` is told. `before` None: all of them, for a rebuild."""
    old = _tables(before, now) if before is not None and before.exists else {}
    changes: Row = {"summary": summary(after, now)}
    for table, new in _tables(after, now).items():
        was = old.get(table, {})
        changed = [key for key in was.keys() | new.keys() if was.get(key) != new.get(key)]
        if changed:
            changes[table] = {
                "drop": sorted(changed),
                "set": [row for key in changed for row in new.get(key, ())],
            }
    return changes


def _tables(state: StreamState, now: datetime) -> dict[str, Keyed]:
    return {
        "deadline": _deadlines(state),
        "late": _late(state),
        "owed_call": _calls(state),
        "task": _tasks(state, now),
        "handoff": _handoffs(state, now) if isinstance(state, Case) else {},
    }


def _deadlines(state: StreamState) -> Keyed:
    return {
        key: [
            {
                "stream_id": state.id,
                "key": key,
                "due": due,
                "name": (deadline := state.deadlines[key]).name,
                "instance": deadline.instance,
                "level": deadline.passed + 1,
                "tells": deadline.levels[deadline.passed].tells,
            }
        ]
        for key, due in dues(state).items()
    }


def _late(state: StreamState) -> Keyed:
    return {
        key: [
            {
                "stream_id": state.id,
                "key": key,
                "name": deadline.name,
                "instance": deadline.instance,
                "level": deadline.passed,
                "tells": deadline.levels[deadline.passed - 1].tells,
                "due": deadline.levels[deadline.passed - 1].due,
                "since": since,
            }
        ]
        for key, (deadline, since) in state.overdue.items()
        if deadline.passed
    }


def _calls(state: StreamState) -> Keyed:
    return {
        str(call.id): [
            {
                "call_id": call.id,
                "stream_id": state.id,
                "service": call.service,
                "operation": call.operation,
                "since": call.since,
                "failed": call.failed,
                "refused": call.refused,
            }
        ]
        # One that was overtaken is still asked until its service has had its say.
        for call in (*state.calls.values(), *state.overtaken.values())
    }


def _tasks(state: StreamState, now: datetime) -> Keyed:
    found: Keyed = defaultdict(list)
    for task in tasks(state, now):
        for who in who_takes(task):
            found[task.key].append(
                {
                    "stream_id": state.id,
                    "key": task.key,
                    "who": who,
                    "kind": task.kind,
                    "about": task.about,
                    "since": task.since,
                    "roles": sorted(task.roles),
                    "person": task.person,
                    "mission": task.mission,
                    "due": task.due,
                }
            )
    return dict(found)


def who_takes(task: Task) -> list[str]:
    """Whose day it is in: one person's, one mission's, or that of everyone with a role."""
    if task.person is not None:
        return [f"@{task.person}"]
    if task.mission is not None:
        return [f"{role}:{task.mission}" for role in sorted(task.roles)]
    return sorted(task.roles)


def _handoffs(case: Case, now: datetime) -> Keyed:
    known = {
        handoff.id
        for mission in {handoff.mission for handoff in case.handoffs.values()}
        # as at the reception: when it ends by time alone stands in visible_until
        for handoff in mission_handoffs(case, mission, case.received_at or now)
    }
    return {
        str(handoff.id): [
            {
                "handoff_id": handoff.id,
                "stream_id": case.id,
                "mission": handoff.mission,
                "kind": handoff.kind,
                "state": handoff.state,
                "opened_at": handoff.opened_at,
                "due": _handoff_due(case, handoff),
                "visible": handoff.id in known,
                "visible_until": case.received_at + AFTER_RECEPTION
                if case.received_at and not handoff.open
                else None,
            }
        ]
        for handoff in case.handoffs.values()
    }


def _handoff_due(case: Case, handoff: Handoff) -> datetime | None:
    due = dues(case)
    keys = (f"{name}:{handoff.id}" for name in HANDOFF_DEADLINES)
    return min((due[key] for key in keys if key in due), default=None)


def summary(state: StreamState, now: datetime) -> Row:
    """One line for lists."""
    conflicts = {name for fact in state.conflicts for name in _names(fact.user, fact.unit)}
    if isinstance(state, Request):  # one about a unit never comes before that unit
        conflicts |= {f"unit:{unit}" for unit in state.do_not_route_to}
    line: Row = {
        "stream_id": state.id,
        "kind": kind_of(state.id),
        "state": state.state,
        "version": state.version,
        "opened_at": state.opened_at or now,
        "next_due": min(dues(state).values(), default=None),
        "province": None,
        "nationality": [],
        "mission": None,
        "urgency": None,
        "assigned": {},
        "restricted": False,
        "conflicts": sorted(conflicts),
        "tracks": {},
        "failing": [],
    }
    match state:
        case Case():
            told = state.identity.nationalities if state.identity else ()
            line |= {
                "province": state.province or None,
                "nationality": sorted({nationality.country for nationality in told}),
                "assigned": state.assigned,
                "restricted": state.restricted,
                "tracks": state.tracks,
            }
            if state.state == "RETURN_PREPARATION":
                line["failing"] = failing(state, now)
        case Request():
            line |= {
                "province": state.province,
                "nationality": sorted({s.nationality for s in state.people if s.nationality}),
                "mission": state.mission,
                "urgency": URGENCIES.index(state.urgency or URGENCIES[-1]),
            }
        case Operation():
            line["province"] = state.province or None
    return line


def _names(user: str, unit: str | None) -> list[str]:
    """A conflict of interest as lists ask for it: the person, and `unit:` their unit."""
    return [user] if unit is None else [user, f"unit:{unit}"]
