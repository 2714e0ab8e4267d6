"""One page of a list, and where the next begins (keyset: no page is slower than the first)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg
import msgspec

from homeward.domain.actors import CASE_ROLES, ROLES, Actor
from homeward.domain.kinds import STATES
from homeward.eventstore.pool import Pool, reaching

Line = TypeVar("Line")
LONGEST = 200
"""Lines of a page at most."""


class Page(msgspec.Struct, Generic[Line], frozen=True):
    """`after` asks for the next page; None: there is none."""

    lines: tuple[Line, ...]
    after: str | None = None


def page(
    found: Sequence[asyncpg.Record],
    limit: int,
    line: Callable[[asyncpg.Record], Line],
    *place: str,
) -> Page[Line]:
    """Of `beyond(limit)` rows at most; `place`: the columns that the list is ordered by."""
    shown = found[: beyond(limit) - 1]
    more = len(found) > len(shown)
    return Page(
        tuple(line(row) for row in shown),
        _mark([shown[-1][column] for column in place]) if more else None,
    )


async def fetch(pool: Pool, sql: str, *told: Any) -> list[asyncpg.Record]:
    """ValueError: the place that was told is no place at all."""
    with reaching():
        try:
            return await pool.fetch(sql, *told)
        except asyncpg.DataError as fault:
            raise ValueError("after: no page ended here") from fault


def beyond(limit: int) -> int:
    """How many rows to ask for, to know whether there is a next page."""
    return max(1, min(limit, LONGEST)) + 1


def _mark(place: list[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def place_of(after: str | None, *start: Any) -> list[Any]:
    """What `after` says, else the `start` of the list. ValueError: it is none of ours."""
    if after is None:
        return list(start)
    try:
        data = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        place: list[Any] = msgspec.json.decode(data, type=list[str | int])
    except (binascii.Error, msgspec.DecodeError, ValueError) as fault:
        raise ValueError("after: no page ended here") from fault
    if [type(part) for part in place] != [type(part) for part in start]:
        raise ValueError("after: no page of this list ended here")
    return place


def names(actor: Actor) -> list[str]:
    """As conflicts of interest name the actor."""
    return [actor.id] if actor.unit is None else [actor.id, f"unit:{actor.unit}"]


def sees_all(actor: Actor) -> bool:
    return actor.has("supervisor", "auditor")


def kinds(actor: Actor) -> list[str]:
    """Kinds of streams whose lines the actor may see at all."""
    if actor.roles <= {"liaison", "statistician", "administrator"}:
        return ["request"] if actor.has("liaison") else []
    may_read_cases = not actor.roles.isdisjoint(CASE_ROLES)
    return [kind for kind in STATES if kind != "case" or may_read_cases]


def seeing(actor: Actor) -> tuple[Any, ...]:
    """$1 to $4 of every list."""
    return actor.id, names(actor), sees_all(actor), kinds(actor)


def who(actor: Actor) -> list[str]:
    """The names under which tasks are kept: the person, and every role (a liaison's by mission)."""
    roles = [
        f"liaison:{actor.mission}" if role == "liaison" else role
        for role in sorted(actor.roles & ROLES)
        if role != "liaison" or actor.mission
    ]
    return [f"@{actor.id}", *roles]
