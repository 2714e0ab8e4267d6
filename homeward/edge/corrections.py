"""A correction's new value is checked against the rest of its event as if it were told today, and
closed as the field that it corrects, under the same person's key."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from pydantic import ConfigDict, TypeAdapter, ValidationError

from homeward.domain.calendar import local_date
from homeward.domain.case.corrections import field_of
from homeward.domain.case.state import Case
from homeward.domain.commands import Order
from homeward.domain.facts import Event, sealed_in
from homeward.domain.refusals import Refused
from homeward.domain.streams import StreamState
from homeward.edge.contradictions import age_faults, document_faults
from homeward.edge.derived import turns_18
from homeward.sealing.box import MATCH, Owned
from homeward.sealing.keyring import Keyring

TELLS_THE_AGE = frozenset({"identity.birth_date", "birth_date", "rescued_at"})
CHECKED = frozenset(
    {"identity", "passport", "document", "rescue", "birth_date", "minor", "rescued_at"}
)
STRICT = ConfigDict(strict=True, hide_input_in_errors=True)


async def with_value_closed(order: Order, case: StreamState | None, keyring: Keyring) -> Order:
    """The order with its `value` sealed where the corrected field is; any other stays in clear."""
    if not isinstance(case, Case):
        return order
    event = case.recorded(UUID(order.fields["event"]))
    path = order.fields["field"]
    field = field_of(event, path)
    if event is None or field is None:
        return order
    told = await _as_corrected(order, case, event, keyring)
    value = order.fields.get("value")
    if not field.sealed or value is None:
        return told
    mark = field.mark
    if mark is None:
        raise Refused.of_faults({"field": "is no field of what a person told"})
    try:
        clear = TypeAdapter(mark.clear, config=STRICT).validate_json(json.dumps(value))
    except ValidationError as faults:
        raise Refused.of_faults({"value": faults.errors()[0]["msg"]}) from None
    names = ".".join(part for part in path.split(".") if not part.isdecimal())
    subject = next((sealed.subject for sealed in sealed_in(event.fact)), case.id)
    plain = TypeAdapter(mark.clear).dump_python(clear, mode="json")
    keys: set[Owned] = {(subject, mark.compartment)}
    if mark.match:
        keys.add((subject, MATCH))
    sealer = await keyring.closing(keys)
    box = sealer.close(plain, subject, mark.compartment, names, match=mark.match)
    return replace(told, fields={**told.fields, "value": msgspec.to_builtins(box)})


async def _as_corrected(order: Order, case: Case, event: Event, keyring: Keyring) -> Order:
    """The order with `turns_18` where the age follows from the new value.

    Raises Refused("invalid") naming `value` where it contradicts what else the event says.
    """
    path = order.fields["field"]
    if path.split(".")[0] not in CHECKED:
        return order
    clear = await keyring.open(event.fact)
    try:
        _put(clear, path.split("."), order.fields.get("value"))
        faults = document_faults(clear)
        if event.type == "AgeAssessed":
            faults |= age_faults(clear, case.rescued_at or event.recorded_at, event.recorded_at)
        month = _turns_18(clear, case, event) if path in TELLS_THE_AGE else None
    except (LookupError, TypeError, ValueError):
        return order  # no value of its type, as the rule will say
    if faults:
        raise Refused.of_faults({"value": next(iter(faults.values()))})
    return replace(order, fields={**order.fields, "turns_18": month}) if month else order


def _turns_18(clear: dict[str, Any], case: Case, event: Event) -> str | None:
    opened = event.type == "CaseOpened"
    born = (clear.get("identity") or {}).get("birth_date") if opened else clear.get("birth_date")
    at = datetime.fromisoformat(clear["rescued_at"]) if opened else case.rescued_at
    if not isinstance(born, str) or at is None:
        return None
    return turns_18(born, local_date(at))


def _put(holder: Any, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    if isinstance(holder, list):
        holder[int(path[-1])] = value
    else:
        holder[path[-1]] = value
