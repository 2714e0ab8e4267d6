"""A form being filled in: what was typed, what is wrong with it, and the JSON it stands for.

What was typed is kept as typed until the command is taken; rows left blank are dropped, so the
paths of the faults are the paths on the page.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from homeward.console.values import GIVEN_NOTHING, json_of_leaf, parts_of_moment
from homeward.edge.formfield import Choice, FormField

Typed = Mapping[str, Sequence[str]]
PARTS: dict[str, tuple[str, ...]] = {
    "date": ("day", "month", "year"),
    "partial_date": ("day", "month", "year"),
    "datetime": ("day", "month", "year", "time"),
}
ROWS_AT_MOST = 50
ChoicesFor = Callable[[str], tuple[Choice, ...]]


class Node(msgspec.Struct, kw_only=True):
    """One field on the page."""

    field: FormField
    path: str
    error: str | None = None
    values: list[str] = []
    parts: dict[str, str] = {}
    nodes: list["Node"] = []
    """Of a group its fields, of a list its rows."""
    item: "Node | None" = None

    @property
    def id(self) -> str:
        return "f-" + self.path.replace(".", "-")

    @property
    def first_id(self) -> str:
        """Where the error summary leads: the first thing that can be typed into."""
        if self.parts:
            return f"{self.id}-day"
        if self.item is not None:
            return self.item.first_id
        if self.nodes:
            return self.nodes[0].first_id
        return self.id

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def filled(self) -> bool:
        return (
            any(value.strip() for value in self.values)
            or any(self.parts.values())
            or any(node.filled for node in self.nodes)
            or (self.item is not None and self.item.filled)
        )

    def inner(self) -> Iterator["Node"]:
        yield self
        if self.item is not None:
            yield from self.item.inner()
        for node in self.nodes:
            yield from node.inner()

    def json(self) -> Any:
        """GIVEN_NOTHING where nothing was given and nothing has to be."""
        kind = self.field.kind
        if kind == "group":
            if not self.filled and not self.field.required:
                return GIVEN_NOTHING
            return fields_json(self.nodes)
        if kind == "list":
            if not self.nodes and not self.field.required:
                return GIVEN_NOTHING
            return [node.json() for node in self.nodes if node.filled]
        if kind == "either":
            if self.item is not None and self.item.filled:
                return self.item.json()
            given = any(node.filled for node in self.nodes)
            return fields_json(self.nodes) if given else GIVEN_NOTHING
        return json_of_leaf(self.field, self.values, self.parts)


class Form(NamedTuple):
    """A whole form, with the faults that belong to no field of it."""

    nodes: list[Node]
    other: list[str]

    @property
    def faulty(self) -> list[Node]:
        return [one for node in self.nodes for one in node.inner() if one.error]

    def json(self) -> dict[str, Any]:
        return fields_json(self.nodes)


def fields_json(nodes: Sequence[Node]) -> dict[str, Any]:
    given = {node.field.name: node.json() for node in nodes}
    return {name: value for name, value in given.items() if value is not GIVEN_NOTHING}


def fill(
    fields: Sequence[FormField],
    typed: Typed,
    choices_for: ChoicesFor = lambda _: (),
    add: str | None = None,
) -> Form:
    """The form as typed. `add`: the path of a list that one more row is wanted for."""
    nodes = [
        _node(_with_choices(field, choices_for), field.name, field.name, typed, add)
        for field in fields
    ]
    return Form(nodes, [])


def fresh(
    fields: Sequence[FormField],
    now: datetime,
    given: Typed,
    choices_for: ChoicesFor = lambda _: (),
) -> Form:
    """A form nobody typed into yet: times that have been start at now."""
    typed: dict[str, Sequence[str]] = {}
    for field in fields:
        if field.kind == "datetime" and field.past and field.required:
            for part, value in parts_of_moment(now).items():
                typed[f"{field.name}.{part}"] = [value]
    return fill(fields, {**typed, **given}, choices_for)


def _with_choices(field: FormField, choices_for: ChoicesFor) -> FormField:
    if field.kind in ("id", "text") and (choices := choices_for(field.name)):
        return field.replace(kind="choice", choices=choices)
    return field


def _node(field: FormField, read: str, path: str, typed: Typed, add: str | None) -> Node:
    """`read`: the name it was typed under; `path`: its name now that blank rows are gone."""
    node = Node(field=field, path=path)
    if field.kind in PARTS:
        node.parts = {part: _one(typed, f"{read}.{part}") for part in PARTS[field.kind]}
    elif field.kind == "group":
        node.nodes = _inner(field, read, path, typed, add)
    elif field.kind == "either":
        node.nodes = _inner(field, read, path, typed, add)
        item = field.item or FormField()
        node.item = _node(item, f"{read}.id", f"{path}.id", typed, add)
    elif field.kind == "list":
        node.nodes = _rows(field, read, path, typed, add)
    else:
        node.values = [str(value) for value in typed.get(read, ())]
    return node


def _inner(field: FormField, read: str, path: str, typed: Typed, add: str | None) -> list[Node]:
    return [
        _node(one, f"{read}.{one.name}", f"{path}.{one.name}", typed, add) for one in field.fields
    ]


def _rows(field: FormField, read: str, path: str, typed: Typed, add: str | None) -> list[Node]:
    item = field.item or FormField()
    numbers = {
        int(head)
        for name in typed
        if name.startswith(f"{read}.")
        and (head := name.removeprefix(f"{read}.").split(".")[0]).isdecimal()
        and len(head) < 5
    }
    rows: list[Node] = []
    for number in sorted(numbers):
        row = _node(item, f"{read}.{number}", f"{path}.{len(rows)}", typed, add)
        if row.filled and len(rows) < ROWS_AT_MOST:
            rows.append(row)
    if not rows or add == read:
        rows.append(_node(item, f"{read}.-", f"{path}.{len(rows)}", typed, add))
    return rows


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "").strip()


def with_faults(form: Form, faults: Mapping[str, str]) -> Form:
    """Each fault beside its field; what belongs to none is told at the top of the page."""
    known = {one.path: one for node in form.nodes for one in node.inner()}
    other = []
    for path, told in faults.items():
        node = known.get(path) or known.get(path.rsplit(".", 1)[0])
        if node is None:
            other.append(told)
        elif node.error is None:
            node.error = told
    return Form(form.nodes, other)
