"""The generic form made from a command's schema: what a person fills in, in their language."""

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo
from pydantic.types import AwareDatetime

from homeward.domain.commands import COMMANDS
from homeward.domain.fields import PartialDate, PastMoment
from homeward.domain.reference import codes
from homeward.edge.catalogue import Lang, catalogue, term
from homeward.edge.figures import country_choices, language_choices, province
from homeward.edge.formfield import Choice, FormField, Kind
from homeward.edge.words import value_word
from homeward.sealing.forms import clear_form

__all__ = ["Choice", "FormField", "form_of"]

SHORT = 1000
"""Texts that may be longer get a box of several lines."""
COUNTRY, LANGUAGE = get_args(codes.Country)[1], get_args(codes.Language)[1]
PROVINCES = frozenset(
    mark for kind in (codes.Province, codes.ProvinceCode, codes.ToldProvince)
    for mark in get_args(kind)[1:]
)  # fmt: skip
PARTIAL, PAST = get_args(PartialDate)[1], get_args(PastMoment)[1]


@cache
def form_of(name: str, lang: Lang) -> tuple[FormField, ...]:
    """The fields of a command, in the order of its class. KeyError for an unknown command."""
    return _fields(clear_form(COMMANDS[name]), name, lang)


def _fields(model: type[BaseModel], command: str, lang: Lang) -> tuple[FormField, ...]:
    found = []
    for name, info in model.model_fields.items():
        told = info.alias or name
        annotation = (
            Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        )
        if annotation is type(None):
            continue
        found.append(_field(told, annotation, info, command, lang))
    return tuple(found)


def _field(
    name: str, annotation: Any, info: FieldInfo | None, command: str, lang: Lang
) -> FormField:
    words = catalogue(lang)
    own = words.find("field", f"{command}.{name}")
    made = _shape(annotation, command, lang, name)
    return made.replace(
        name=name,
        label=own or (term("field", name, lang) if name else ""),
        hint=words.find("hint", f"{command}.{name}") or words.find("hint", name) or made.hint,
        required=(info is None or info.is_required()) and not made.optional,
    )


def _shape(annotation: Any, command: str, lang: Lang, name: str = "") -> FormField:
    """Kind, choices and inner fields of a type, its marks looked through."""
    marks, base, optional = _bare(annotation)
    made = _of(base, marks, command, lang, name)
    return made.replace(optional=optional)


def _bare(annotation: Any) -> tuple[list[Any], Any, bool]:
    """Marks, the type itself, and whether it may be left out."""
    marks: list[Any] = []
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            marks += more
        elif origin in (Union, types.UnionType):
            members = [part for part in get_args(annotation) if part is not type(None)]
            optional = optional or len(members) < len(get_args(annotation))
            if len(members) > 1:
                return marks, tuple(members), optional
            annotation = members[0]
        else:
            return marks, annotation, optional


def _of(base: Any, marks: list[Any], command: str, lang: Lang, name: str) -> FormField:
    origin, inner = get_origin(base), get_args(base)
    if isinstance(base, tuple):
        return _either(base, command, lang)
    if origin is Literal:
        return FormField(kind="choice", choices=_choices(inner, lang, name))
    if origin in (tuple, list, frozenset, set):
        return _several(inner[0], command, lang, name)
    if origin is dict:
        return _keyed(inner[0], inner[1], command, lang)
    if isinstance(base, type) and issubclass(base, BaseModel):
        return FormField(kind="group", fields=_fields(base, command, lang))
    return FormField(
        kind=_leaf(base, marks), choices=_listed(marks, lang, name), past=PAST in marks
    )


def _leaf(base: Any, marks: list[Any]) -> Kind:
    if PARTIAL in marks:
        return "partial_date"
    if any(mark in (COUNTRY, LANGUAGE) or mark in PROVINCES for mark in marks if _hashable(mark)):
        return "choice"
    if base is AwareDatetime:
        return "datetime"
    name = getattr(base, "__name__", "")
    kinds: dict[str, Kind] = {
        "bool": "bool", "int": "int", "float": "float", "Decimal": "decimal", "date": "date",
        "datetime": "datetime", "UUID": "id", "dict": "json",
    }  # fmt: skip
    if name in kinds:
        return kinds[name]
    if _alternatives(marks):
        return "choice"
    return "textarea" if (_longest(marks) or 0) > SHORT else "text"


def _hashable(mark: Any) -> bool:
    return getattr(type(mark), "__hash__", None) is not None


def _longest(marks: list[Any]) -> int | None:
    lengths = [getattr(mark, "max_length", None) for mark in marks]
    return next((length for length in lengths if length is not None), None)


def _alternatives(marks: list[Any]) -> tuple[str, ...]:
    """Options told as a pattern: ^(yes|no|unknown)$."""
    for mark in marks:
        pattern = getattr(mark, "pattern", None)
        if isinstance(mark, (StringConstraints, FieldInfo)) or pattern:
            text = str(pattern or "")
            if text.startswith("^(") and text.endswith(")$") and "[" not in text:
                return tuple(text[2:-2].split("|"))
        for inner in getattr(mark, "metadata", ()):
            if found := _alternatives([inner]):
                return found
    return ()


def _listed(marks: list[Any], lang: Lang, name: str) -> tuple[Choice, ...]:
    hashable = [mark for mark in marks if _hashable(mark)]
    if COUNTRY in hashable:
        return tuple(Choice(*pair) for pair in country_choices(lang))
    if LANGUAGE in hashable:
        return tuple(Choice(*pair) for pair in language_choices(lang))
    if any(mark in PROVINCES for mark in hashable):
        return tuple(Choice(f"KH-{n}", province(f"KH-{n}", lang)) for n in range(1, 26))
    return _choices(_alternatives(marks), lang, name)


def _choices(values: tuple[Any, ...], lang: Lang, name: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(value), value_word(name, str(value), lang) or str(value)) for value in values
    )


def _several(inner: Any, command: str, lang: Lang, name: str) -> FormField:
    if get_origin(_bare(inner)[1]) is Literal:
        options = get_args(_bare(inner)[1])
        return FormField(kind="choices", choices=_choices(options, lang, name))
    item = _field("", inner, None, command, lang)
    if item.kind in ("text", "textarea", "id"):
        return FormField(kind="lines")
    return FormField(kind="list", item=item)


def _keyed(key: Any, value: Any, command: str, lang: Lang) -> FormField:
    if get_origin(key) is not Literal:
        return FormField(kind="json")
    fields = tuple(_field(str(name), value, None, command, lang) for name in get_args(key))
    return FormField(kind="group", fields=fields)


def _either(members: tuple[Any, ...], command: str, lang: Lang) -> FormField:
    """An id of something known, or a group that tells of something new."""
    shapes = [_shape(member, command, lang) for member in members]
    groups = [shape for shape in shapes if shape.kind == "group"]
    leaves = [shape for shape in shapes if shape.kind != "group"]
    if not groups or not leaves:
        return (groups or leaves)[0]
    return FormField(kind="either", fields=groups[0].fields, item=leaves[0])
