"""The shape of what was sent: the envelope every command has, and the fields in clear."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homeward.domain.commands import Command
from homeward.domain.fields import LongText, PastMoment, id_told
from homeward.domain.refusals import Refused
from homeward.sealing.forms import clear_form

NONE: Mapping[str, str] = {}
STREAM = r"(REQ|OPS|VIC|INC|CRT)-[0-9]{4}-[0-9]{6}"


class Envelope(BaseModel):
    """What every command carries beside its fields (contract, header)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    stream: str | None = Field(default=None, max_length=40)
    command_id: UUID | None = None
    expected_version: int | None = Field(default=None, ge=0)
    occurred_at: PastMoment | None = None
    comment: LongText | None = None
    fields: dict[str, Any] = {}


def given_command_id(body: Mapping[str, Any]) -> UUID | None:
    """The command id as far as it can be read: repetition is decided before the shape is."""
    return id_told(body.get("command_id"))


def new_command_id() -> UUID:
    return uuid4()


def read_shape(
    cls: type[Command], body: Mapping[str, Any], now: datetime, found: Mapping[str, str] = NONE
) -> tuple[Envelope, BaseModel]:
    """Envelope and fields in clear; raises Refused("invalid") naming every fault in both.

    `found`: what `storable` has found in the body already.
    """
    faults = dict(found)
    envelope = _read(Envelope, body, now, faults)
    raw = body.get("fields", {})
    clear: BaseModel | None = None
    if isinstance(raw, Mapping):
        clear = _read(clear_form(cls), raw, now, faults)
    if cls.spec.opens and body.get("stream") is not None:
        faults["stream"] = "is not given to a command that opens one"
    if faults or envelope is None or clear is None:
        raise Refused.of_faults(faults or {"fields": "is missing"})
    return envelope, clear


def _read(
    model: type[BaseModel], raw: Mapping[str, Any], now: datetime, faults: dict[str, str]
) -> Any:
    try:
        return model.model_validate_json(
            msgspec.json.encode(raw), strict=True, context={"now": now}
        )
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            faults.setdefault(dotted(fault["loc"], raw), fault["msg"])
        return None


def dotted(loc: tuple[int | str, ...], raw: Any) -> str:
    """The field's path as the caller wrote it: pydantic's names of union members left out."""
    path: list[str] = []
    for nth, part in enumerate(loc):
        last = nth == len(loc) - 1
        if isinstance(raw, Mapping) and isinstance(part, str):
            if part in raw:
                raw = raw[part]
            elif not last:
                continue
            else:
                raw = None
            path.append(part)
        elif isinstance(raw, list) and isinstance(part, int):
            raw = raw[part] if part < len(raw) else None
            path.append(str(part))
    return ".".join(path) or "fields"
