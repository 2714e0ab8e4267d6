"""What the demo's docket comes to, told whole to the memory engine."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from homeward.dev.docket.report import cases_of, doors, table
from homeward.dev.docket.story import Docket
from homeward.dev.docket.telling import StoryBroke, Told, recall, tell
from homeward.dev.figures import figures, sentences
from homeward.dev.people import PEOPLE
from homeward.domain.calendar import local_date
from homeward.domain.case.state import Case
from homeward.domain.facts import DeadlinePassed
from homeward.domain.tasks import tasks
from homeward.ports import Answer

OPERATIONS = ("tower", "house", "harbour", "resort", "annex", "mill", "guesthouse")
TODAY = datetime.fromisoformat("2026-11-20T15:00:00+07:00")
ENDINGS = {
    "lotus": "CLOSED", "bamboo": "RECEIVED", "lantern": "REMAINS", "reed": "RECEIVED",
    "heron": "RECEIVED", "orchid": "FOLLOW_UP", "pearl": "RETURN_PREPARATION",
    "teak": "IN_TRANSIT", "cicada": "IN_TRANSIT", "wren": "PRESUMED", "egret": "IN_TRANSIT",
    "ibis": "RETURN_PREPARATION", "banyan": "ORDINARY_IMMIGRATION", "myna": "IDENTIFIED",
    "coral": "ASSESSED", "dune": "IDENTIFIED", "jade": "RETURN_PREPARATION",
    "pebble": "RETURN_PREPARATION", "amber": "CLEARED", "kite": "CLOSED", "fern": "DECEASED",
    "thistle": "IDENTIFIED", "moth": "REMAINS", "jasmine": "SCREENED", "finch": "INTERVIEWING",
}  # fmt: skip


def case(carried: Any, victim: str) -> Case:
    engine, told = carried
    state = engine.engine.store.states[told.case(victim)]
    assert isinstance(state, Case)
    return state


def types(carried: Any, victim: str) -> list[str]:
    engine, told = carried
    every = {name: stream for name, stream in told.saved.items() if name.startswith(f"{victim}.")}
    streams = {every[f"{victim}.case"], every.get(f"{victim}.first", "")} - {""}
    return [event.type for event in engine.engine.store.order if event.stream in streams]


@pytest.mark.parametrize("victim", ENDINGS)
async def test_everyone_ends_where_the_docket_leads_them(carried: Any, victim: str) -> None:
    assert case(carried, victim).state == ENDINGS[victim]


async def test_the_last_day_is_today_and_nothing_lies_ahead(carried: Any) -> None:
    engine, told = carried
    recorded = [event.recorded_at for event in engine.engine.store.order]
    assert local_date(recorded[0]) == told.first_day
    assert local_date(max(recorded)) == local_date(TODAY) == told.first_day + timedelta(days=62)
    assert max(recorded) <= TODAY


async def test_one_was_deported_by_the_standard_procedure_with_the_fine_waived(
    carried: Any,
) -> None:
    lotus = case(carried, "lotus")
    assert (lotus.mode_of_return, lotus.exit) == ("deportation", "EXIT_PERMIT_ISSUED")
    assert (lotus.waiver.track, lotus.waiver.percent) == ("APPLIED", 100)
    assert "DeportationOrderSigned" in types(carried, "lotus")


async def test_the_courts_hold_ended_a_clearance_and_two_people_lifted_it(carried: Any) -> None:
    engine, told = carried
    events = engine.engine.store.streams[told.case("bamboo")]
    way = [e.type for e in events if e.type in {
        "DepartureCleared", "HoldPlaced", "ClearanceRevoked", "StatementRecorded",
        "HoldLiftProposed", "HoldLifted", "DepartureRecorded",
    }]  # fmt: skip
    assert way == [
        "DepartureCleared", "HoldPlaced", "ClearanceRevoked", "StatementRecorded",
        "HoldLiftProposed", "HoldLifted", "DepartureCleared", "DepartureRecorded",
    ]  # fmt: skip
    lift = {e.type: e.by for e in events if e.type.startswith("HoldLift")}
    assert lift["HoldLiftProposed"] != lift["HoldLifted"]


async def test_no_embassy_ever_heard_of_the_one_in_fear(carried: Any) -> None:
    lantern = case(carried, "lantern")
    assert lantern.handoffs == {}
    assert lantern.missions_notified == frozenset()
    assert lantern.consular == {"VN": "RIGHT_EXPLAINED"}
    assert lantern.restricted
    assert {claim.outcome for claim in lantern.claims} == {"granted"}


async def test_the_child_went_home_with_a_guardian_and_a_decision_about_what_is_best(
    carried: Any,
) -> None:
    heron = case(carried, "heron")
    assert heron.minor
    assert heron.guardian is not None
    assert heron.best_interests is not None
    assert heron.best_interests.return_is_best
    assert {consent.by for consent in heron.consents.values()} == {"guardian"}


async def test_the_missed_bus_was_followed_by_a_second_departure(carried: Any) -> None:
    told = Counter(types(carried, "orchid"))
    assert (told["DepartureFailed"], told["DepartureCleared"]) == (1, 2)
    assert told["DepartureRecorded"] == 1
    assert case(carried, "orchid").mode_of_return == "assisted_voluntary_return"


async def test_the_silent_embassy_was_escalated_to_officer_ministry_and_supervisor(
    carried: Any,
) -> None:
    engine, told = carried
    passed = [
        (e.fact.name, e.fact.tells)
        for e in engine.engine.store.streams[told.case("pearl")]
        if isinstance(e.fact, DeadlinePassed)
    ]
    assert passed == [
        ("handoff.accept", "officer"), ("handoff.answer", "officer"), ("handoff.answer", "mfa"),
        ("handoff.answer", "supervisor"),
    ]  # fmt: skip


async def test_whom_the_embassy_denies_goes_home_as_one_without_a_state(carried: Any) -> None:
    teak = case(carried, "teak")
    assert (teak.stateless, teak.residence_state, teak.hold_kinds) == (True, "TH", frozenset())
    seen = types(carried, "teak")
    assert seen.index("NationalityDenied") < seen.index("HoldPlaced") < seen.index("HoldLifted")
    assert seen[-1] == "DepartureRecorded"


async def test_today_there_is_work_for_each_of_the_three_users(carried: Any) -> None:
    engine, _ = carried
    states = engine.engine.store.states.values()
    open_now = [task for state in states for task in tasks(state, TODAY)]
    assert {"answer_question", "prepare_return"} <= {
        t.kind for t in open_now if "officer" in t.roles
    }
    handoffs = Counter(t.mission for t in open_now if t.kind == "handoff")
    assert handoffs == {"ID": 2, "PH": 2, "KE": 1}
    confirm = [t for t in open_now if t.kind == "confirm" and "supervisor" in t.roles]
    assert len(confirm) >= 5
    blocked = [state for state in states if state.state == "RETURN_PREPARATION"]
    assert len(blocked) == 4
    late = {deadline.name for state in states for deadline, _ in state.overdue.values()}
    assert late >= {"hold_review", "consular_right", "triage", "examination", "reception"}


async def test_the_docket_holds_what_it_promises(carried: Any) -> None:
    engine, told = carried
    counted = figures(await engine.events(told.streams()))
    assert counted.operations == 7
    assert counted.provinces == ("Oddar Meanchey", "Preah Sihanouk", "Pursat", "Svay Rieng")
    assert (counted.rescued, counted.rescued_again, counted.minors) == (25, 1, 3)
    assert counted.nations == ("ID", "KE", "MY", "PH", "TH", "VN")
    assert (counted.detained, counted.suspects) == (23, 26)
    assert counted.detained_from == ("CN", "KH", "MY", "TH")
    assert (counted.before_court, counted.court_cases, counted.convicted) == (8, 3, 3)
    assert (counted.requests, counted.incidents, counted.substantiated) == (18, 6, 3)
    assert (counted.home_deported, counted.home_assisted, counted.on_the_way) == (1, 4, 3)
    assert (counted.remain, counted.died, counted.withdrew, counted.no_victims) == (2, 1, 1, 1)
    assert counted.still_here == 12


async def test_every_complication_that_the_table_names_happened(
    carried: Any, docket: Docket
) -> None:
    missing = {
        f"{line.victim}: {fact}"
        for line in docket.freed.values()
        for fact in set(line.facts.split()) - set(types(carried, line.victim))
    }
    assert not missing


async def test_operations_end_differently(carried: Any) -> None:
    engine, told = carried
    states = engine.engine.store.states
    ends = {name: states[told.saved[name]] for name in OPERATIONS}
    assert {name for name, one in ends.items() if one.state == "ABORTED"} == {"harbour"}
    harbour = engine.engine.store.streams[told.saved["harbour"]]
    assert [e.fact.leak_suspected for e in harbour if e.type == "OperationAborted"] == [True]
    outcomes = Counter(
        event.fact.outcome
        for name in OPERATIONS
        for event in engine.engine.store.streams[told.saved[name]]
        if event.type == "SearchOutcomeRecorded"
    )
    assert outcomes == {"not_located": 3, "found_not_confined": 2, "transferred_abroad": 2}
    unasked = {victim for victim in ENDINGS if case(carried, victim).request is None}
    assert unasked >= {"pearl", "cicada", "wren", "banyan", "kite", "thistle", "moth"}


async def test_one_person_found_twice_has_two_linked_cases(carried: Any) -> None:
    engine, told = carried
    first = engine.engine.store.states[told.saved["coral.first"]]
    assert first.state == "CLOSED"
    assert case(carried, "coral").previous_episode == first.id


async def test_the_mother_s_embassy_and_the_child_s_know_of_their_own_alone(carried: Any) -> None:
    assert {h.mission for h in case(carried, "jade").handoffs.values()} == {"ID"}
    assert {h.mission for h in case(carried, "pebble").handoffs.values()} == {"MY"}
    assert "FAMILY_UNITY" in case(carried, "jade").hold_kinds & case(carried, "pebble").hold_kinds


async def test_the_other_embassy_of_a_dual_national_never_hears_of_him(carried: Any) -> None:
    assert case(carried, "reed").missions_notified == {"MY"}
    assert case(carried, "amber").missions_notified == {"MY", "ID"}


async def test_what_the_rules_refuse_is_part_of_the_story(docket: Docket) -> None:
    """Told above to its end; each refusal came as its step says, or the story would have broken."""
    steps = docket.steps(docket.first_day(TODAY), TODAY)
    assert {step.refused for step in steps if step.refused} >= {
        "forbidden", "wrong_state", "conflict_of_interest", "invalid", "guard_failed",
        "protection_bar", "consent_missing", "not_found",
    }  # fmt: skip


async def test_figures_and_table_hold_nobodys_name(carried: Any, docket: Docket) -> None:
    engine, told = carried
    events = await engine.events(told.streams())
    shown = table(told, events, TODAY, "http://console", 180)
    cells = [str(cell) for column in shown.columns for cell in column.cells]
    text = " ".join([*cells, *sentences(figures(events))])
    for victim, told_of in docket.victims.items():
        identity = told_of["identity"]
        for name in (identity["name_romanised"], *identity.get("aliases", ())):
            assert name not in text
        assert docket.freed[victim].pseudonym in cells
    assert len(cases_of(events, TODAY)) == 26


async def test_told_again_it_changes_nothing(carried: Any, docket: Docket) -> None:
    engine, _ = carried
    events, sent = len(engine.engine.store.order), engine.sent
    again = await recall(docket, engine, TODAY + timedelta(days=3))
    await tell(again, engine)
    assert again.over
    assert (len(engine.engine.store.order), engine.sent) == (events, sent)


async def test_broken_off_it_goes_on_where_it_stopped(docket: Docket, memory_docket: Any) -> None:
    class BrokenOffError(Exception):
        pass

    def after_a_hundred(_: Any) -> None:
        if told.done == 100:
            raise BrokenOffError

    told = await recall(docket, memory_docket, TODAY)
    with pytest.raises(BrokenOffError):
        await tell(told, memory_docket, after_a_hundred)
    again = await recall(docket, memory_docket, TODAY + timedelta(days=1))
    assert (again.heard, again.first_day, again.saved) == (told.heard, told.first_day, told.saved)
    assert again.before >= 100
    await tell(again, memory_docket)
    assert again.over
    assert memory_docket.sent == len(told.steps)
    states = memory_docket.engine.store.states
    assert {v: states[again.case(v)].state for v in ENDINGS} == ENDINGS


@pytest.mark.parametrize("day", ["2026-04-20", "2026-10-12", "2027-01-04"])
async def test_holidays_change_nobodys_ending(docket: Docket, memory_docket: Any, day: str) -> None:
    """Khmer New Year, Pchum Ben and the water festival move what counts business days."""
    now = datetime.fromisoformat(f"{day}T09:30:00+07:00")
    told = await recall(docket, memory_docket, now)
    await tell(told, memory_docket)
    states = memory_docket.engine.store.states
    assert {v: states[told.case(v)].state for v in ENDINGS} == ENDINGS


async def test_soon_after_midnight_the_last_day_lies_behind_us(docket: Docket) -> None:
    now = TODAY.replace(hour=0, minute=40)
    steps = docket.steps(docket.first_day(now), now)
    today = [step.at for step in steps if local_date(step.at) == local_date(now)]
    assert len(today) >= 3
    assert today == sorted(today)
    assert today[-1] <= now


async def test_a_step_that_the_rules_refuse_is_named(docket: Docket, memory_docket: Any) -> None:
    told = await recall(docket, memory_docket, TODAY)
    told.heard.add(told.steps[0].command_id)  # the first request is never registered
    with pytest.raises(StoryBroke, match=r"start_examination: there is no \$family_vn"):
        await tell(told, memory_docket)


async def test_whoever_gives_a_command_is_a_person_we_know(docket: Docket) -> None:
    steps = docket.steps(docket.first_day(TODAY), TODAY)
    assert {step.actor.id for step in steps} <= PEOPLE.keys()
    listed = "\n".join(doors({"console": "http://c", "api": "http://a"}))
    assert all(user in listed for user in PEOPLE)


async def test_a_missing_result_is_named(docket: Docket, memory_docket: Any) -> None:
    told = Told(docket, docket.first_day(TODAY), docket.steps(docket.first_day(TODAY), TODAY))
    opening = told.steps[0]
    told.keep(opening, Answer("REQ-2026-000001", 1, (), {}))
    assert told.saved == {"family_vn": "REQ-2026-000001"}
