"""One field of a generic form."""

from typing import Any, Literal, NamedTuple, Self

import msgspec

Kind = Literal[
    "text", "textarea", "int", "decimal", "float", "bool", "date", "partial_date", "datetime",
    "id", "json", "choice", "choices", "lines", "list", "group", "either",
]  # fmt: skip
"""`lines`: one text a line. `list`: rows of `item`. `either`: `item`, or the group of `fields`."""


class Choice(NamedTuple):
    value: str
    label: str


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, in words; `name` is its part of the dotted path."""

    name: str = ""
    label: str = ""
    hint: str | None = None
    kind: Kind = "text"
    required: bool = True
    optional: bool = False
    past: bool = False
    """A time that has been: now is a likely answer."""
    choices: tuple[Choice, ...] = ()
    fields: tuple["FormField", ...] = ()
    item: "FormField | None" = None

    def replace(self, **changes: Any) -> Self:
        return msgspec.structs.replace(self, **changes)
