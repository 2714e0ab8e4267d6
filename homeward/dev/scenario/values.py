"""What stands in a step's `with`: saved names, event ids, and times told relative to the clock."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from homeward.domain.calendar import business_days_after, local_date
from homeward.services.sandbox.durations import parse_duration

RELATIVE = re.compile(r"^([+-])([0-9]+(?:s|m|h|d|bd)|(?:[0-9]+[dhms])+)$")


NAME = re.compile(r"\$(?:events\.)?[A-Za-z_][A-Za-z0-9_]*")


class UnknownName(Exception):  # noqa: N818
    """A `$name` that no step saved."""


def later(now: datetime, duration: str) -> datetime:
    """`now` plus 30d, 22h, 5bd (business days) ...; raises ValueError."""
    if duration.endswith("bd"):
        return business_days_after(now, int(duration[:-2]))
    return now + parse_duration(duration)


class Names:
    """Saved names, and the last event of each name in each stream."""

    def __init__(self) -> None:
        self.saved: dict[str, str] = {}
        self.events: dict[tuple[str, str], str] = {}
        self.stream = ""
        """Whose events are meant: those of the stream that is spoken to."""

    def happened(self, stream: str, name: str, event: str) -> None:
        """Of a stream that has no such event, the last one anywhere is meant."""
        self.events[stream, name] = self.events["", name] = event

    def known(self, found: re.Match[str]) -> str:
        """A name within a text (`hold_review:$hold`); what is none stays as it is."""
        try:
            return self.resolve(found[0])
        except UnknownName:
            return found[0]

    def resolve(self, text: str) -> str:
        """`$case` or `$events.WaiverProposed`; raises UnknownName."""
        name = text.removeprefix("$").removeprefix("events.")
        if not text.startswith("$events."):
            found = self.saved.get(name)
        else:
            found = self.events.get((self.stream, name), self.events.get(("", name)))
        if found is None:
            raise UnknownName(text)
        return found


def told(value: Any, annotation: Any, now: datetime, names: Names) -> Any:
    """The value as it is sent. A relative time becomes a date or a moment, as the field wants."""
    if isinstance(value, str):
        if NAME.fullmatch(value):
            return names.resolve(value)
        if match := RELATIVE.match(value):
            moment = later(now, match[2])
            return _moment(moment if match[1] == "+" else now - (moment - now), annotation)
        return NAME.sub(names.known, value)
    parts = _options(annotation)
    if isinstance(value, Mapping):
        model = next((p for p in parts if isinstance(p, type) and issubclass(p, BaseModel)), None)
        of = next((get_args(p)[1] for p in parts if get_origin(p) is dict), None)
        return {
            names.resolve(key) if key.startswith("$") else key: told(
                item, _field(model, key, of), now, names
            )
            for key, item in value.items()
        }
    if isinstance(value, list):
        inner = next((get_args(p)[0] for p in parts if get_origin(p) in (tuple, list)), None)
        return [told(item, inner, now, names) for item in value]
    return value


def _field(model: type[BaseModel] | None, key: str, otherwise: Any) -> Any:
    if model is not None and key in model.model_fields:
        info = model.model_fields[key]
        return info.annotation
    return otherwise


def _moment(moment: datetime, annotation: Any) -> str:
    options = _options(annotation)
    if datetime in options:
        return moment.isoformat()
    return local_date(moment).isoformat()


def _options(annotation: Any) -> tuple[Any, ...]:
    if annotation is None or (isinstance(annotation, type) and get_origin(annotation) is None):
        # AwareDatetime is pydantic's own class for a moment with its zone
        name = getattr(annotation, "__name__", "")
        return (datetime,) if name in ("AwareDatetime", "datetime") else (annotation,)
    if hasattr(annotation, "__metadata__"):
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in (tuple, list, dict):
        return (annotation,)
    return tuple(option for part in get_args(annotation) for option in _options(part))
