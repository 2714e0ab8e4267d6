"""`--set key=value`: a value takes the type that the command's field has."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.markup import escape

from homeward.cli.exits import USAGE, end


def apply(command: str, fields: dict[str, Any], settings: list[str]) -> None:
    """Puts each setting into the fields, over what is there."""
    schema = _schema(command) if settings else {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        steps = path.split(".")
        if not equals or not all(steps):
            end(USAGE, f"--set takes KEY=VALUE, not {escape(setting.partition('=')[0])}.")
        _put(fields, steps, typed(text, schema, steps), path)


def _schema(command: str) -> dict[str, Any]:
    """None for a command that only the API knows: it will say whether there is one."""
    from homeward.api.catalogue import offered, schema_of

    return schema_of(command) if command in offered() else {}


def _put(fields: dict[str, Any], steps: list[str], value: Any, path: str) -> None:
    place: Any = fields
    for step, after in zip(steps, [*steps[1:], ""], strict=True):
        last = not after
        if isinstance(place, list):
            if not step.isascii() or not step.isdigit() or int(step) > len(place):
                end(USAGE, f"--set {escape(path)}: the list has no place {escape(step)}.")
            if int(step) == len(place):
                place.append(None)
            key: Any = int(step)
        else:
            key = step
            place.setdefault(key, None)
        if last:
            place[key] = value
            return
        if not isinstance(place[key], (dict, list)):
            place[key] = [] if after == "0" else {}
        place = place[key]


def typed(text: str, schema: Mapping[str, Any], steps: list[str]) -> Any:
    """As JSON where the field is no text and the value reads as JSON; else the text itself."""
    allowed = {kind for option in _at(schema, steps) for kind in _kinds_of(option)}
    try:
        value = json.loads(text)
    except ValueError:
        return [text] if allowed - {"null"} == {"array"} else text
    if isinstance(value, str):
        return value
    if "string" in allowed and not isinstance(value, (dict, list)):
        return None if value is None and "null" in allowed else text
    return value


def _at(schema: Mapping[str, Any], steps: list[str]) -> Iterator[Mapping[str, Any]]:
    """Every shape that the field at this path may have."""
    defs = schema.get("$defs", {})

    def walk(here: Mapping[str, Any], left: list[str]) -> Iterator[Mapping[str, Any]]:
        if "$ref" in here:
            here = defs.get(here["$ref"].rsplit("/", 1)[-1], {})
        options = here.get("anyOf") or here.get("oneOf")
        if options:
            for option in options:
                yield from walk(option, left)
        elif not left:
            yield here
        elif here.get("type") == "array":
            yield from walk(here.get("items", {}), left[1:])
        elif left[0] in here.get("properties", {}):
            yield from walk(here["properties"][left[0]], left[1:])
        elif isinstance(here.get("additionalProperties"), Mapping):
            yield from walk(here["additionalProperties"], left[1:])

    return walk(schema, steps)


def _kinds_of(option: Mapping[str, Any]) -> list[str]:
    if "enum" in option or "const" in option:
        values = option.get("enum") or [option["const"]]
        return ["string" if isinstance(value, str) else "other" for value in values]
    kind = option.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def kinds(inner: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A field's type in a few words."""
    told = []
    for option in _at({**inner, "$defs": schema.get("$defs", {})}, []):
        if "enum" in option:
            told.append(" | ".join(map(str, option["enum"])))
        elif "const" in option:
            told.append(str(option["const"]))
        elif option.get("type") == "array":
            told.append(f"list of {kinds(option.get('items', {}), schema)}")
        elif option.get("properties"):
            told.append("{" + ", ".join(option["properties"]) + "}")
        elif option.get("type") != "null":
            told.append(str(option.get("format") or option.get("type") or "any"))
    return " | ".join(dict.fromkeys(told))
