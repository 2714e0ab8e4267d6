"""A stream's history as one reader may see it: who, when, what and why."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from homeward.domain.access import as_liaison
from homeward.domain.actors import Actor
from homeward.domain.facts import Event, Fact
from homeward.domain.sealed import Sealed
from homeward.domain.streams import StreamState
from homeward.eventstore.codec import UnknownFact
from homeward.readmodel.sections import section_of, sections_for

WHY = ("reasons", "basis", "ground", "cause", "outcome", "account", "reason", "kind")
"""The field that tells why, in the order in which one is looked for."""
BOOKKEEPING = frozenset({"arms", "comment"})


def entries(
    state: StreamState, events: Iterable[Event], actor: Actor, now: datetime
) -> list[dict[str, Any]]:
    """Each event the actor may know of. What tells of a section it may not read is left out whole,

    save the steps that the case's state shows anyway: these stay, without their fields. A mission
    has its own thread and no timeline: even bare steps tell of waiver, status and people. What this
    release does not know is a step without name and fields, save for auditors.

    `number` counts what this reader sees, so that no gap tells of what is hidden; an auditor is
    told the `version` too, by which the record is verified.
    """
    if as_liaison(actor):
        return []
    readable = sections_for(state, actor, now)
    shown: list[dict[str, Any]] = []
    for event in events:
        section, secret = section_of(state, event)
        if section not in readable and secret:
            continue
        fields = _fields(event.fact) if section in readable else {}
        known = section in readable or not isinstance(event.fact, UnknownFact)
        shown.append(
            {
                "number": len(shown) + 1,
                **({"version": event.version} if actor.has("auditor") else {}),
                "id": str(event.id),
                "type": event.type if known else UnknownFact.__name__,
                "at": event.occurred_at,
                "recorded_at": event.recorded_at,
                "by": event.by,
                "roles": event.roles,
                "command": event.command if known else "",
                "command_id": str(event.command_id),
                "cause": str(event.cause) if event.cause else None,
                "fields": fields,
                "why": next((fields[name] for name in WHY if fields.get(name)), None),
                "comment": event.fact.comment if section in readable else None,
            }
        )
    return shown


def _fields(fact: Fact) -> dict[str, Any]:
    if isinstance(fact, UnknownFact):
        told: dict[str, Any] = {name: _closed(value) for name, value in fact.raw.items()}
    else:
        told = {name: getattr(fact, name) for name in fact.__struct_fields__}
    return {
        name: value
        for name, value in told.items()
        if name not in BOOKKEEPING and value not in (None, ())
    }


def _closed(value: Any) -> Any:
    """Sealed values as such, wherever they are in what was stored."""
    match value:
        case {"subject": _, "compartment": _, "field": _, "key": _, "box": _}:
            try:
                return msgspec.convert(value, Sealed)
            except msgspec.ValidationError:
                return {"unreadable": True}
        case dict():
            return {name: _closed(inner) for name, inner in value.items()}
        case list():
            return [_closed(inner) for inner in value]
    return value
