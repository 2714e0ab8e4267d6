"""Sealing a whole command, and opening what a reader may read."""

from collections.abc import Callable, Mapping
from typing import Any, get_args, get_origin

import msgspec
from pydantic import BaseModel

from homeward.domain.sealed import Sealed
from homeward.sealing.box import Sealer, Unreadable
from homeward.sealing.forms import closed_in, hints

SubjectOf = Callable[[tuple[str | int, ...]], str]
UNREADABLE = {"unreadable": True}


def seal(
    clear: BaseModel, cls: type[BaseModel], sealer: Sealer, subject_of: SubjectOf
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
    sealer: Sealer,
    subject_of: SubjectOf,
    path: tuple[str | int, ...],
) -> dict[str, Any]:
    typed = hints(cls)
    return {
        name: _seal(value, typed[name], sealer, subject_of, (*path, name))
        for name, value in data.items()
    }


def _seal(
    value: Any, annotation: Any, sealer: Sealer, subject_of: SubjectOf, path: tuple[str | int, ...]
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


def unseal(value: Any, sealer: Sealer) -> Any:
    """The same JSON data with every sealed value opened, or marked unreadable."""
    if isinstance(value, Sealed):
        try:
            return sealer.open(value)
        except Unreadable:
            return dict(UNREADABLE)
    if isinstance(value, Mapping):
        return {key: unseal(item, sealer) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [unseal(item, sealer) for item in value]
    if isinstance(value, msgspec.Struct):
        return {name: unseal(getattr(value, name), sealer) for name in value.__struct_fields__}
    if isinstance(value, BaseModel):
        return unseal(dict(value), sealer)
    return msgspec.to_builtins(value)
