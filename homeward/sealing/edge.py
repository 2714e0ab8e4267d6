"""Sealing a whole command, and opening what a reader may read.

Each is walked twice: first to learn which keys are needed, so that they are fetched at once, then
with them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, get_args, get_origin

import msgspec
from pydantic import BaseModel

from homeward.domain.sealed import Compartment, Sealed
from homeward.sealing.box import MATCH, Owned, Sealer, Unreadable
from homeward.sealing.forms import closed_in, hints

SubjectOf = Callable[[tuple[str | int, ...]], str]


class Closer(Protocol):
    """What closes one value."""

    def close(
        self, value: Any, subject: str, compartment: Compartment, field: str, *, match: bool = False
    ) -> Sealed: ...


class _Noting:
    """Closes nothing and notes whose keys would have been taken."""

    def __init__(self) -> None:
        self.wanted: set[Owned] = set()

    def close(
        self,
        value: Any,  # noqa: ARG002
        subject: str,
        compartment: Compartment,
        field: str,
        *,
        match: bool = False,
    ) -> Sealed:
        self.wanted.add((subject, compartment))
        if match:
            self.wanted.add((subject, MATCH))
        return Sealed(subject, compartment, field, "", "")


def wanted(clear: BaseModel, cls: type[BaseModel], subject_of: SubjectOf) -> set[Owned]:
    """The keys that `seal` will take."""
    noting = _Noting()
    seal(clear, cls, noting, subject_of)
    return noting.wanted


def seal(
    clear: BaseModel, cls: type[BaseModel], sealer: Closer, subject_of: SubjectOf
) -> dict[str, Any]:
    """The fields of `cls` as plain JSON data, closed where marked; what was not given stays out.

    `clear` is an instance of `clear_form(cls)`; `subject_of` tells, by a field's path, whose it is.
    """
    return _seal_model(
        clear.model_dump(mode="json", exclude_unset=True), cls, sealer, subject_of, ()
    )


def _seal_model(
    data: Mapping[str, Any],
    cls: type[BaseModel],
    sealer: Closer,
    subject_of: SubjectOf,
    path: tuple[str | int, ...],
) -> dict[str, Any]:
    typed = hints(cls)
    return {
        name: _seal(value, typed[name], sealer, subject_of, (*path, name))
        for name, value in data.items()
    }


def _seal(
    value: Any, annotation: Any, sealer: Closer, subject_of: SubjectOf, path: tuple[str | int, ...]
) -> Any:
    if value is None:
        return None
    if mark := closed_in(annotation):
        field = ".".join(str(part) for part in path if isinstance(part, str))
        box = sealer.close(value, subject_of(path), mark.compartment, field, match=mark.match)
        return msgspec.to_builtins(box)
    for part in _options(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel) and isinstance(value, Mapping):
            return _seal_model(value, part, sealer, subject_of, path)
        origin, inner = get_origin(part), get_args(part)
        if origin in (tuple, list) and isinstance(value, list):
            return [_seal(v, inner[0], sealer, subject_of, (*path, n)) for n, v in enumerate(value)]
        if origin is dict and isinstance(value, Mapping):
            return {k: _seal(v, inner[1], sealer, subject_of, (*path, k)) for k, v in value.items()}
    return value


def _options(annotation: Any) -> tuple[Any, ...]:
    """The types a field may have: itself, or the members of its union, without marks."""
    if get_origin(annotation) is None or isinstance(annotation, type):
        return (annotation,)
    if hasattr(annotation, "__metadata__"):
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in (tuple, list, dict):
        return (annotation,)
    return tuple(option for part in get_args(annotation) for option in _options(part))


def sealed_values(value: Any) -> Iterator[Sealed]:
    """Every sealed value that `unseal` will open."""
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from sealed_values(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from sealed_values(item)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from sealed_values(getattr(value, name))
    elif isinstance(value, BaseModel):
        yield from sealed_values(dict(value))


def unseal(value: Any, sealer: Sealer) -> Any:
    """The same JSON data with every sealed value opened, or `{"unreadable": why}` in its place."""
    if isinstance(value, Sealed):
        try:
            return sealer.open(value)
        except Unreadable as shut:
            return {"unreadable": shut.why}
    if isinstance(value, Mapping):
        return {key: unseal(item, sealer) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [unseal(item, sealer) for item in value]
    if isinstance(value, msgspec.Struct):
        return {name: unseal(getattr(value, name), sealer) for name in value.__struct_fields__}
    if isinstance(value, BaseModel):
        return unseal(dict(value), sealer)
    return msgspec.to_builtins(value)
