"""Scenario files: YAML 1.2, read strictly. What is not in the format is named, with its place."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from homeward.services.sandbox.vocabulary import OPERATIONS


class NotAScenario(Exception):  # noqa: N818
    """The file is not a scenario; the message names file, place and fault."""


class _Core(yaml.SafeLoader):
    """YAML 1.2's core schema: dates are text, and only true and false are booleans."""


_Core.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def load_yaml(text: str) -> Any:
    """Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Core)  # noqa: S506 - a SafeLoader


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(Strict):
    roles: list[str] = Field(min_length=1)
    mission: str | None = None
    unit: str | None = None
    languages: list[str] = []


class Do(Strict):
    as_: str = Field(alias="as")
    do: str
    stream: str | None = None
    with_: dict[str, Any] = Field(alias="with", default={})
    save: dict[str, str] = {}
    events: list[str] = []
    no_events: list[str] = []
    command_id: str | None = None
    expected_version: int | None = None
    occurred_at: str | None = None
    comment: str | None = None
    refused: str | None = None
    names: list[str] = []
    not_names: list[str] = []


class Wait(Strict):
    wait: Annotated[str, Field(pattern=r"^[0-9]+(s|m|h|d|bd)$|^([0-9]+[dhms])+$")]
    events: list[str] = []
    no_events: list[str] = []


def _in_known_words(service: str, told: dict[str, Any]) -> None:
    """The sandbox's words; their values are checked once names and times are known."""
    for operation, how in told.items():
        known = OPERATIONS[service].get(operation)
        if known is None:
            words = ", ".join(OPERATIONS[service])
            raise ValueError(f"{service}.{operation} is none of {words}")
        if not isinstance(how, dict):
            raise ValueError(f"{service}.{operation} is a mapping")  # noqa: TRY004
        for key in how:
            if key not in known.model_fields:
                words = ", ".join(known.model_fields)
                raise ValueError(f"{service}.{operation}.{key} is none of {words}")


class Service(Strict):
    service: Literal["immigration", "mission"]
    set: dict[str, Any]
    events: list[str] = []
    no_events: list[str] = []

    @model_validator(mode="after")
    def _words(self) -> "Service":
        _in_known_words(self.service, self.set)
        return self


class Crash(Strict):
    crash: Literal["worker"]
    events: list[str] = []
    no_events: list[str] = []


class Read(Strict):
    as_: str = Field(alias="as")
    read: str
    sees: dict[str, Any] = {}
    hides: list[str] = []
    refused: str | None = None


class Holds(Strict):
    stream: str
    state: str | None = None
    tracks: dict[str, Any] = {}
    holds: list[str] | None = None
    tasks: list[str] | None = None
    events: dict[str, int] = {}


Step = Do | Wait | Service | Crash | Read
KINDS: dict[str, type[Strict]] = {
    "do": Do, "wait": Wait, "service": Service, "crash": Crash, "read": Read,
}  # fmt: skip


def _one_kind(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError("a step is a mapping")  # noqa: TRY004 - pydantic wants ValueError
    kinds = [kind for kind in KINDS if kind in value]
    if len(kinds) != 1:
        raise ValueError(f"a step has exactly one of {', '.join(KINDS)}")
    return KINDS[kinds[0]].model_validate(value)


class Fragment(Strict):
    fragment: str
    include: list[str] = []
    actors: dict[str, Person] = {}
    steps: list[Any] = []


class Scenario(Strict):
    scenario: str
    now: AwareDatetime
    include: list[str] = []
    actors: dict[str, Person] = {}
    services: dict[Annotated[str, Field(pattern="^(immigration|mission)$")], dict[str, Any]] = {}
    steps: list[Any] = []
    then: list[Holds] = []

    @model_validator(mode="after")
    def _something_is_told(self) -> "Scenario":
        if not self.steps and not self.include:
            raise ValueError("a scenario has steps, or includes some")
        for service, told in self.services.items():
            _in_known_words(service, told)
        return self


class Story(Strict):
    """A scenario with its fragments laid out before it."""

    path: Path
    title: str
    now: datetime
    actors: dict[str, Person]
    services: dict[str, dict[str, Any]]
    steps: list[tuple[str, Any]]
    """Where each step stands (`rescued.yaml step 3`), and the step."""
    then: list[Holds]


def read_story(path: Path) -> Story:
    """The story of a file; raises NotAScenario."""
    scenario = _read(path, Scenario)
    actors: dict[str, Person] = {}
    steps: list[tuple[str, Any]] = []
    included: set[str] = set()
    for name in scenario.include:
        _include(path.parent / "fragments", name, actors, steps, included)
    actors |= scenario.actors
    steps += _steps(path, scenario.steps)
    return Story(
        path=path, title=scenario.scenario, now=scenario.now, actors=actors,
        services=scenario.services, steps=steps, then=scenario.then,
    )  # fmt: skip


def _include(
    folder: Path,
    name: str,
    actors: dict[str, Person],
    steps: list[tuple[str, Any]],
    included: set[str],
) -> None:
    if name in included:
        return
    included.add(name)
    path = folder / f"{name}.yaml"
    fragment = _read(path, Fragment)
    for other in fragment.include:
        _include(folder, other, actors, steps, included)
    actors |= fragment.actors
    steps += _steps(path, fragment.steps)


def _steps(path: Path, raw: list[Any]) -> Iterator[tuple[str, Any]]:
    for nth, value in enumerate(raw, 1):
        where = f"{path.name} step {nth}"
        try:
            yield where, _one_kind(value)
        except (ValidationError, ValueError) as fault:
            raise NotAScenario(f"{where}: {_said(fault)}") from None


def _read(path: Path, model: type[Any]) -> Any:
    try:
        return model.model_validate(load_yaml(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise NotAScenario(f"{path}: {fault.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise NotAScenario(f"{path}: is not YAML: {fault}") from None
    except ValidationError as fault:
        raise NotAScenario(f"{path}: {_said(fault)}") from None


def _said(fault: ValueError) -> str:
    if not isinstance(fault, ValidationError):
        return str(fault)
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc']) or 'file'}: {error['msg']}"
        for error in fault.errors(include_url=False)
    )


def find_scenarios(paths: list[Path]) -> list[Path]:
    """Files as given; of folders, every *.yaml in them but fragments."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.glob("*.yaml"))
        else:
            found.append(path)
    return found
