"""Clearance: every guard holds or is named, and a few may be answered for."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from homeward.domain.calendar import DEFAULT_TERMS, end_of, local_date
from homeward.domain.case.clearance import may_override
from homeward.domain.case.guards import GUARDS, WITHIN, failing, lapses, unpaid
from homeward.domain.case.state import Fitness
from homeward.domain.commands import Told
from homeward.domain.refusals import Refused
from tests.domain.story import Story, refused


def named(story: Story, case: str) -> set[str]:
    return set(failing(story.state(case), story.now))


def test_the_guards_are_the_contracts_sixteen_in_its_order() -> None:
    assert list(GUARDS) == [
        "screened", "status", "reflection", "wish", "order", "fine", "nationality",
        "travel_document", "return_risk", "fear", "holds", "fitness", "child", "exit_permit",
        "reception", "travel",
    ]  # fmt: skip


def test_nothing_fails_for_a_person_who_is_prepared() -> None:
    story = Story()
    assert named(story, story.prepared()) == set()


def test_clearance_without_any_preparation_names_every_guard_that_fails() -> None:
    story = Story()
    case = story.identified()
    story.wait("30d")
    mode = {"mode": "assisted_voluntary_return", "wish_recorded": True}
    story.by("sok", "open_return_preparation", case, **mode)
    refusal = refused(lambda: story.by("enda", "clear_for_departure", case))
    assert refusal.code == "guard_failed"
    assert set(refusal.names) == {
        "wish", "fine", "nationality", "travel_document", "return_risk", "exit_permit",
        "reception", "travel",
    }  # fmt: skip


def test_an_open_protection_claim_fails_status_and_holds() -> None:
    story = Story()
    case = story.prepared()
    story.by("care", "raise_protection_claim", case, kind="asylum")
    assert named(story, case) == {"status", "holds"}


def test_a_partly_waived_fine_holds_once_another_than_the_victim_paid_the_rest() -> None:
    story = Story()
    case = story.identified()
    story.by("sok", "assess_fine", case, permitted_until="2022-07-12", accrual_ends="2022-08-01")
    story.by("sok", "propose_waiver", case, percent=80, ground="humanitarian", reasons="x")
    story.by("enda", "endorse_waiver", case)
    story.by("maly", "approve_waiver", case, percent=80)
    assert str(unpaid(story.state(case))) == "40.00"
    story.by("sok", "record_payment", case, payer="victim", amount="40.00", receipt="R-1")
    assert "fine" in named(story, case)
    story.by("sok", "record_payment", case, payer="ngo", amount="40.00", receipt="R-2")
    assert "fine" not in named(story, case)


def test_an_own_usable_passport_stands_for_nationality_and_document() -> None:
    story = Story()
    case = story.waived()
    found = {"status": "recovered_in_operation", "issuer": "VN", "number": "B7654321"}
    story.by("sok", "record_passport", case, passport=found | {"expires": story.day(400)})
    assert not named(story, case) & {"nationality", "travel_document"}
    story.by("sok", "record_passport", case, passport=found | {"expires": story.day(-1)})
    assert named(story, case) >= {"nationality", "travel_document"}


@pytest.mark.parametrize("status", ["suspected_forged", "lost", "belongs_to_other", "expired"])
def test_a_passport_of_another_kind_proves_nothing(status: str) -> None:
    story = Story()
    case = story.waived()
    passport = {"status": status, "issuer": "VN", "number": "X1", "expires": story.day(400)}
    story.by("sok", "record_passport", case, passport=passport)
    assert named(story, case) >= {"nationality", "travel_document"}


def test_a_travel_document_suspected_forged_is_not_travelled_on() -> None:
    story = Story()
    case = story.prepared()
    forged = {"status": "suspected_forged", "issuer": "VN", "number": "N1234567"}
    story.by("sok", "record_passport", case, passport=forged)
    assert named(story, case) == {"travel_document"}


def test_validity_is_judged_on_the_day_of_travel_in_phnom_penh() -> None:
    story = Story()
    case = story.prepared(expires=33)
    assert named(story, case) == set()
    story.by("sok", "cancel_travel", case, reasons="later")
    story.book(case, "4d")
    assert named(story, case) == {"travel_document"}


def test_a_deportation_needs_an_order_whose_time_to_appeal_is_over() -> None:
    story = Story()
    case = story.deported()
    assert "order" in named(story, case)
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    signed = {"number": "GDI-1", "notified_language": "vie", "appeal_until": story.day(2)}
    story.by("maly", "sign_deportation_order", case, **signed)
    story.wait("2d")
    assert "order" in named(story, case)
    story.wait("16h")
    assert "order" not in named(story, case)


def test_fear_bars_a_deportation_until_a_claim_was_rejected_after_it_was_told() -> None:
    story = Story()
    case = story.deported()
    story.screen(case, fear_of_own_authorities="yes")
    assert "fear" in named(story, case)
    story.by("care", "raise_protection_claim", case, kind="refoulement")
    story.by("visal", "resolve_protection_claim", case, outcome="rejected", decision="D-1")
    assert "fear" not in named(story, case)


def test_whoever_is_certified_unfit_does_not_travel() -> None:
    story = Story()
    case = story.prepared()
    story.by("care", "certify_fitness_to_travel", case, fit=False, valid_until=story.day(30))
    assert named(story, case) == {"fitness"}


def test_a_supervisor_who_prepared_nothing_may_answer_for_four_guards_only() -> None:
    story = Story()
    case = story.prepared()
    story.by("care", "certify_fitness_to_travel", case, fit=False, valid_until=story.day(30))
    answer = {"overrides": [{"guard": "fitness", "reason": "Escorted by a doctor"}]}
    refusal = refused(lambda: story.by("enda", "clear_for_departure", case, **answer))
    assert (refusal.code, refusal.names) == ("guard_failed", ("fitness",))
    story.do("head", ["endorser", "supervisor"], "clear_for_departure", case, answer)
    assert story.state(case).state == "CLEARED"


def test_an_override_of_another_guard_is_ignored_and_the_guard_still_named() -> None:
    story = Story()
    case = story.prepared()
    held = {"kind": "SAFETY", "basis": "Threats", "review_on": story.day(9)}
    story.by("care", "place_hold", case, **held)
    answer = {"overrides": [{"guard": "holds", "reason": "No matter"}]}
    roles = ["endorser", "supervisor"]
    refusal = refused(lambda: story.do("head", roles, "clear_for_departure", case, answer))
    assert (refusal.code, refusal.names) == ("guard_failed", ("holds",))


def test_who_assessed_the_risk_answers_for_no_guard() -> None:
    story = Story()
    case = story.prepared()
    roles = ["endorser", "supervisor", "care"]
    told = {"level": "low", "factors": ["x"], "valid_until": story.day(30)}
    story.do("head", roles, "assess_return_risk", case, told)
    story.by("visal", "approve_return_risk", case)
    story.by("care", "certify_fitness_to_travel", case, fit=False, valid_until=story.day(30))
    answer = {"overrides": [{"guard": "fitness", "reason": "Doctor"}]}
    refusal = refused(lambda: story.do("head", roles, "clear_for_departure", case, answer))
    assert refusal.names == ("fitness",)


@pytest.mark.parametrize("preparer", ["open_return_preparation", "book_travel"])
def test_who_prepared_does_not_clear(preparer: str) -> None:
    story = Story()
    case = story.prepared()
    assert story.state(case).took[preparer] == "sok"
    roles = ["officer", "endorser"]
    with pytest.raises(Refused, match="separation_of_duties"):
        story.do("sok", roles, "clear_for_departure", case)


def test_in_resettlement_a_granted_claim_does_not_hold_a_person_who_goes_elsewhere() -> None:
    story = Story()
    case = story.waived()
    story.wait("30d")
    story.by("care", "raise_protection_claim", case, kind="asylum")
    story.by("visal", "resolve_protection_claim", case, outcome="granted", decision="D-1")
    mode = {"mode": "resettlement", "wish_recorded": True}
    story.by("sok", "open_return_preparation", case, **mode)
    assert "holds" in named(story, case)
    there = {"authority": "IOM", "port": "YVR", "contact": "desk"}
    story.by("mfa", "arrange_reception", case, country="VN", **there)
    assert "holds" in named(story, case)
    story.by("mfa", "arrange_reception", case, country="CA", **there)
    assert "holds" not in named(story, case)


def test_an_order_that_nobody_knows_to_have_signed_is_none() -> None:
    story = Story()
    case = story.deported()
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    assert "order" in named(story, case)


def test_fear_is_answered_for_by_the_claim_that_came_after_it_and_by_no_earlier_one() -> None:
    story = Story()
    case = story.deported()
    claim = {"outcome": "rejected", "decision": "D-1"}
    story.by("care", "raise_protection_claim", case, kind="refoulement")
    story.by("visal", "resolve_protection_claim", case, **claim)
    story.screen(case, fear_of_own_authorities="yes")
    assert "fear" in named(story, case)


def test_somebody_in_medical_need_travels_only_certified_and_while_that_is_valid() -> None:
    story = Story()
    case = story.prepared()
    story.screen(case, medical_urgent=True)
    assert "fitness" in named(story, case)
    certified = {"fit": True, "valid_until": story.day(3)}
    story.by("care", "certify_fitness_to_travel", case, **certified)
    assert "fitness" not in named(story, case)
    story.by(
        "care", "certify_fitness_to_travel", case, **{**certified, "valid_until": story.day(2)}
    )
    assert "fitness" in named(story, case)


def test_a_child_leaves_with_a_guardian_here_and_there_and_only_if_it_is_best() -> None:
    story = Story()
    case = story.prepared()
    story.by("child", "assess_age", case, minor=True, method="Panel")
    assert "child" in named(story, case)
    best = {"panel": ["child", "care"], "return_is_best": True, "reasons": "Grandmother"}
    story.by("child", "determine_best_interests", case, receiving_guardian="Bà Lan", **best)
    assert "child" in named(story, case)
    guardian = {"name": "Sister Rosa", "organisation": "Shelter", "conflict_checked": True}
    story.by("child", "appoint_guardian", case, **guardian)
    assert "child" not in named(story, case)
    story.by("child", "determine_best_interests", case, **best)
    assert "child" in named(story, case)
    never = {**best, "return_is_best": False, "receiving_guardian": "Bà Lan"}
    story.by("child", "determine_best_interests", case, **never)
    assert "child" in named(story, case)


def test_a_panel_is_two_different_people() -> None:
    story = Story()
    case = story.screened()
    told = {"return_is_best": True, "reasons": "x"}
    for panel in (["child", "child"], ["child"]):
        alone = {**told, "panel": panel}
        refusal = refused(lambda: story.by("child", "determine_best_interests", case, **alone))  # noqa: B023
        assert (refusal.code, refusal.names) == ("invalid", ("panel",))


def test_without_an_assessment_the_fine_is_not_known_and_holds_nothing_open() -> None:
    story = Story()
    case = story.identified()
    assert unpaid(story.state(case)) is None
    assert "fine" in named(story, case)


def test_a_clearance_that_nothing_but_time_ends_lives_a_day_past_the_booked_hour() -> None:
    story = Story()
    case = story.cleared()
    state = story.state(case)
    assert lapses(state) == state.booking.departs_at + WITHIN
    assert lapses(replace(state, booking=None)) is None


@pytest.mark.parametrize("cut", ["passport", "exit_permit", "travel_document", "fitness", "risk"])
def test_a_clearance_ends_when_the_first_paper_does(cut: str) -> None:
    story = Story()
    case = story.cleared()
    state = story.state(case)
    leaves = state.booking.departs_at
    day = local_date(leaves)
    short: Any = {
        "exit_permit": {"exit_permit_until": day},
        "travel_document": {"travel_document": replace(state.travel_document, expires=day)},
        "risk": {"risk": replace(state.risk, valid_until=day)},
        "fitness": {
            "fitness": Fitness(fit=True, valid_until=day),
            "screening": replace(state.screening, medical_urgent=True),
        },
        "passport": {
            "travel_document": None,
            "passport": replace(state.passport, status="held_by_person", expires=day),
        },
    }[cut]
    assert lapses(replace(state, **short)) == end_of(day)


@pytest.mark.parametrize("hand", ["open_return_preparation", "book_travel", "assess_return_risk"])
def test_who_had_a_hand_in_the_preparation_answers_for_no_guard(hand: str) -> None:
    story = Story()
    case = story.prepared()
    unfit = {"fit": False, "valid_until": story.day(30)}
    story.by("care", "certify_fitness_to_travel", case, **unfit)
    state = story.state(case)
    told = Told(
        actor=story.actor("head", ["endorser", "supervisor"]), now=story.now,
        occurred_at=story.now, command_id=UUID(int=1), terms=DEFAULT_TERMS, stream=case,
    )  # fmt: skip
    assert may_override(state, told)
    mine = (
        replace(state, risk=replace(state.risk, by="head"))
        if hand == "assess_return_risk"
        else replace(state, took={**state.took, hand: "head"})
    )
    assert not may_override(mine, told)
    clerk = replace(told, actor=story.actor("head", ["endorser"]))
    assert not may_override(state, clerk)
