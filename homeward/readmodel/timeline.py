"""A stream's history as one reader may see it: who, when, what and why."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from homeward.domain.access import as_liaison
from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.domain.streams import StreamState
from homeward.readmodel.casefile import section_of, sections_for

WHY = ("reasons", "basis", "ground", "cause", "outcome", "account", "reason", "kind")
"""The field that tells why, in the order in which one is looked for."""
BOOKKEEPING = frozenset({"arms", "comment"})


def entries(
    state: StreamState, events: Iterable[Event], actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """Each event the actor may know of. What tells of a section it may not read is left out whole,

    save the steps that the case's state shows anyway: these stay, without their fields. A mission
    has its own thread and no timeline: even bare steps tell of waiver, status and people.
    """
    if as_liaison(actor):
        return []
    readable = sections_for(state, actor, now)
    shown = []
    for event in events:
        section, secret = section_of(state, event)
        if section not in readable and secret:
            continue
        fields = _fields(event) if section in readable else {}
        shown.append(
            {
                "version": event.version,
                "id": str(event.id),
                "type": event.type,
                "at": event.occurred_at,
                "recorded_at": event.recorded_at,
                "by": event.by,
                "roles": event.roles,
                "command": event.command,
                "command_id": str(event.command_id),
                "cause": str(event.cause) if event.cause else None,
                "fields": fields,
                "why": next((fields[name] for name in WHY if fields.get(name)), None),
                "comment": event.fact.comment if section in readable else None,
            }
        )
    return shown


def _fields(event: Event) -> dict[str, Any]:
    return {
        name: value
        for name in event.fact.__struct_fields__
        if name not in BOOKKEEPING and (value := getattr(event.fact, name)) not in (None, ())
    }
