"""What stands in a step's `with`: saved names, a person's own values, times, and other files."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from homeward.dev.scenario.format import load_yaml
from homeward.domain.calendar import PHNOM_PENH, local_date
from homeward.services.sandbox.durations import parse_duration

NOW = re.compile(r"now(?: ([+-])((?:[0-9]+[dhms])+))?")
TODAY = re.compile(r"today(?: ([+-])([0-9]+)d)?(?: ([0-9]{2}:[0-9]{2}))?")
DAY = re.compile(r"day (-?[0-9]+)(?: ([0-9]{2}:[0-9]{2}))?")
LEFT_OUT = object()


class UnknownValue(Exception):  # noqa: N818
    """A `$name` that no step saved, or a `=key` that the person does not have."""


@dataclass(frozen=True)
class Values:
    """Everything that one step's fields may refer to."""

    who: str
    own: Mapping[str, Any]
    saved: Mapping[str, str]
    at: datetime
    first_day: date
    folder: Path

    def of(self, told: Any) -> Any:
        """The value as it is sent."""
        if isinstance(told, Mapping):
            if told.keys() == {"read"}:
                return self.of(_read(self.folder / told["read"]))
            found = {key: self.of(value) for key, value in told.items()}
            return {key: value for key, value in found.items() if value is not LEFT_OUT}
        if isinstance(told, list):
            return [self.of(value) for value in told]
        return self._text(told) if isinstance(told, str) else told

    def _text(self, told: str) -> Any:
        if told.startswith("$"):
            return self.name(told[1:])
        if told.startswith("="):
            return self._own(told[1:])
        if told.startswith("(=") and told.endswith(")"):
            return self._own(told[2:-1], LEFT_OUT)
        moment = self._time(told)
        return told if moment is None else moment.isoformat()

    def name(self, name: str) -> str:
        """What a step of this person saved under the name, else what any did."""
        for key in (f"{self.who}.{name}", name):
            if key in self.saved:
                return self.saved[key]
        raise UnknownValue(f"${name}")

    def names(self, told: Any) -> Iterator[str]:
        """Every `$name` that the value refers to, by itself or by way of the person's own."""
        if isinstance(told, Mapping | list):
            for part in told.values() if isinstance(told, Mapping) else told:
                yield from self.names(part)
        elif isinstance(told, str) and told.startswith("$"):
            yield told[1:]
        elif isinstance(told, str) and told.strip("(").startswith("="):
            yield from self.names(self._looked_up(told.strip("(=)")))

    def _own(self, key: str, otherwise: Any = None) -> Any:
        value = self._looked_up(key)
        if value is not LEFT_OUT:
            return self.of(value)
        if otherwise is None:
            raise UnknownValue(f"={key}")
        return otherwise

    def _looked_up(self, key: str) -> Any:
        value: Any = self.own
        for part in key.split("."):
            value = value.get(part, LEFT_OUT) if isinstance(value, Mapping) else LEFT_OUT
        return value

    def _time(self, told: str) -> datetime | date | None:
        if match := NOW.fullmatch(told):
            away = parse_duration(match[2]) if match[2] else timedelta()
            return self.at - away if match[1] == "-" else self.at + away
        if match := TODAY.fullmatch(told):
            days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
            return _at(local_date(self.at) + timedelta(days=days), match[3])
        if match := DAY.fullmatch(told):
            return _at(self.first_day + timedelta(days=int(match[1]) - 1), match[2])
        return None


def _at(day: date, clock: str | None) -> datetime | date:
    return datetime.combine(day, time.fromisoformat(clock), PHNOM_PENH) if clock else day


def _read(path: Path) -> Any:
    if path.suffix == ".csv":
        return rows(path)
    return load_yaml(path.read_text(encoding="utf-8"))


def rows(path: Path) -> list[dict[str, Any]]:
    """A table's lines as mappings; an empty cell is left out, a number is a number."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {key: int(value) if value.isdigit() else value for key, value in row.items() if value}
            for row in csv.DictReader(file)
        ]


def merged(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Later ones come before earlier ones, key by key, however deep."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            known = result.get(key)
            both = isinstance(known, Mapping) and isinstance(value, Mapping)
            result[key] = merged(known, value) if both else value  # type: ignore[arg-type]
    return result
