"""Of several things that speak against a command the first in the contract's order is told."""

from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest

from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from tests.badinput.good import GOOD, INTERPRETER, NEEDS
from tests.badinput.tour import Tour
from tests.badinput.world import World, plain, who

GENERAL = (
    "forbidden", "not_found", "conflict_of_interest", "invalid", "duplicate_key", "stale",
    "wrong_state", "separation_of_duties",
)  # fmt: skip
OWN = (
    "wrong_state", "guardian_missing", "consent_missing", "protection_bar", "hold",
    "interpreter_conflict", "invalid",
)  # fmt: skip


class Told:
    """Gives commands one by one from where a stand of the tour is."""

    def __init__(self, world: World) -> None:
        self.world = world

    def give(
        self, actor: str | Actor, command: str, stream: str, told: Any = None, **envelope: Any
    ) -> Any:
        fields = GOOD[command](self.world, stream) | (told or {})
        fields = {name: value for name, value in fields.items() if value is not None}
        body = {"stream": stream, "fields": plain(fields), **envelope}
        given = who(actor) if isinstance(actor, str) else actor
        answer = self.world.command(command, body, given)
        self.world.run(self.world.settle(()))
        return answer

    def refusal(self, *args: Any, **envelope: Any) -> str:
        before = len(self.world.store.order)
        with pytest.raises(Refused) as refused:
            self.give(*args, **envelope)
        assert len(self.world.store.order) == before
        return refused.value.code


@pytest.fixture
def told(world: World) -> Told:
    return Told(world)


def waiver_to_approve(told: Told, tour: Tour, against: set[str]) -> tuple[str, dict[str, Any]]:
    """An endorsed waiver that `doubler` may approve but for what speaks against it."""
    moment = tour.moments["propose_waiver"]
    told.world.back_to(moment.before)
    case, command_id = str(moment.stream), str(uuid4())
    told.give("doubler" if "separation_of_duties" in against else "sok", "propose_waiver", case)
    told.give("enda", "endorse_waiver", case)
    if "wrong_state" in against:
        told.give("enda", "return_waiver", case)
    if "duplicate_key" in against:
        told.give("visal", "add_note", case, command_id=command_id)
    if "conflict_of_interest" in against:
        told.give("aud", "declare_interest", case, {"user": "doubler"})
    if "not_found" in against:
        told.give("visal", "restrict_case", case, {"restricted": True})
    version = {"expected_version": 1} if "stale" in against else {}
    return case, {"command_id": command_id, **version}


@pytest.mark.parametrize(("earlier", "later"), list(combinations(GENERAL, 2)))
def test_the_earlier_of_two_general_checks_is_told(
    told: Told, tour: Tour, earlier: str, later: str
) -> None:
    against = {earlier, later}
    case, envelope = waiver_to_approve(told, tour, against)
    doubler = who("doubler")
    if "forbidden" in against:
        doubler = Actor("doubler", frozenset({"officer", "endorser"}))
    fields = {"percent": 0} if "invalid" in against else {}
    assert told.refusal(doubler, "approve_waiver", case, fields, **envelope) == earlier


@pytest.mark.parametrize("code", GENERAL)
def test_each_general_check_is_told_when_it_is_alone(told: Told, tour: Tour, code: str) -> None:
    case, envelope = waiver_to_approve(told, tour, {code})
    doubler = Actor("doubler", frozenset({"officer"})) if code == "forbidden" else who("doubler")
    fields = {"percent": 0} if code == "invalid" else {}
    assert told.refusal(doubler, "approve_waiver", case, fields, **envelope) == code


def test_nothing_against_it_it_is_carried_out(told: Told, tour: Tour) -> None:
    case, envelope = waiver_to_approve(told, tour, set())
    assert told.give("doubler", "approve_waiver", case, **envelope).events


@pytest.mark.parametrize(
    "since", ["not_found", "conflict_of_interest", "wrong_state", "stale", "separation_of_duties"]
)
def test_a_repeat_gets_the_first_answer_whatever_has_changed_since(
    told: Told, tour: Tour, since: str
) -> None:
    case, envelope = waiver_to_approve(told, tour, set())
    envelope["expected_version"] = told.world.store.states[case].version
    first = told.give("doubler", "approve_waiver", case, **envelope)
    assert told.refusal("maly", "approve_waiver", case) == "wrong_state"
    match since:
        case "not_found":
            told.give("visal", "restrict_case", case, {"restricted": True})
        case "conflict_of_interest":
            told.give("aud", "declare_interest", case, {"user": "doubler"})
        case "separation_of_duties":
            told.give("doubler", "propose_waiver_revocation", case)
        case _:
            told.give("care", "record_death", case)
    told.world.wait_for(days=40)
    before = len(told.world.store.order)
    assert told.give("doubler", "approve_waiver", case, **envelope) == first
    assert len(told.world.store.order) == before


def test_who_may_not_give_it_any_more_gets_no_first_answer(told: Told, tour: Tour) -> None:
    case, envelope = waiver_to_approve(told, tour, set())
    told.give("doubler", "approve_waiver", case, **envelope)
    officer = Actor("doubler", frozenset({"officer"}))
    assert told.refusal(officer, "approve_waiver", case, **envelope) == "forbidden"


@pytest.mark.parametrize("changed", ["body", "stream", "actor", "command"])
def test_another_body_stream_or_actor_under_a_used_id_is_a_duplicate_key(
    told: Told, tour: Tour, changed: str
) -> None:
    case, envelope = waiver_to_approve(told, tour, set())
    told.give("sok", "add_note", case, **envelope)
    other = told.world.latest("case", but=case)
    if changed == "stream":
        body = {"fields": plain(GOOD["open_case"](told.world, None))}
        other = told.world.command("open_case", body, who("field")).stream
    given: dict[str, tuple[Any, ...]] = {
        "body": ("sok", "add_note", case, {"text": "another"}),
        "stream": ("sok", "add_note", other, {"about": None}),
        "actor": ("rith", "add_note", case),
        "command": ("sok", "break_glass", case),
    }
    assert told.refusal(*given[changed], **envelope) == "duplicate_key"


def interview_to_open(told: Told, tour: Tour, against: set[str]) -> tuple[str, dict[str, Any]]:
    """A case whose interview `ivan` may open but for what speaks against it."""
    case, before = tour.stands["rescued"]
    told.world.back_to(before)
    told.give("sreymom", "record_screening", case)
    told.give("sreymom", "record_consent", case)
    told.give("sreymom", "record_consent", case, {"purpose": "interview", "mission": None})
    if "wrong_state" in against:
        told.give("ivan", "open_interview", case)
    screening = {
        "minor": "doubt" if "guardian_missing" in against else "no",
        "fear_of_own_authorities": "yes" if "protection_bar" in against else "no",
        "needs": {**NEEDS, "medical_urgent": "hold" in against},
    }
    told.give("sreymom", "record_screening", case, screening)
    if "consent_missing" in against:
        told.give("sreymom", "withdraw_consent", case, {"purpose": "interview", "mission": None})
        if "wrong_state" in against:  # the withdrawal has adjourned it: past the interview instead
            told.give("care", "report_missing", case)
    interpreter = INTERPRETER | {
        "is_mission_staff": True, "is_coworker": "interpreter_conflict" in against,
    }  # fmt: skip
    return case, {"interpreter": interpreter, "private": "invalid" not in against}


@pytest.mark.parametrize(("earlier", "later"), list(combinations(OWN, 2)))
def test_the_earlier_of_two_of_the_domains_own_is_told(
    told: Told, tour: Tour, earlier: str, later: str
) -> None:
    case, fields = interview_to_open(told, tour, {earlier, later})
    assert told.refusal("ivan", "open_interview", case, fields) == earlier


@pytest.mark.parametrize("code", OWN)
def test_each_of_the_domains_own_is_told_when_it_is_alone(
    told: Told, tour: Tour, code: str
) -> None:
    case, fields = interview_to_open(told, tour, {code})
    assert told.refusal("ivan", "open_interview", case, fields) == code


def test_duties_come_before_guards_and_guards_before_what_the_fields_contradict(
    told: Told, tour: Tour
) -> None:
    moment = tour.moments["clear_for_departure"]
    told.world.back_to(moment.before)
    case = str(moment.stream)
    told.give("sok", "cancel_travel", case)
    assert told.refusal("enda", "clear_for_departure", case) == "guard_failed"
    officer = Actor("sok", frozenset({"endorser"}))
    assert told.refusal(officer, "clear_for_departure", case) == "separation_of_duties"

    moment = tour.moments["record_departure"]
    told.world.back_to(moment.before)
    wrong = {"document_number": "X0000000"}
    assert told.refusal("sok", "record_departure", case, wrong) == "invalid"
    told.world.wait_for(days=2)
    assert told.refusal("sok", "record_departure", case, wrong) in ("guard_failed", "wrong_state")


def court_hold(told: Told, tour: Tour) -> tuple[str, UUID]:
    case, before = tour.stands["identified"]
    told.world.back_to(before)
    told.give("just", "place_hold", case, {"kind": "COURT"})
    told.give("just", "propose_hold_lift", case)
    return case, next(iter(told.world.case_of(case).holds))


def spellings(id_: UUID) -> list[str]:
    return [str(id_), str(id_).upper(), id_.hex, f"{{{id_}}}", id_.urn]


def test_a_courts_hold_is_justices_alone_however_its_id_is_written(told: Told, tour: Tour) -> None:
    case, hold = court_hold(told, tour)
    for written in spellings(hold):
        told_so = told.refusal("visal", "lift_hold", case, {"hold": written})
        assert told_so == "forbidden", written
    told.give("aud", "declare_interest", case, {"user": "visal"})
    assert told.refusal("visal", "lift_hold", case) == "forbidden"
    assert told.refusal("visal", "lift_hold", "VIC-2022-000001") == "not_found"
    for written in spellings(hold):
        step = {"step": str(next(iter(told.world.case_of(case).steps.values())).event)}
        assert told.refusal("visal2", "reject_step", case, step) == "forbidden", written


def test_another_missions_handoff_is_not_found_however_its_id_is_written(
    told: Told, tour: Tour
) -> None:
    case, before = tour.stands["asked"]
    told.world.back_to(before)
    of_vietnam = next(iter(told.world.case_of(case).handoffs))
    told.give("sreymom", "record_consent", case, {"mission": "ID"})
    told.give("sok", "request_handoff", case, {"mission": "ID", "nationality": "ID"})
    for written in spellings(of_vietnam):
        assert told.refusal("id", "accept_handoff", case, {"handoff": written}) == "not_found"
    assert told.refusal("id", "accept_handoff", case, {"handoff": "none"}) == "invalid"


@pytest.mark.parametrize(
    "stream", [None, "", "VIC-2022-1", "VIC-2022-48291\u1791", "vic-2022-482911", "VIC-2022-\x00",
               "\ud800", 5, ["VIC-2022-482911"], {"id": 1}, "XXX-2022-482911", "A" * 100_000],
)  # fmt: skip
def test_what_is_no_streams_id_names_no_stream(told: Told, tour: Tour, stream: Any) -> None:
    told.world.back_to(tour.moments["add_note"].before)
    body = {"stream": stream, "fields": {"text": "x"}}
    with pytest.raises(Refused) as refused:
        told.world.command("add_note", body, who("sok"))
    assert refused.value.code == "not_found"
