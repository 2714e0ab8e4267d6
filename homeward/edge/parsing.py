"""Reading JSON without surprises: what Python's parser lets through is named and refused."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Never

from homeward.domain.fields import UNSTORABLE
from homeward.domain.refusals import Refused

LARGEST = 1024 * 1024
DEEPEST = 32
LARGEST_NUMBER = 10**18
LONGEST_LIST = 1000
HALF = "has half of a character"


def parse_json(raw: bytes) -> Any:
    """The JSON value of a body.

    Raises Refused: `too_large` beyond 1 MiB; `invalid` for malformed JSON, NaN and Infinity,
    duplicate keys, nesting deeper than 32, integers of absurd length and characters that no text
    can hold.
    """
    if len(raw) > LARGEST:
        raise Refused("too_large", why="The body is larger than 1 MiB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused.of_faults({"body": "is not UTF-8"}) from None
    if _depth(text) > DEEPEST:
        raise Refused.of_faults({"body": f"is nested deeper than {DEEPEST}"})
    faults: dict[str, str] = {}

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                faults["body" if UNSTORABLE.search(key) else key] = "is given twice"
            found[key] = value
        return found

    def number(literal: str) -> Never:
        raise Refused.of_faults({"body": f"holds {literal}, which is not JSON"})

    def whole(literal: str) -> int:
        if len(literal) > 18:
            raise Refused.of_faults({"body": "holds a number with too many digits"})
        return int(literal)

    def fraction(literal: str) -> float:
        value = float(literal)
        if value in (float("inf"), float("-inf")):
            raise Refused.of_faults({"body": "holds a number that is too large"})
        return value

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_constant=number, parse_int=whole,
            parse_float=fraction,
        )  # fmt: skip
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise Refused.of_faults({"body": f"is not JSON ({where})"}) from None
    if faults:
        raise Refused.of_faults(faults)
    if halves := {name: fault for name, fault in storable(value)[1].items() if fault == HALF}:
        raise Refused.of_faults(halves)
    return value


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def _depth(text: str) -> int:
    depth = deepest = 0
    for token in _STRUCTURE.finditer(text):
        match token.group()[0]:
            case "[" | "{":
                depth += 1
                deepest = max(deepest, depth)
            case "]" | "}":
                depth -= 1
    return deepest


def storable(value: Any) -> tuple[Any, dict[str, str]]:
    """The JSON data with null for what can be neither stored nor compared, and where that stood.

    Halves of characters, NUL, numbers that are none or too long, lists and nesting beyond measure.
    Paths are as the caller wrote them, those within `fields` without that word.
    """
    faults: dict[str, str] = {}
    cleaned = _storable(value, (), faults)
    return cleaned, faults


def _storable(value: Any, path: tuple[str, ...], faults: dict[str, str]) -> Any:
    fault = _unstorable(value, len(path))
    if fault is not None:
        faults.setdefault(_dotted(path), fault)
        return None
    if isinstance(value, Mapping):
        kept = {}
        for key, item in value.items():
            if (in_key := _unstorable(key, 0)) is not None:
                faults.setdefault(_dotted(path), in_key)
            else:
                kept[key] = _storable(item, (*path, key), faults)
        return kept
    if isinstance(value, (list, tuple)):
        return [_storable(item, (*path, str(n)), faults) for n, item in enumerate(value)]
    return value


def _unstorable(value: Any, depth: int) -> str | None:
    match value:
        case str() if found := UNSTORABLE.search(value):
            return "has characters that cannot be stored" if found[0] == "\x00" else HALF
        case float() if not math.isfinite(value):
            return "is not a number"
        case int() if abs(value) > LARGEST_NUMBER:
            return "has too many digits"
        case dict() | list() if depth > DEEPEST:
            return f"is nested deeper than {DEEPEST}"
        case list() if len(value) > LONGEST_LIST:
            return f"has more than {LONGEST_LIST}"
    return None


def _dotted(path: tuple[str, ...]) -> str:
    within = path[1:] if len(path) > 1 and path[0] == "fields" else path
    return ".".join(within) or "body"
