"""The demo docket, read strictly and laid out as steps in the order of their times.

How it is written stands at the head of `docket.yaml`. Every fault is told with its file and place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from homeward.dev.docket.values import Values, merged, rows
from homeward.dev.people import PEOPLE
from homeward.dev.scenario.format import load_yaml
from homeward.domain.actors import Actor
from homeward.domain.calendar import PHNOM_PENH, local_date
from homeward.services.sandbox.durations import parse_duration

HERE = Path(__file__).parent
SPACE = UUID("0f6a4a0e-7a55-5c0e-9a40-6f1c7a1b2d63")
MARGIN = timedelta(minutes=2)
"""The last day's last step lies at least so far before the host's now."""


class NotADocket(Exception):  # noqa: N818
    """The docket cannot be read; the message names file, place and fault."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Act(Strict):
    """One command, in a way or in a run; `after` counts from the run's start."""

    as_: str = Field(alias="as")
    do: str
    on: str | None = None
    with_: Any = Field(alias="with", default={})
    save: dict[str, str] = {}
    refused: str | None = None
    after: str = "0m"


class Run(Strict):
    given: dict[str, Any] = {}
    steps: list[Act] = Field(min_length=1)


class Line(Strict):
    """A line of a way: a step of its own, or a run by name."""

    day: int = Field(ge=1)
    at: time
    run: str | None = None
    given: dict[str, Any] = {}
    as_: str | None = Field(alias="as", default=None)
    do: str | None = None
    on: str | None = None
    with_: Any = Field(alias="with", default={})
    save: dict[str, str] = {}
    refused: str | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Line":
        if (self.run is None) == (self.do is None or self.as_ is None):
            raise ValueError("has either `run`, or `as` and `do`")
        return self


class Freed(Strict):
    """A line of the table of everybody who is freed."""

    victim: str
    nation: str
    found: str
    complication: str
    facts: str
    """Types of events, some of those that show it; apart by spaces."""

    @property
    def pseudonym(self) -> str:
        return self.victim.capitalize()


class Head(Strict):
    version: int
    days: int
    files: list[str]


@dataclass(frozen=True)
class Step:
    """One command of the docket, by whom and when; its values are looked up when it is told."""

    at: datetime
    actor: Actor
    do: str
    on: str | None
    fields: Any
    save: Mapping[str, str]
    refused: str | None
    """The code with which the rules refuse it; nothing is then recorded."""
    who: str
    """Whose way it belongs to; empty for what is nobody's alone."""
    values: Mapping[str, Any]
    label: str
    command_id: UUID

    def looking_up(self, saved: Mapping[str, str], first_day: date) -> Values:
        return Values(self.who, self.values, saved, self.at, first_day, HERE)


@dataclass(frozen=True)
class Docket:
    version: int
    days: int
    freed: Mapping[str, Freed]
    victims: Mapping[str, Mapping[str, Any]]
    """What each step of theirs may refer to."""
    runs: Mapping[str, Run]
    ways: Mapping[str, tuple[str, list[Line]]] = field(default_factory=dict)
    """File -> whose way, and its lines."""

    def first_day(self, now: datetime) -> date:
        """The day on which a story begins that ends today."""
        return local_date(now) - timedelta(days=self.days - 1)

    def steps(self, first_day: date, now: datetime) -> list[Step]:
        """All steps in the order of their times, none later than `now` on the last day."""
        found = [step for file in self.ways for step in self._way(file, first_day)]
        labels = [step.label for step in found]
        if twice := {label for label in labels if labels.count(label) > 1}:
            raise NotADocket(f"told twice: {', '.join(sorted(twice))}")
        return _drawn_in(sorted(found, key=lambda step: step.at), now)

    def _way(self, file: str, first_day: date) -> Iterator[Step]:
        who, lines = self.ways[file]
        for nth, line in enumerate(lines, 1):
            start = datetime.combine(first_day + timedelta(days=line.day - 1), line.at, PHNOM_PENH)
            where = f"{file} line {nth}"
            for act, given in self._acts(line, where):
                values = merged(given, self.victims.get(who, {}), line.given)
                yield self._step(where, who, start, act, values)

    def _acts(self, line: Line, where: str) -> Iterator[tuple[Act, Mapping[str, Any]]]:
        if line.run is None:
            told = {"as": line.as_, "do": line.do, "on": line.on, "with": line.with_}
            yield Act.model_validate({**told, "save": line.save, "refused": line.refused}), {}
            return
        if line.run not in self.runs:
            raise NotADocket(f"{where}: there is no run `{line.run}`")
        for act in self.runs[line.run].steps:
            yield act, self.runs[line.run].given

    def _step(
        self, where: str, who: str, start: datetime, act: Act, values: Mapping[str, Any]
    ) -> Step:
        at = start + parse_duration(act.after)
        name = act.as_ if not act.as_.startswith("=") else str(values.get(act.as_[1:]))
        if name not in PEOPLE:
            raise NotADocket(f"{where}: nobody is called `{name}`")
        on = values.get(act.on[1:]) if act.on and act.on.startswith("=") else act.on
        label = f"{start:%H:%M} {act.after} {where} {name} {act.do}"
        return Step(
            at=at, actor=PEOPLE[name].actor(name), do=act.do, on=on, fields=act.with_,
            save=act.save, refused=act.refused, who=who, values=values, label=label,
            command_id=uuid5(SPACE, f"{self.version}|{label}"),
        )  # fmt: skip


def _drawn_in(steps: list[Step], now: datetime) -> list[Step]:
    """Early in the day the last day's steps are told closer together, so that they lie behind us.

    A docket whose last day is over is left as it is.
    """
    today = datetime.combine(local_date(now), time(), PHNOM_PENH)
    latest = steps[-1].at
    last = max(now - MARGIN, today)
    if latest <= last or latest < today:
        return steps
    share = (last - today) / (latest - today)
    return [
        step if step.at < today else _moved(step, today + (step.at - today) * share)
        for step in steps
    ]


def _moved(step: Step, at: datetime) -> Step:
    return Step(**{**vars(step), "at": at})


def read_docket(folder: Path = HERE) -> Docket:
    """Raises NotADocket."""
    head: Head = _read(folder / "docket.yaml", Head)
    runs: dict[str, Run] = _read(folder / "shared.yaml", dict[str, Run])
    listed = _checked(folder / "victims.csv", list[Freed], rows(folder / "victims.csv"))
    victims: dict[str, Mapping[str, Any]] = {}
    ways: dict[str, tuple[str, list[Line]]] = {}
    for file in head.files:
        told: dict[str, Any] = _read(folder / file, dict[str, Any])
        lines = _checked(folder / file, list[Line], told.pop("way", []))
        victims |= told
        ways[file] = (next(iter(told), ""), lines)
    freed = {line.victim: line for line in listed}
    if odd := freed.keys() ^ victims.keys():
        raise NotADocket(f"victims.csv: alone there or missing: {', '.join(sorted(odd))}")
    return Docket(head.version, head.days, freed, victims, runs, ways)


def _read(path: Path, shape: Any) -> Any:
    try:
        told = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as fault:
        raise NotADocket(f"{path.name}: {fault}") from None
    return _checked(path, shape, told)


def _checked(path: Path, shape: Any, told: Any) -> Any:
    try:
        return TypeAdapter(shape).validate_python(told)
    except ValidationError as fault:
        faults = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
            for error in fault.errors(include_url=False)
        )
        raise NotADocket(f"{path.name}: {faults}") from None
