"""A stream as one reader may see it. What one may not know is absent: no key tells of it.

Sealed values stay sealed here; the edge opens them once the read is recorded.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from homeward.domain.access import as_liaison
from homeward.domain.actors import Actor
from homeward.domain.case.guards import failing
from homeward.domain.case.state import Case
from homeward.domain.decide import possible
from homeward.domain.refusals import Refused
from homeward.domain.request import Request
from homeward.domain.streams import StreamState, kind_of
from homeward.domain.tasks import Task, tasks
from homeward.readmodel.casesections import SECTIONS, holds
from homeward.readmodel.missionview import case_for_mission, request_for_mission
from homeward.readmodel.otherfiles import other_sections
from homeward.readmodel.sections import section_of, section_of_deadline

View = dict[str, Any]
BOUND_HOME = ("RETURN_PREPARATION", "CLEARED")
SECRET_TRACKS = ("risk", "justice")
TASK_SECTION = {
    "handoff": "handoffs",
    "answer_question": "handoffs",
    "contact_mission": "consents",
    "assess_risk": "risk",
    "victim_payment": "return",
    "lift_hold": "justice",
    "review_access": "supervision",
}


def view(
    state: StreamState,
    actor: Actor,
    now: datetime,
    readable: frozenset[str],
    *,
    past: bool = False,
) -> View:
    """The stream for this actor, who is known to be allowed to know of it.

    `readable`: the sections that the actor may read. `past`: as it once stood; nothing is possible.
    """
    if isinstance(state, Case) and as_liaison(actor):
        return case_for_mission(state, actor, now)
    if isinstance(state, Request) and actor.is_only("liaison"):
        return request_for_mission(state)
    shown: View = {
        "id": state.id, "kind": kind_of(state.id), "version": state.version, "state": state.state,
        "opened_at": state.opened_at,
    }  # fmt: skip
    if isinstance(state, Case):
        shown |= _case(state, readable, now)
    else:
        shown |= other_sections(state, readable)
    shown |= {
        "tasks": [_task(task) for task in tasks(state, now) if _sees_task(state, task, readable)],
        "deadlines": _deadlines(state, readable, now),
        "possible": {} if past else _possible(state, actor, now, readable),
        "notes": [
            {
                "id": str(note.id), "at": note.at, "by": note.by, "text": note.fact.text,
                "about": _id(note.fact.about), "task": note.fact.task,
                "restricted_to": list(note.fact.restricted_to),
            }
            for note in state.notes
            if f"note:{note.id}" in readable
        ],
    }  # fmt: skip
    return shown


def _case(case: Case, readable: frozenset[str], now: datetime) -> View:
    tracks = {
        name: value
        for name, value in case.tracks.items()
        if name not in SECRET_TRACKS or name in readable
    }
    shown: View = {
        "tracks": tracks,
        "holds": holds(case, readable),
        "assigned": dict(case.assigned),
        "restricted": case.restricted,
        "links": [{"case": link.case, "relation": link.relation} for link in case.links],
    }
    for name, section in SECTIONS.items():
        if name in readable and (content := section(case, readable)) is not None:
            shown[name] = content
    if case.state in BOUND_HOME and {"return", "protection"} <= readable:
        shown["failing"] = list(failing(case, now))
    return shown


def _id(event: UUID | None) -> str | None:
    return None if event is None else str(event)


def _task(task: Task) -> View:
    return {
        "key": task.key, "kind": task.kind, "about": _id(task.about), "since": task.since,
        "roles": list(task.roles), "person": task.person, "mission": task.mission,
        "due": task.due,
    }  # fmt: skip


def _sees_task(state: StreamState, task: Task, readable: frozenset[str]) -> bool:
    if task.kind == "overdue":
        section, secret = section_of_deadline(state, task.key.partition(":")[2])
        return section in readable or not secret
    section = TASK_SECTION.get(task.kind, "state")
    if section not in readable:
        return False
    if isinstance(state, Case) and task.about is not None:
        opener = state.recorded(task.about)
        if opener is not None:
            about, secret = section_of(state, opener)
            return about in readable or not secret
    return True


def _deadlines(state: StreamState, readable: frozenset[str], now: datetime) -> list[View]:
    shown = []
    for key, deadline in sorted(state.deadlines.items()):
        if deadline.name.startswith("lapse.") or deadline.name == "service_call":
            continue
        section, secret = section_of_deadline(state, key)
        if secret and section not in readable:
            continue
        level = deadline.levels[min(deadline.passed, len(deadline.levels) - 1)]
        shown.append(
            {
                "key": key, "name": deadline.name, "instance": deadline.instance,
                "due": level.due, "tells": level.tells, "passed": deadline.passed,
                "late": key in state.overdue or level.due <= now,
            }
        )  # fmt: skip
    return shown


def _possible(
    state: StreamState, actor: Actor, now: datetime, readable: frozenset[str]
) -> Mapping[str, View]:
    """Each command of the actor's roles: whether it can be given now, and if not, why not."""
    return {
        name: {"now": True} if refusal is None else {"now": False, **_why(refusal, readable)}
        for name, refusal in sorted(possible(state, actor, now).items())
    }


def _why(refusal: Refused, readable: frozenset[str]) -> View:
    """A bar or a hold that cannot be named would say what it is."""
    secret = refusal.code == "protection_bar" or (refusal.code == "hold" and not refusal.names)
    if secret and "protection" not in readable:
        return {"code": "wrong_state", "names": [], "why": ""}
    return {"code": refusal.code, "names": list(refusal.names), "why": refusal.why}
