"""Corrections: the event stays, and from now on its field reads otherwise wherever it is read.

The case is folded again from its events as corrected, so that a rule cannot read an old value.
"""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from homeward.domain.case.serviceanswer import ANSWERS
from homeward.domain.case.state import Case
from homeward.domain.commands import COMMANDS
from homeward.domain.facts import DeadlineExtended, DeadlinePassed, Event, Fact, StepRejected
from homeward.domain.facts.case_record import (
    AccessOverridden,
    CorrectionProposed,
    PersonalDataErased,
    RecordCorrected,
)
from homeward.domain.fieldgroups import SetByEdge
from homeward.domain.reference.codes import Country
from homeward.domain.sealed import Closed, Sealed
from homeward.domain.streams import fold

FREE_TEXT = frozenset({"text", "note", "reasons", "account", "questions", "conditions", "place"})
NOT_A_FIELD = frozenset({"arms", "comment"})
STATES = frozenset({"country", "mission", "nationality", "issuer"})
NOT_CORRECTED = (
    AccessOverridden, CorrectionProposed, DeadlineExtended, DeadlinePassed, PersonalDataErased,
    RecordCorrected, StepRejected,
)  # fmt: skip


def is_free_text(path: str) -> bool:
    """Free text alone is corrected by one person."""
    return path.rsplit(".", 1)[-1] in FREE_TEXT


def _options(annotation: Any) -> tuple[Any, ...]:
    """A type without its marks, or the members of its union, but None."""
    if get_origin(annotation) is Annotated:
        return _options(get_args(annotation)[0])
    if isinstance(annotation, type) or get_origin(annotation) in (tuple, dict, list):
        return (annotation,)
    members = get_args(annotation)
    return tuple(o for m in members for o in _options(m) if o is not type(None)) or (annotation,)


@cache
def _stored(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)  # type: ignore[attr-defined]
    return {told: hints[name] for name, told in names}


@cache
def _told(model: type[BaseModel]) -> dict[str, Any]:
    hints = get_type_hints(model, include_extras=True)
    return {(info.alias or name): hints[name] for name, info in model.model_fields.items()}


def _inner(annotation: Any, part: str) -> Any:
    """The type of a part of the field; None: it has no such part."""
    for option in _options(annotation):
        origin, args = get_origin(option), get_args(option)
        if origin in (tuple, list) and part.isascii() and part.isdecimal():
            return args[0]
        if origin is dict:
            return args[1]
        if isinstance(option, type) and issubclass(option, msgspec.Struct) and option is not Sealed:
            return _stored(option).get(part)
        if isinstance(option, type) and issubclass(option, BaseModel):
            return _told(option).get(part)
    return None


def _type_at(kind: type, path: str) -> Any:
    annotation: Any = kind
    for part in path.split("."):
        annotation = _inner(annotation, part)
        if annotation is None:
            return None
    return annotation


def _holds_sealed(annotation: Any) -> bool:
    return any(
        option is Sealed
        or any(_holds_sealed(arg) for arg in get_args(option) if arg is not ...)
        or (
            isinstance(option, type)
            and issubclass(option, msgspec.Struct)
            and any(_holds_sealed(inner) for inner in _stored(option).values())
        )
        for option in _options(annotation)
    )


def _value_at(value: Any, parts: list[str]) -> Any:
    """What stands there now; raises LookupError where nothing can."""
    for part in parts:
        if isinstance(value, (tuple, list)):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value[part]
        elif isinstance(value, msgspec.Struct):
            value = getattr(value, _attribute(value, part))
        else:
            raise LookupError(part)  # noqa: TRY004 - the path leads nowhere
    return value


def _attribute(holder: msgspec.Struct, told: str) -> str:
    names = dict(zip(holder.__struct_encode_fields__, holder.__struct_fields__, strict=True))
    if told not in names:
        raise LookupError(told)
    return names[told]


class Field(msgspec.Struct, frozen=True):
    """A field of an event that can be corrected."""

    stored: Any
    told: Any
    """Its type in the command that told it; None where a service or the system did."""

    @property
    def sealed(self) -> bool:
        return Sealed in _options(self.stored)

    @property
    def mark(self) -> Closed | None:
        """Under which key it is closed, and what it is in clear."""
        return _mark(self.told)


def _mark(annotation: Any) -> Closed | None:
    if get_origin(annotation) is Annotated:
        return next((m for m in get_args(annotation)[1:] if isinstance(m, Closed)), None)
    return next((m for m in map(_mark, get_args(annotation)) if m), None) if annotation else None


def field_of(event: Event | None, path: str) -> Field | None:
    """The event's field, unless it has none of that name or it is no single one of a person's."""
    if event is None or isinstance(event.fact, NOT_CORRECTED):
        return None
    parts = path.split(".")
    if parts[0] in NOT_A_FIELD:
        return None
    stored = _type_at(type(event.fact), path)
    if stored is None or UUID in _options(stored):
        return None
    if Sealed not in _options(stored) and _holds_sealed(stored):
        return None
    try:
        _value_at(event.fact, parts)
    except (LookupError, ValueError):
        return None
    told = _told_type(event, path)
    return None if _set_by_edge(told) else Field(stored, told)


def _told_type(event: Event, path: str) -> Any:
    """As the command told it, or the service; a State is one wherever it came from."""
    by_service = (known.get(event.type) for known in ANSWERS.values())
    model = next((answer.fields for answer in by_service if answer), COMMANDS.get(event.command))
    told = _type_at(model, path) if model else None
    return Country if told is None and path in STATES else told


def _set_by_edge(told: Any) -> bool:
    return any(isinstance(mark, SetByEdge) for mark in getattr(told, "__metadata__", ()))


def value_fits(field: Field, value: Any, closed: Sealed | None, now: datetime) -> bool:
    """Whether the new value is of the field's type: a code of its list, a date, a sealed text."""
    optional = type(None) in get_args(field.stored)
    if closed is not None:
        return field.sealed
    if value is None:
        return optional
    if field.sealed:
        return False
    raw = msgspec.json.encode(value)
    try:
        msgspec.json.decode(raw, type=field.stored)
        if field.told is not None:
            TypeAdapter(field.told, config=ConfigDict(strict=True)).validate_json(
                raw, context={"now": now}
            )
    except (msgspec.ValidationError, ValidationError):
        return False
    return True


def amended(fact: Fact, path: str, value: Any) -> Fact:
    """The fact with the field's new value; unchanged where it has no place for it."""
    stored = _type_at(type(fact), path)
    try:
        if not isinstance(value, Sealed) and value is not None:
            value = msgspec.json.decode(msgspec.json.encode(value), type=stored)
        result = _put(fact, path.split("."), value)
    except (LookupError, ValueError, msgspec.ValidationError):
        return fact
    return result if isinstance(result, Fact) else fact


def _put(holder: Any, parts: list[str], value: Any) -> Any:
    if not parts:
        return value
    first, rest = parts[0], parts[1:]
    if isinstance(holder, (tuple, list)):
        nth = int(first)
        changed = _put(holder[nth], rest, value)
        return (*holder[:nth], changed, *holder[nth + 1 :])
    if isinstance(holder, dict):
        return {**holder, first: _put(holder[first], rest, value)}
    if not isinstance(holder, msgspec.Struct):
        raise LookupError(first)  # noqa: TRY004
    name = _attribute(holder, first)
    return replace(holder, **{name: _put(getattr(holder, name), rest, value)})


def as_corrected(case: Case, fact: RecordCorrected) -> Case:
    """The case as its events tell it with the correction in them. What was shut stays shut."""
    changes = {fact.field: fact.value if fact.closed is None else fact.closed, **fact.also}

    def corrected(event: Event) -> Event:
        if event.id != fact.event:
            return event
        body = event.fact
        for path, value in changes.items():
            body = amended(body, path, value)
        return replace(event, fact=body)

    blank = Case(id=case.id, refolding=True)
    again = fold(blank, (corrected(event) for event in case.history))
    shut = {id_ for id_, handoff in case.handoffs.items() if handoff.shut}
    handoffs = {
        id_: replace(handoff, shut=handoff.shut or id_ in shut)
        for id_, handoff in again.handoffs.items()
    }
    return replace(again, handoffs=handoffs, refolding=False)
