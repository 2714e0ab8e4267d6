"""Deadlines as facts: armed with the event that starts them, from the terms in force then."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from homeward.domain.calendar import Terms, business_days_after
from homeward.domain.case.state import Case
from homeward.domain.deadlinerows import NONE, ROWS, After, Open, Row
from homeward.domain.decide import ARMERS
from homeward.domain.facts import Deadline, DeadlineExtended, DeadlinePassed, Event, Level
from homeward.domain.streams import StreamState, ends_deadlines

ENDED = frozenset({"CLOSED", "WITHDRAWN", "DECEASED"})
BY_NAME: dict[str, Row] = {row.name: row for row in ROWS}
PASSING = "pass_deadline"
TICK = timedelta(microseconds=1)
UNIT = {"h": "hours", "d": "days"}


def stands_open(row: Row, state: StreamState) -> Open:
    """The row's open instances; none before the first event, and none in an ended case."""
    if not state.exists or not isinstance(state, row.of):
        return NONE
    if isinstance(state, Case) and state.state in ENDED:
        return NONE
    return row.open(state)


def moment_of(after: After, start: datetime, terms: Terms) -> datetime | None:
    """`5bd` after the start, or the moment itself."""
    if not isinstance(after, str):
        return after
    shape = re.fullmatch(r"([0-9]+)(h|d|bd)", after)
    assert shape is not None, after
    count, unit = int(shape[1]), shape[2]
    if unit == "bd":
        return business_days_after(start, count, terms)
    return start + timedelta(**{UNIT[unit]: count})


def told(row: Row, state: Any, instance: str | None) -> tuple[After, ...]:
    return tuple(after(state, instance) if callable(after) else after for after, _ in row.due)


def arm(
    before: StreamState, after: StreamState, event: Event, terms: Terms
) -> tuple[Deadline, ...]:
    """The deadlines that start with the event."""
    return tuple(deadline for row in ROWS for deadline in _armed(row, before, after, event, terms))


def _armed(
    row: Row, before: StreamState, after: StreamState, event: Event, terms: Terms
) -> Iterator[Deadline]:
    now_open = stands_open(row, after)
    if not now_open:
        return
    was_open = stands_open(row, before)
    back = isinstance(before, Case) and before.state in ENDED
    for instance in now_open:
        if not _starts(row, instance, was_open, before, after, event):
            continue
        start = event.recorded_at if back else row.since(after) or event.recorded_at
        due = [moment_of(dur, start, terms) for dur in told(row, after, instance)]
        if back and row.anew is not None:
            least = moment_of(row.anew, start, terms)
            due = [max(moment, least) for moment in due if moment and least]
        rungs = zip(due, (tells for _, tells in row.due), strict=True)
        levels = tuple(Level(moment, tells) for moment, tells in rungs if moment is not None)
        levels = _not_passed_before(levels, _last_passing(before, row, instance), event.recorded_at)
        if levels:
            yield Deadline(
                name=row.name, instance=instance, silent=row.silent, terms=terms.version,
                levels=levels, every=int(row.every.total_seconds()),
            )  # fmt: skip


def _last_passing(state: StreamState, row: Row, instance: str | None) -> datetime | None:
    """When this deadline passed last; of a silent one, when any did, for they are facts apart."""
    passings = [event for event in getattr(state, "history", ()) if event.command == PASSING]
    of_this = [
        event.recorded_at
        for event in passings
        if (
            (event.fact.name, event.fact.instance) == (row.name, instance)
            if isinstance(event.fact, DeadlinePassed)
            else row.silent
        )
    ]
    return of_this[-1] if of_this else None


def _not_passed_before(
    levels: tuple[Level, ...], passed: datetime | None, now: datetime
) -> tuple[Level, ...]:
    """Each level at a moment of its own, and at none at which this deadline has passed already.

    A passing is known by its deadline and due time: the same once more would be taken for a
    repetition. A case that comes back, or a document found again, starts the same day anew.
    """
    if passed is None:
        return levels
    moved: list[Level] = []
    least = max(now, passed + TICK)
    for level in levels:
        due = level.due if level.due > passed else least
        due = max(due, moved[-1].due + TICK) if moved else due
        moved.append(Level(due, level.tells))
    return tuple(moved)


def _starts(
    row: Row,
    instance: str | None,
    was_open: Open,
    before: StreamState,
    after: StreamState,
    event: Event,
) -> bool:
    if row.name == "silence":
        return event.by_person and not isinstance(event.fact, DeadlineExtended)
    if instance not in was_open or isinstance(event.fact, row.restarts):
        return True
    # A moment that the state tells has moved with it: a new document, a longer period.
    moments = [m for m in told(row, after, instance) if isinstance(m, datetime)]
    return bool(moments) and list(told(row, before, instance)) != moments


def ended(after: StreamState, event: Event) -> list[str]:
    """The running deadlines of which what they wait for is done, or no longer to be done."""
    standing: dict[str, Open] = {}
    all_over = isinstance(after, Case) and after.state in ENDED
    found = []
    for key, deadline in after.deadlines.items():
        name = deadline.name
        row = BY_NAME.get(name)
        if row is None:
            continue
        if name not in standing:
            over = all_over or (row.ends and isinstance(event.fact, row.ends))
            standing[name] = NONE if over else stands_open(row, after)
        if deadline.instance not in standing[name]:
            found.append(key)
    return found


ARMERS.append(arm)
ends_deadlines(ended)
