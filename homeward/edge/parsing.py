"""Reading JSON without surprises: what Python's parser lets through is named and refused."""

import json
import re
from typing import Any, Never

from homeward.domain.refusals import Refused

LARGEST = 1024 * 1024
DEEPEST = 32


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
                faults[key] = "is given twice"
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
    _only_text(value, "")
    return value


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


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


def _only_text(value: Any, path: str) -> None:
    match value:
        case str():
            if re.search("[\ud800-\udfff]", value):
                raise Refused.of_faults({path or "body": "has half of a character"})
        case dict():
            for key, item in value.items():
                _only_text(key, path or "body")
                _only_text(item, f"{path}.{key}" if path else key)
        case list():
            for n, item in enumerate(value):
                _only_text(item, f"{path}.{n}" if path else str(n))
