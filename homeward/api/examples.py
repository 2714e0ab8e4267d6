"""A body for each command that has the right shape, made from its schema."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from homeward.domain.commands import COMMANDS
from homeward.sealing.forms import clear_form

STREAMS = {
    "request": "REQ-2026-301847", "operation": "OPS-2026-118204", "case": "VIC-2026-482911",
    "incident": "INC-2026-730512", "court": "CRT-2026-660138", "any": "VIC-2026-482911",
}  # fmt: skip
AN_ID = "018f5b9e-7f3a-7c4e-9d2b-3f6a1c2d4e5f"
BY_NAME = {
    "country": "VN", "mission": "VN", "issuer": "VN", "nationality": "VN", "issued_by": "VN",
    "destination": "VN", "hte_Country": "KH", "residence_state": "VN", "language": "vie",
    "languages": "vie", "notified_language": "vie", "province": "KH-18", "birth_date": "1999-04",
    "at": "2022-05", "hte_Date": "2022-05", "exit_point": "Bavet", "number": "N1234567",
    "document_number": "N1234567", "media_type": "image/jpeg", "sha256": "0" * 64,
    "suspect": AN_ID, "reasons": "Why, in a sentence.", "name_romanised": "NGUYEN THI EXAMPLE",
}  # fmt: skip
"""Codes that a schema knows only as text."""
AHEAD = frozenset({"until", "due", "expires", "valid_until", "review_on", "redecide_by"})
LEFT_OUT = frozenset({"mrz", "turns_18"})
PERSONS = ("sok", "dara", "maly", "enda", "visal")
BY_PATTERN = (
    ("^(REQ|OPS|VIC", "VIC-2026-482911"), ("^REQ", STREAMS["request"]),
    ("^OPS", STREAMS["operation"]), ("^VIC", STREAMS["case"]), ("^CRT", STREAMS["court"]),
    ("^INC", STREAMS["incident"]), ("^[a-z0-9][a-z0-9._-]", "sok"), ("^(yes|no", "no"),
    ("^[0-9]{4}-(0[1-9]", "2026-11"), ("^[0-9]{4}", "2026"),
)  # fmt: skip


@cache
def example_of(name: str) -> dict[str, Any]:
    """A whole body: the stream unless the command opens one, and the fields."""
    spec = COMMANDS[name].spec
    schema = clear_form(COMMANDS[name]).model_json_schema()
    fields = _object(schema, schema.get("$defs", {}))
    own = {} if spec.opens else {"stream": STREAMS[spec.stream]}
    return {**own, "fields": fields}


def _object(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", [])
    told: dict[str, Any] = {}
    for name, inner in schema.get("properties", {}).items():
        optional = name not in required
        if name in LEFT_OUT or (optional and _is_null(inner, defs)):
            continue
        if optional and (len(required) > 3 or len(told) > 6):
            continue
        told[name] = _value(name, inner, defs)
    return told


def _is_null(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> bool:
    return not any(_resolved(one, defs).get("type") != "null" for one in _options(schema))


def _options(schema: Mapping[str, Any]) -> list[Any]:
    return schema.get("anyOf") or schema.get("oneOf") or [schema]


def _resolved(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        found: Mapping[str, Any] = defs[schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _value(name: str, schema: Any, defs: Mapping[str, Any]) -> Any:
    options = [_resolved(one, defs) for one in _options(_resolved(schema, defs))]
    one: Mapping[str, Any] = next((o for o in options if o.get("type") != "null"), {})
    if "const" in one:
        return one["const"]
    if "enum" in one:
        return one["enum"][0]
    match one.get("type"):
        case "object" if "properties" in one:
            return _object(one, defs)
        case "object":
            inner = one.get("additionalProperties")
            return {"example": _value(name, inner, defs)} if isinstance(inner, dict) else {}
        case "array":
            items = one.get("items") or one.get("prefixItems", [{}])[0]
            filled = [_value(name, items, defs) for _ in range(max(1, one.get("minItems", 1)))]
            return list(PERSONS[: len(filled)]) if filled[0] == "sok" else filled
        case "integer" | "number":
            return 100 if name == "percent" else max(1, one.get("minimum", 1))
        case "boolean":
            return True
        case "string":
            return _text(name, one)
        case _:
            return None


def _text(name: str, schema: Mapping[str, Any]) -> str:
    if name in ("media_type", "sha256"):
        return BY_NAME[name]
    match schema.get("format"):
        case "date":
            return "2026-12-22" if name in AHEAD else "2026-11-21"
        case "date-time":
            return "2026-11-22T09:00:00+07:00"
        case "uuid":
            return AN_ID
    if pattern := schema.get("pattern"):
        for start, told in BY_PATTERN:
            if pattern.startswith(start) and re.search(pattern, told):
                return told
    return BY_NAME.get(name, "text")
