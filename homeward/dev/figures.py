"""What the demo ends with: the figures that a ministry would tell the press, counted from facts.

No names, no case numbers: totals alone.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from homeward.domain.calendar import local_date
from homeward.domain.case.state import Case
from homeward.domain.court import Court
from homeward.domain.facts import DeadlinePassed, Event
from homeward.domain.incident import Incident
from homeward.domain.kinds import blank
from homeward.domain.operation import Operation
from homeward.domain.reference.provinces import BY_CODE
from homeward.domain.request import Request
from homeward.domain.streams import StreamState, fold

HOME = frozenset({"RECEIVED", "FOLLOW_UP", "CLOSED"})


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    first: date
    last: date
    requests: int
    people_asked_for: int
    incidents: int
    substantiated: int
    operations: int
    provinces: tuple[str, ...]
    rescued: int
    rescued_again: int
    """Of them, how many were found held a second time: people count once."""
    others_present: int
    nations: tuple[str, ...]
    minors: int
    suspects: int
    detained: int
    detained_from: tuple[str, ...]
    before_court: int
    court_cases: int
    convicted: int
    fines: Decimal
    fines_unknown: int
    waived_in_full: int
    waived_in_part: int
    home_deported: int
    home_assisted: int
    on_the_way: int
    remain: int
    died: int
    withdrew: int
    no_victims: int
    still_here: int
    passed: int
    late: int


def figures(events: Iterable[Event]) -> Figures:
    """Counted from everything recorded in the streams that are looked at."""
    recorded = list(events)
    streams: dict[str, list[Event]] = {}
    for event in recorded:
        streams.setdefault(event.stream, []).append(event)
    states = {stream: fold(blank(stream), told) for stream, told in streams.items()}
    days = sorted(local_date(event.recorded_at) for event in recorded)
    late = sum(len(state.overdue) for state in states.values())
    return Figures(
        first=days[0],
        last=days[-1],
        passed=sum(isinstance(event.fact, DeadlinePassed) for event in recorded),
        late=late,
        **_asked(states),
        **_found(states),
        **_victims([state for state in states.values() if isinstance(state, Case)]),
    )


def _asked(states: Mapping[str, StreamState]) -> dict[str, Any]:
    requests = [state for state in states.values() if isinstance(state, Request)]
    incidents = [state for state in states.values() if isinstance(state, Incident)]
    return {
        "requests": len(requests),
        "people_asked_for": sum(request.people_count for request in requests),
        "incidents": len(incidents),
        "substantiated": sum(incident.state == "SUBSTANTIATED" for incident in incidents),
    }


def _found(states: Mapping[str, StreamState]) -> dict[str, Any]:
    operations = [s for s in states.values() if isinstance(s, Operation) and s.started_at]
    courts = [state for state in states.values() if isinstance(state, Court)]
    suspects = [suspect for one in operations for suspect in one.suspects.values()]
    detained = [suspect for suspect in suspects if suspect.detained]
    accused = [one for court in courts for one in court.accused.values()]
    return {
        "operations": len(operations),
        "provinces": _each(BY_CODE[one.province].english for one in operations),
        "others_present": sum(one.others_present or 0 for one in operations),
        "suspects": len(suspects),
        "detained": len(detained),
        "detained_from": _each(one.nationality for one in detained if one.nationality),
        "before_court": len(accused),
        "court_cases": len(courts),
        "convicted": sum(one.verdict == "convicted" for one in accused),
    }


def _victims(every: list[Case]) -> dict[str, Any]:
    before = {case.previous_episode for case in every}
    cases = [case for case in every if case.id not in before]
    known = [Decimal(case.fine.amount) for case in every if case.fine and case.fine.amount]
    applied = [case.waiver.percent for case in every if case.waiver.track == "APPLIED"]
    home = [case.mode_of_return for case in cases if case.state in HOME and case.received_at]
    gone = {
        "on_the_way": sum(case.state == "IN_TRANSIT" for case in cases),
        "remain": sum(case.state == "REMAINS" for case in cases),
        "died": sum(_was(case, "DECEASED") for case in cases),
        "withdrew": sum(_was(case, "WITHDRAWN") for case in cases),
        "no_victims": sum(_was(case, "ORDINARY_IMMIGRATION") for case in cases),
    }
    return {
        "rescued": len(cases),
        "rescued_again": len(every) - len(cases),
        "nations": _each(case.identity.nationalities[0].country for case in cases if case.identity),
        "minors": sum(case.minor for case in cases),
        "fines": sum(known, Decimal(0)),
        "fines_unknown": sum(case.fine is not None and case.fine.amount is None for case in every),
        "waived_in_full": applied.count(100),
        "waived_in_part": len(applied) - applied.count(100),
        "home_deported": home.count("deportation"),
        "home_assisted": home.count("assisted_voluntary_return"),
        "still_here": len(cases) - len(home) - sum(gone.values()),
        **gone,
    }


def _was(case: Case, state: str) -> bool:
    """Ended so, whether the file has been closed since or not."""
    return state == (case.endings[-1].before if case.state == "CLOSED" else case.state)


def _each(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(values)))


def sentences(told: Figures) -> list[str]:
    """The figures as they would be read out."""
    came_in = (
        f"From {told.first:%-d %B} to {told.last:%-d %B %Y} {told.requests} requests for"
        f" {told.people_asked_for} people came in; {told.incidents} cases of suspected trafficking"
        f" were opened, {told.substantiated} of them substantiated."
    )
    again = f", {told.rescued_again} of them twice," if told.rescued_again else ""
    nations = f"{len(told.nations)} nations ({', '.join(told.nations)})"
    rescued = (
        f"{told.operations} operations in {_and(told.provinces)} rescued {told.rescued}"
        f" people{again} of {nations}, {_count(told.minors, 'child')} among them;"
        f" {told.others_present} others were met and asked."
    )
    suspects = (
        f"{told.suspects} suspects are known, {told.detained} were detained, from"
        f" {len(told.detained_from)} countries ({', '.join(told.detained_from)});"
        f" {told.before_court} stood before the courts in {_count(told.court_cases, 'case')},"
        f" {told.convicted} convicted."
    )
    fines = (
        f"Immigration fines of USD {told.fines:,.2f}, and {told.fines_unknown} of unknown amount,"
        f" were assessed; {told.waived_in_full} waived in full, {told.waived_in_part} in part."
    )
    home = (
        f"{told.home_deported} home after deportation by the standard procedure,"
        f" {told.home_assisted} by assisted voluntary return; {told.on_the_way} on the way,"
        f" {told.remain} allowed to stay, {told.still_here} still waiting; {told.died} died,"
        f" {told.withdrew} wanted no more of us, {told.no_victims} proved to be no victim."
    )
    late = f"{told.passed} times a deadline passed and somebody was told; {told.late} are late now."
    return [came_in, rescued, suspects, fines, home, late]


def _count(n: int, word: str) -> str:
    plural = {"child": "children"}.get(word, f"{word}s")
    return f"{n} {word if n == 1 else plural}"


def _and(words: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1] if words else "")))
