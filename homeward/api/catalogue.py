"""What commands there are: who gives them, on what, with which fields, and an example of each."""

from functools import cache
from typing import Any

from homeward.api.examples import example_of
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.domain.commands import COMMANDS, Command
from homeward.sealing.forms import clear_form


def offered() -> dict[str, type[Command]]:
    """Commands that people give; timers' and partners' own are nobody's to send."""
    return {name: cls for name, cls in sorted(COMMANDS.items()) if not cls.spec.system}


@cache
def schema_of(name: str) -> dict[str, Any]:
    """JSON Schema of the fields in clear."""
    schema = clear_form(COMMANDS[name]).model_json_schema()
    return {**schema, "title": name, "description": about(COMMANDS[name])}


def about(cls: type[Command]) -> str:
    """The first paragraph of what the class says of itself."""
    told = cls.__doc__ or ""
    inherited = any(told == base.__doc__ for base in cls.__mro__[1:])
    return "" if inherited else " ".join(told.split("\n\n")[0].split())


@cache
def entry(name: str) -> dict[str, Any]:
    cls = COMMANDS[name]
    return {
        "name": name,
        "stream": cls.spec.stream,
        "opens": cls.spec.opens,
        "by": sorted(cls.spec.by),
        "not_by": list(cls.spec.not_by),
        "about": about(cls),
        "schema": schema_of(name),
        "example": example_of(name),
    }


def catalogue() -> list[dict[str, Any]]:
    return [entry(name) for name in offered()]
