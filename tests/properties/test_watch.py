"""Whoever watches the histories sees what is wrong in one: each thing taken away is missed by name."""

import pytest
from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.streams import fold
from tests.badinput.world import who
from tests.properties.machine import tour
from tests.properties.watch import faults_of, stands_wrong

LEAVING = {
    "screening": ("ScreeningRecorded",), "determination": ("StatusDetermined",),
    "risk": ("ReturnRiskAssessed",), "approved risk": ("ReturnRiskApproved",),
    "reflection over": ("ReflectionEnded", "ReflectionWaived"), "wish": ("ConsentRecorded",),
    "exit permit": ("ExitPermitIssued",), "reception": ("ReceptionArranged",),
    "travel": ("TravelBooked",), "cleared": ("DepartureCleared",),
}  # fmt: skip


def told(stand: str) -> list[Event]:
    stream, world = tour().stands[stand]
    return list(world.streams[stream])


def renumbered(events: list[Event]) -> list[Event]:
    return [replace(event, version=nth) for nth, event in enumerate(events, start=1)]


def left(events: list[Event], kind: str) -> int:
    return next(nth for nth, event in enumerate(events) if event.type == kind)


def test_nothing_is_wrong_with_the_tour_itself() -> None:
    for stand in tour().stands:
        assert faults_of(told(stand), 0) == []


@pytest.mark.parametrize("missing", LEAVING)
def test_a_departure_without_one_of_its_needs_is_seen(missing: str) -> None:
    events = renumbered([e for e in told("departed") if e.type not in LEAVING[missing]])
    wrong = faults_of(events, left(events, "DepartureRecorded"))
    assert f"DepartureRecorded without {missing}" in wrong


@pytest.mark.parametrize("kind", ["PROTECTION", "COURT", "SAFETY"])
def test_a_departure_in_spite_of_a_hold_is_seen(kind: str) -> None:
    events = told("departed")
    at = left(events, "DepartureRecorded")
    hold = next(e for e in told_of("place_hold") if e.type == "HoldPlaced")
    held = replace(hold, stream=events[0].stream, fact=replace(hold.fact, kind=kind))
    wrong = faults_of(renumbered([*events[:at], held, events[at]]), at + 1)
    assert "DepartureRecorded without holds" in wrong


def told_of(command: str) -> list[Event]:
    """The events after the command was given on the tour."""
    world, moment = tour().world, tour().moments[command]
    world.back_to(moment.before)
    before = len(moment.before.order)
    world.command(command, tour().body(moment), who(moment.person))
    return list(world.store.order[before:])


def test_a_handoff_without_consent_is_seen() -> None:
    events = [e for e in told("asked") if e.type != "ConsentRecorded"]
    wrong = faults_of(renumbered(events), 0)
    assert "HandoffOpened without consent" in wrong


@pytest.mark.parametrize("fear", ["yes", "not_asked"])
def test_a_handoff_without_fear_answered_no_is_seen(fear: str) -> None:
    events = [
        replace(e, fact=replace(e.fact, fear_of_own_authorities=fear))
        if e.type == "ScreeningRecorded"
        else e
        for e in told("asked")
    ]
    assert "HandoffOpened without fear answered no" in faults_of(events, 0)


@pytest.mark.parametrize(
    ("step", "decision"),
    [
        ("ReturnRiskAssessed", "ReturnRiskApproved"), ("WaiverProposed", "WaiverEndorsed"),
        ("WaiverEndorsed", "WaiverApproved"), ("AssessmentSubmitted", "StatusDetermined"),
        ("TravelBooked", "DepartureCleared"),
    ],
)  # fmt: skip
def test_who_decided_on_their_own_step_is_seen(step: str, decision: str) -> None:
    events = told("departed")
    by = next(e.by for e in events if e.type == step)
    own = [replace(e, by=by) if e.type == decision else e for e in events]
    command = next(e.command for e in events if e.type == decision)
    assert any(f"{by} gave {command} after" in wrong for wrong in faults_of(own, 0))


def test_events_out_of_number_or_of_time_are_seen() -> None:
    events = told("screened")
    assert any("stands at" in wrong for wrong in faults_of([events[0], *events], 0))
    early = replace(events[-1], recorded_at=events[0].recorded_at.replace(year=2021))
    assert any("before the event before" in wrong for wrong in faults_of([*events[:-1], early], 0))


def test_a_case_that_waits_for_nothing_is_seen() -> None:
    events = told("screened")
    state = fold(blank(events[0].stream), events)
    assert stands_wrong(state) == []
    assert stands_wrong(replace(state, deadlines={})) == [
        f"{state.id} in {state.state} waits for nothing"
    ]
