"""The clear form of a command: the same class with every closed field in its clear type."""

import types
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, create_model

from homeward.domain.commands import Command
from homeward.domain.fieldgroups import SetByEdge
from homeward.domain.sealed import Closed


def closed_in(annotation: Any) -> Closed | None:
    """The mark on a field's type, looking through `| None`."""
    if get_origin(annotation) is Annotated:
        return next((m for m in get_args(annotation)[1:] if isinstance(m, Closed)), None)
    if get_origin(annotation) in (Union, types.UnionType):
        found = [closed_in(part) for part in get_args(annotation)]
        return next((mark for mark in found if mark), None)
    return None


def _clear_type(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *marks = get_args(annotation)
        for mark in marks:
            if isinstance(mark, Closed):
                return mark.clear
        return Annotated[(_clear_type(base), *marks)]
    if origin in (Union, types.UnionType):
        return Union[tuple(_clear_type(part) for part in get_args(annotation))]  # noqa: UP007
    if origin is not None and get_args(annotation):
        parts = tuple(p if p is ... else _clear_type(p) for p in get_args(annotation))
        return annotation if parts == get_args(annotation) else origin[parts]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return clear_form(annotation)
    return annotation


def set_by_edge(annotation: Any) -> bool:
    """Fields that the caller may not give."""
    return get_origin(annotation) is Annotated and any(
        mark is SetByEdge or isinstance(mark, SetByEdge) for mark in get_args(annotation)[1:]
    )


def hints(cls: type[BaseModel]) -> dict[str, Any]:
    """Each field's type with its marks."""
    every = get_type_hints(cls, include_extras=True)
    return {name: every[name] for name in cls.model_fields}


@cache
def clear_form(cls: type[BaseModel]) -> type[BaseModel]:
    """What a caller sends. Its validators are the class's own; unknown fields are refused."""
    fields: dict[str, Any] = {}
    for name, annotation in hints(cls).items():
        info = cls.model_fields[name]
        clear = None if set_by_edge(annotation) else _clear_type(annotation)
        if clear is not annotation:
            # pydantic keeps one FieldInfo a class: give the subclass its own
            default = ... if info.is_required() else info.default
            fields[name] = (clear, default)
    if not fields:
        return cls
    return create_model(f"Clear{cls.__name__}", __base__=cls, **fields)


def clear_forms(commands: dict[str, type[Command]]) -> dict[str, type[BaseModel]]:
    return {name: clear_form(cls) for name, cls in commands.items()}
