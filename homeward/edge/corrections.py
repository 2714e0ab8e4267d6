"""A correction's new value is closed as the field that it corrects, under the same person's key."""

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
from homeward.edge.derived import turns_18
from homeward.sealing.box import MATCH, Owned
from homeward.sealing.keyring import Keyring

STRICT = ConfigDict(strict=True, hide_input_in_errors=True)


async def with_value_closed(order: Order, case: StreamState | None, keyring: Keyring) -> Order:
    """The order with its `value` sealed where the corrected field is; any other stays in clear."""
    if not isinstance(case, Case):
        return order
    event = case.recorded(UUID(order.fields["event"]))
    path = order.fields["field"]
    field = field_of(event, path)
    value = order.fields.get("value")
    if event is None or field is None or not field.sealed or value is None:
        return order
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
    changed: dict[str, Any] = {**order.fields, "value": msgspec.to_builtins(box)}
    if path == "identity.birth_date":
        changed["turns_18"] = turns_18(str(value), local_date(_rescued(case, event)))
    return replace(order, fields=changed)


def _rescued(case: Case, event: Event) -> datetime:
    return case.rescued_at or event.recorded_at
