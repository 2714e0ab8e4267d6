"""From what was typed to JSON, and back: dates in three boxes, Khmer digits, lines of text.

Nothing is judged here: what is not a date goes on as it was typed, and the edge names the fault.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from homeward.edge.figures import ZONE, latin
from homeward.edge.formfield import FormField

GIVEN_NOTHING: Final = object()


def parts_of_moment(at: datetime) -> dict[str, str]:
    here = at.astimezone(ZONE)
    return {
        "day": str(here.day),
        "month": str(here.month),
        "year": str(here.year),
        "time": f"{here:%H:%M}",
    }


def json_of_leaf(field: FormField, values: Sequence[str], parts: Mapping[str, str]) -> Any:
    if parts:
        return _day(field.kind, parts)
    given = [value.replace("\r\n", "\n").strip() for value in values]
    given = [value for value in given if value]
    if field.kind in ("choices", "lines"):
        if field.kind == "lines":
            given = [line.strip() for value in given for line in value.split("\n") if line.strip()]
        return given if given or field.required else GIVEN_NOTHING
    if not given:
        return GIVEN_NOTHING
    return _scalar(field.kind, given[0])


def _scalar(kind: str, text: str) -> Any:
    match kind:
        case "bool":
            return {"yes": True, "no": False}.get(text, text)
        case "int":
            return _number(text, int)
        case "float":
            return _number(text, float)
        case "decimal":
            return latin(text).replace(",", "")
        case "json":
            return _pairs(text)
        case _:
            return text


def _number(text: str, kind: type[int] | type[float]) -> Any:
    try:
        return kind(latin(text).replace(" ", "")) if len(text) < 19 else text
    except ValueError:
        return text


def _pairs(text: str) -> Any:
    """`name: value`, one a line; or JSON."""
    if text.startswith(("{", "[")):
        try:
            return json.loads(text)
        except ValueError:
            return text
    pairs: dict[str, Any] = {}
    for line in text.split("\n"):
        name, _, value = line.partition(":")
        told = value.strip()
        pairs[name.strip()] = int(told) if name.strip() == "days" and told.isdecimal() else told
    return pairs


def _day(kind: str, parts: Mapping[str, str]) -> Any:
    day, month, year = (latin(parts[name]) for name in ("day", "month", "year"))
    time = latin(parts.get("time", ""))
    if not any((day, month, year)):
        return GIVEN_NOTHING
    told = [year, *(part.zfill(2) for part in (month, day) if part)]
    if kind != "partial_date" or (day and not month):
        told = [year, month.zfill(2), day.zfill(2)]
    date = "-".join(told)
    if kind != "datetime":
        return date
    hour, _, minute = (time or "00:00").replace(".", ":").partition(":")
    return f"{date}T{hour.zfill(2)}:{minute.zfill(2)}:00+07:00"
