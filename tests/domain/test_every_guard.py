"""Each guard alone: what breaks just this one thing fails just this guard, and its edge holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from homeward.domain.calendar import end_of, local_date
from homeward.domain.case.guards import WITHIN, failing, lapses, travel_documents, unpaid
from homeward.domain.case.state import (
    NOT_FOR_MISSIONS,
    BestInterests,
    Case,
    Claim,
    Consent,
    Correction,
    Fine,
    Fitness,
    Hold,
    Order,
    Passport,
    Payment,
    Reception,
    Waiver,
)
from homeward.domain.sealed import Sealed
from tests.domain.story import Story

ID = UUID("018f0000-0000-7000-8000-000000000000")
CLOSED = Sealed("VIC-2022-000001", "identity", "x", "k", "AAAA", "match")
DAYS = timedelta(days=1)


@dataclass
class Ready:
    """A case that is prepared, and when it is judged and leaves."""

    case: Case
    now: datetime

    @property
    def day(self) -> date:
        assert self.case.booking is not None
        return local_date(self.case.booking.departs_at)

    def but(self, **changes: Any) -> "Ready":
        return Ready(replace(self.case, **changes), self.now)

    def inside(self, field: str, **changes: Any) -> "Ready":
        return self.but(**{field: replace(getattr(self.case, field), **changes)})

    def fails(self) -> set[str]:
        return set(failing(self.case, self.now))


def avr() -> Ready:
    story = Story()
    case = story.prepared()
    return Ready(story.state(case), story.now)


def deportation() -> Ready:
    ready = avr()
    order = Order(
        basis="Law", reentry_ban=False, requested_by="sok", number="GDI-1",
        notified_language="vie", appeal_until=local_date(ready.now) - DAYS,
    )  # fmt: skip
    return ready.but(mode_of_return="deportation", wish_recorded=True, order=order)


def resettled() -> Ready:
    return avr().but(mode_of_return="resettlement")


def claimed(ready: Ready, outcome: str | None, **more: Any) -> Ready:
    claim = Claim(id=ID, kind="asylum", by="care", at=ready.now, outcome=outcome, **more)
    return ready.but(claims=(*ready.case.claims, claim))


def held(ready: Ready, kind: str) -> Ready:
    hold = Hold(id=ID, kind=kind, by="care", at=ready.now, basis=None)
    return ready.but(holds={ID: hold})


def corrected(ready: Ready, *, effective: bool) -> Ready:
    told = Correction(
        id=ID, event=ID, event_type="CaseOpened", field="x", value="y", by="sok", at=ready.now,
        reasons=None, effective=effective,
    )  # fmt: skip
    return ready.but(corrections={ID: told})


def paid(ready: Ready, waiver: Waiver, *payments: tuple[str, str]) -> Ready:
    told = tuple(
        Payment(event=ID, payer=payer, amount=amount, receipt="R") for payer, amount in payments
    )
    return ready.but(
        fine=Fine(days=10, amount="100.00", at=ready.now), waiver=waiver, payments=told
    )


def book(ready: Ready, **told: Any) -> Ready:
    """On the own passport, with no document of a mission."""
    own = Passport(**{"status": "held_by_person", "issuer": "VN", "number": CLOSED,
                      "expires": ready.day, **told})  # fmt: skip
    return ready.but(passport=own, travel_document=None, nationality_confirmed=frozenset())


def by_passport(status: str) -> Callable[[], Ready]:
    return lambda: book(avr(), status=status)


def child(ready: Ready, **told: Any) -> Ready:
    best = BestInterests(**{"return_is_best": True, "receiving_guardian": CLOSED, "at": ready.now,
                            **told})  # fmt: skip
    return ready.but(age_assessed=True, guardian=CLOSED, best_interests=best)


def in_need(ready: Ready, certified: Fitness | None) -> Ready:
    return ready.inside("screening", medical_urgent=True).but(fitness=certified)


def consents(ready: Ready) -> dict[str, Consent]:
    return {key: told for key, told in ready.case.consents.items() if key != "return"}


FULL, NONE = Waiver(track="APPLIED", percent=100), Waiver(track="ASSESSED")
HALF = Waiver(track="APPLIED", percent=50)
HOLDS: dict[str, tuple[Callable[[], Ready], str]] = {
    "an assisted return": (avr, ""),
    "a deportation": (deportation, ""),
    "not screened": (lambda: avr().but(screening=None), "screened"),
    "presumed": (lambda: avr().but(status="presumed"), ""),
    "no victim": (lambda: avr().but(status="not_a_victim"), "status"),
    "not decided": (lambda: avr().but(status=None), "status"),
    "a review": (lambda: avr().but(review_open=True), "status"),
    "a correction waits": (lambda: corrected(avr(), effective=False), "status"),
    "a correction took effect": (lambda: corrected(avr(), effective=True), ""),
    "a claim waits": (lambda: claimed(avr(), None), "status"),
    "one of two claims waits": (lambda: claimed(claimed(avr(), "rejected"), None), "status"),
    "a claim was rejected": (lambda: claimed(avr(), "rejected"), ""),
    "reflection runs": (lambda: avr().but(reflection="RUNNING"), "reflection"),
    "no reflection": (lambda: avr().but(reflection="NONE"), "reflection"),
    "reflection waived": (lambda: avr().but(reflection="WAIVED_BY_VICTIM"), ""),
    "no consent": (lambda: avr().but(consents=consents(avr())), "wish"),
    "no mode": (lambda: avr().but(mode_of_return=None), "wish"),
    "a wish recorded is no consent": (
        lambda: avr().but(consents=consents(avr()), wish_recorded=True), "wish"),
    "deported unasked": (lambda: deportation().but(wish_recorded=False), "wish"),
    "no order": (lambda: deportation().but(order=None), "order"),
    "not signed": (lambda: deportation().inside("order", number=None), "order"),
    "not notified": (lambda: deportation().inside("order", notified_language=None), "order"),
    "no appeal": (lambda: deportation().inside("order", appeal_until=None), ""),
    "appeal until today": (
        lambda: deportation().inside("order", appeal_until=local_date(avr().now)), "order"),
    "fine not known": (lambda: avr().but(waiver=NONE, fine=None), "fine"),
    "fine of unknown amount": (
        lambda: avr().but(waiver=NONE, fine=Fine(days=None, amount=None, at=avr().now)), "fine"),
    "fully waived, amount unknown": (
        lambda: avr().but(waiver=FULL, fine=Fine(days=None, amount=None, at=avr().now)), ""),
    "no waiver needed": (lambda: avr().but(waiver=Waiver(track="NOT_NEEDED"), fine=None), ""),
    "approved, not applied": (lambda: paid(avr(), Waiver(track="APPROVED", percent=100)), "fine"),
    "half waived": (lambda: paid(avr(), HALF), "fine"),
    "the rest paid by another": (lambda: paid(avr(), HALF, ("ngo", "50.00")), ""),
    "a cent is missing": (lambda: paid(avr(), HALF, ("ngo", "49.99")), "fine"),
    "paid in two parts": (lambda: paid(avr(), NONE, ("ngo", "60.00"), ("mission", "40.00")), ""),
    "the rest paid by the victim": (lambda: paid(avr(), HALF, ("victim", "50.00")), "fine"),
    "the own passport until the day": (lambda: book(avr()), ""),
    "no nationality": (lambda: avr().but(nationality_confirmed=frozenset()), "nationality"),
    "another's document": (
        lambda: avr().but(nationality_confirmed=frozenset({"TH"})), "nationality"),
    "one confirmed, another chosen": (
        lambda: avr().but(nationality_confirmed=frozenset({"VN"}), travel_nationality="TH"), ""),
    "two confirmed, none chosen": (
        lambda: avr().but(nationality_confirmed=frozenset({"VN", "TH"})), "nationality"),
    "two confirmed, the other chosen": (
        lambda: avr().but(nationality_confirmed=frozenset({"VN", "TH"}),
                          travel_nationality="TH"), "nationality"),
    "two confirmed, this one chosen": (
        lambda: avr().but(nationality_confirmed=frozenset({"VN", "TH"}),
                          travel_nationality="VN"), ""),
    "resettled without one": (lambda: resettled().but(nationality_confirmed=frozenset()), ""),
    "stateless with a residence": (
        lambda: avr().but(nationality_confirmed=frozenset(), stateless=True,
                          residence_state="VN"), ""),
    "stateless without": (
        lambda: avr().but(nationality_confirmed=frozenset(), stateless=True), "nationality"),
    "a residence is no statelessness": (
        lambda: avr().but(nationality_confirmed=frozenset(), residence_state="VN"), "nationality"),
    "the own passport's end is not known": (
        lambda: book(avr(), expires=None), "nationality travel_document"),
    "the own passport ends the day before": (
        lambda: book(avr(), expires=avr().day - DAYS), "nationality travel_document"),
    **{f"the own passport, {status}": (by_passport(status), "")
       for status in ("recovered_in_operation", "held_by_authority")},
    **{f"a passport, {status}": (
        by_passport(status), "nationality travel_document")
       for status in ("lost", "never_had", "expired", "suspected_forged", "belongs_to_other")},
    "an emergency passport beside a confirmed nationality": (
        lambda: book(avr(), status="emergency_issued").but(stateless=True, residence_state="VN"),
        ""),
    "deported and never screened": (lambda: deportation().but(screening=None), "screened fear"),
    "fear and a claim open since": (
        lambda: claimed(deportation().inside("screening", fear_of_own_authorities="yes"),
                        None, resolved_version=999), "fear status"),
    "an emergency passport proves no nationality": (
        lambda: book(avr(), status="emergency_issued"), "nationality"),
    "the document ends the day before": (
        lambda: avr().inside("travel_document", expires=avr().day - DAYS), "travel_document"),
    "the document ends on the day": (
        lambda: avr().inside("travel_document", expires=avr().day), ""),
    "the document's end is not known": (
        lambda: avr().inside("travel_document", expires=None), "travel_document"),
    "risk not approved": (lambda: avr().inside("risk", track="ASSESSED"), "return_risk"),
    "risk medium": (lambda: avr().inside("risk", level="medium"), ""),
    "risk high": (lambda: avr().inside("risk", level="high"), "return_risk"),
    "risk until the day": (lambda: avr().inside("risk", valid_until=avr().day), ""),
    "risk until the day before": (
        lambda: avr().inside("risk", valid_until=avr().day - DAYS), "return_risk"),
    "risk without an end": (lambda: avr().inside("risk", valid_until=None), "return_risk"),
    "fear of a deported": (
        lambda: deportation().inside("screening", fear_of_own_authorities="yes"), "fear"),
    "fear not asked of a deported": (
        lambda: deportation().inside("screening", fear_of_own_authorities="not_asked"), "fear"),
    "fear on an assisted return": (
        lambda: avr().inside("screening", fear_of_own_authorities="yes"), ""),
    "fear and a claim rejected since": (
        lambda: claimed(deportation().inside("screening", fear_of_own_authorities="yes"),
                        "rejected", resolved_version=999), ""),
    "fear and a claim withdrawn since": (
        lambda: claimed(deportation().inside("screening", fear_of_own_authorities="yes"),
                        "withdrawn", resolved_version=999), ""),
    "fear and a claim granted since": (
        lambda: claimed(deportation().inside("screening", fear_of_own_authorities="yes"),
                        "granted", resolved_version=999), "fear"),
    "a hold": (lambda: held(avr(), "SAFETY"), "holds"),
    "protection": (lambda: held(avr(), "PROTECTION"), "holds"),
    "protection in resettlement, nothing granted": (
        lambda: held(resettled(), "PROTECTION"), "holds"),
    "unfit": (lambda: avr().but(fitness=Fitness(fit=False, valid_until=avr().day)), "fitness"),
    "in need, not certified": (lambda: in_need(avr(), None), "fitness"),
    "in need, certified until the day": (
        lambda: in_need(avr(), Fitness(fit=True, valid_until=avr().day)), ""),
    "in need, certified until the day before": (
        lambda: in_need(avr(), Fitness(fit=True, valid_until=avr().day - DAYS)), "fitness"),
    "not in need, a certificate ran out": (
        lambda: avr().but(fitness=Fitness(fit=True, valid_until=avr().day - DAYS)), ""),
    "a child cared for": (lambda: child(avr()), ""),
    "a child without a guardian": (lambda: child(avr()).but(guardian=None), "child"),
    "a child undetermined": (lambda: child(avr()).but(best_interests=None), "child"),
    "a child better here": (lambda: child(avr(), return_is_best=False), "child"),
    "a child nobody receives": (lambda: child(avr(), receiving_guardian=None), "child"),
    "no permit": (lambda: avr().but(exit="ORDER_SIGNED"), "exit_permit"),
    "a permit without an end": (lambda: avr().but(exit_permit_until=None), "exit_permit"),
    "a permit until the day": (lambda: avr().but(exit_permit_until=avr().day), ""),
    "a permit until the day before": (
        lambda: avr().but(exit_permit_until=avr().day - DAYS), "exit_permit"),
    "nobody receives": (lambda: avr().but(reception=None), "reception"),
    "not booked": (lambda: avr().but(travel="CANCELLED"), "travel"),
    "no booking": (lambda: avr().but(booking=None), "travel"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOLDS)
def test_just_the_guard_that_is_broken_fails(what: str) -> None:
    made, guard = HOLDS[what]
    assert made().fails() == set(guard.split())


@pytest.mark.parametrize("country", ["VN", "CA"])
@pytest.mark.parametrize("outcome", ["granted", "rejected"])
@pytest.mark.parametrize("mode", ["resettlement", "assisted_voluntary_return"])
def test_protection_lets_go_whom_it_was_granted_to_a_country_that_is_none_of_theirs(
    mode: str, outcome: str, country: str
) -> None:
    reception = Reception(authority="IOM", port="YVR", contact=CLOSED, country=country)
    ready = held(claimed(avr(), outcome), "PROTECTION")
    ready = ready.but(mode_of_return=mode, reception=reception)
    free = (mode, outcome, country) == ("resettlement", "granted", "CA")
    assert ("holds" in ready.fails()) is not free
    assert "holds" in held(ready, "COURT").fails()
    assert "holds" in ready.but(reception=None).fails()


def test_what_one_travels_on_is_valid_on_the_day_and_not_suspected_forged() -> None:
    ready = avr().but(passport=None)
    document = ready.case.travel_document
    assert document is not None
    assert document.number is not None
    assert list(travel_documents(ready.case, ready.day)) == [document.number]
    forged = Passport(status="suspected_forged", issuer="VN", number=document.number)
    assert list(travel_documents(ready.but(passport=forged).case, ready.day)) == []
    for other in (
        replace(forged, number=CLOSED), replace(forged, number=None), replace(forged, status="lost")
    ):  # fmt: skip
        assert len(list(travel_documents(ready.but(passport=other).case, ready.day))) == 1
    unnumbered = ready.inside("travel_document", number=None).but(passport=forged)
    assert list(travel_documents(unnumbered.case, ready.day)) == [None]
    both = book(ready, number=CLOSED).but(travel_document=document).case
    assert list(travel_documents(both, ready.day)) == [document.number, CLOSED]
    late = ready.day + 400 * DAYS
    assert list(travel_documents(both, late)) == []
    assert list(travel_documents(both, None)) == [document.number, CLOSED]


@pytest.mark.parametrize(
    ("waiver", "payments", "left"),
    [
        (NONE, (), "100.00"), (HALF, (), "50.00"), (Waiver(track="APPROVED", percent=50), (), "100.00"),
        (Waiver(track="APPLIED", percent=None), (), "100.00"), (HALF, (("ngo", "80.00"),), "0"),
        (HALF, (("victim", "80.00"),), "50.00"), (Waiver(track="APPLIED", percent=33), (), "67.00"),
    ],
)  # fmt: skip
def test_what_is_left_of_the_fine_is_exact(
    waiver: Waiver, payments: tuple[tuple[str, str], ...], left: str
) -> None:
    assert str(unpaid(paid(avr(), waiver, *payments).case)) == left


def test_what_is_left_is_rounded_half_up_to_the_cent() -> None:
    ready = avr().but(waiver=Waiver(track="APPLIED", percent=50), payments=())
    assert str(unpaid(ready.but(fine=Fine(days=1, amount="0.05", at=ready.now)).case)) == "0.03"


def test_a_departure_is_booked_ahead_and_a_clearance_covers_a_day_more() -> None:
    ready = avr()
    assert ready.case.booking is not None
    leaves = ready.case.booking.departs_at
    cleared = ready.but(state="CLEARED").case
    second = timedelta(seconds=1)
    for case, at, departure, holds in (
        (ready.case, leaves - second, False, True), (ready.case, leaves, False, False),
        (cleared, leaves, False, True), (cleared, leaves + WITHIN - second, False, True),
        (cleared, leaves + WITHIN, False, False), (cleared, leaves + WITHIN, True, True),
        (cleared, leaves + WITHIN + second, True, False),
    ):  # fmt: skip
        failed = failing(case, at, as_at_departure=departure)
        assert ("travel" not in failed) is holds, (at, departure)


def test_a_validity_is_judged_on_the_day_of_leaving_or_the_booked_day_never_one_gone_by() -> None:
    ready = avr().inside("risk", valid_until=avr().day)
    assert ready.case.booking is not None
    leaves = ready.case.booking.departs_at
    assert "return_risk" not in failing(ready.case, leaves - 2 * DAYS)
    assert "return_risk" in failing(ready.case, leaves + DAYS)
    shorter = ready.inside("risk", valid_until=ready.day - DAYS).case
    assert "return_risk" in failing(shorter, leaves - 2 * DAYS)
    assert "return_risk" not in failing(shorter, leaves - 2 * DAYS, as_at_departure=True)


@pytest.mark.parametrize("guard", ["fine", "fitness", "reception", "travel_document", "holds"])
def test_what_was_answered_for_counts_in_its_clearance_only(guard: str) -> None:
    unfit = Fitness(fit=False, valid_until=avr().day)
    ready = held(avr().but(fine=None, waiver=NONE, reception=None, fitness=unfit), "SAFETY")
    ready = ready.inside("travel_document", expires=None).but(overrides={guard: CLOSED})
    broken = {"fine", "fitness", "reception", "travel_document", "holds"}
    assert ready.fails() == broken
    answered = broken - ({guard} - {"holds"})
    assert ready.but(state="CLEARED").fails() == answered
    at_departure = failing(ready.case, ready.now, as_at_departure=True)
    assert set(at_departure) == answered


def test_an_appeal_is_over_at_the_midnight_that_ends_its_day() -> None:
    ready = deportation()
    until = ready.inside("order", appeal_until=ready.day).case
    midnight = end_of(ready.day)
    assert until.booking is not None
    late = {"booking": replace(until.booking, departs_at=midnight + DAYS)}
    assert "order" in failing(replace(until, **late), midnight - timedelta(seconds=1))
    assert "order" not in failing(replace(until, **late), midnight)


def test_a_paper_that_nobody_travels_on_ends_no_clearance() -> None:
    ready = avr()
    assert ready.case.booking is not None
    old = Passport(status="lost", issuer="VN", expires=ready.day)
    leaves = ready.case.booking.departs_at
    assert lapses(ready.but(passport=old).case) == leaves + WITHIN


def test_whom_a_claim_or_a_fear_protects_no_mission_knows() -> None:
    ready = avr()
    case = ready.case
    assert not case.protected
    assert case.open_to("VN")
    assert not case.open_to("TH")
    assert not case.open_to(None)
    for outcome, protects in ((None, True), ("granted", True), ("rejected", False)):
        for told in (claimed(ready, outcome), claimed(claimed(ready, "withdrawn"), outcome)):
            assert told.case.protected is protects
            assert told.case.open_to("VN") is not protects
    afraid = ready.inside("screening", fear_of_own_authorities="yes").case
    for protected in (afraid, held(ready, "PROTECTION").case, ready.but(screening=None).case):
        assert protected.protected
        assert not protected.open_to("VN")
    assert not held(ready, "COURT").case.protected


@pytest.mark.parametrize("state", sorted(NOT_FOR_MISSIONS))
def test_where_no_mission_has_anything_to_do_none_knows(state: str) -> None:
    assert not avr().but(state=state).case.open_to("VN")
