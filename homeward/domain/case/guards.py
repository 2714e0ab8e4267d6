"""The sixteen guards of departure (contract, `guards`): each holds or is named."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from msgspec.structs import replace

from homeward.domain.calendar import end_of, local_date
from homeward.domain.case.state import Case, Passport
from homeward.domain.sealed import Sealed

WITHIN = timedelta(hours=24)
"""How long after `departs_at` a clearance still covers the departure."""
OWN_PASSPORT = frozenset({"held_by_person", "recovered_in_operation", "held_by_authority"})
TRAVELS_ON = OWN_PASSPORT | {"emergency_issued"}
OVERRIDABLE = frozenset({"fine", "fitness", "reception", "travel_document"})
HOLDS_ON_ORDER = frozenset({"PROTECTION", "COURT", "CHILD_BID", "IDENTITY"})
"""Holds while which neither order nor exit permit is asked for or signed."""
CENT = Decimal("0.01")


class Journey(NamedTuple):
    """The case as it is judged: at which moment, and for travel on which day (Phnom Penh's)."""

    case: Case
    at: datetime
    day: date
    departure: bool


Guard = Callable[[Journey], bool]


def travel_day(case: Case, at: datetime) -> date:
    """The booked day; never one that has already gone by."""
    today = local_date(at)
    return today if case.booking is None else max(today, local_date(case.booking.departs_at))


def screened(journey: Journey) -> bool:
    return journey.case.screening is not None


def status(journey: Journey) -> bool:
    case = journey.case
    return (
        case.status in ("identified", "presumed")
        and not case.review_open
        and all(correction.effective for correction in case.corrections.values())
        and all(claim.outcome is not None for claim in case.claims)
    )


def reflection(journey: Journey) -> bool:
    return journey.case.reflection in ("ENDED", "WAIVED_BY_VICTIM")


def wish(journey: Journey) -> bool:
    case = journey.case
    if case.mode_of_return == "deportation":
        return case.wish_recorded
    return case.mode_of_return is not None and case.consent("return") is not None


def order(journey: Journey) -> bool:
    case = journey.case
    if case.mode_of_return != "deportation":
        return True
    order = case.order
    if order is None or order.number is None or order.notified_language is None:
        return False
    return order.appeal_until is None or journey.at >= end_of(order.appeal_until)


def unpaid(case: Case) -> Decimal | None:
    """What of the fine nobody waived or paid, but for what the victim paid; None: not known."""
    if case.fine is None or case.fine.amount is None:
        return None
    waived = (case.waiver.percent or 0) if case.waiver.track == "APPLIED" else 0
    rest = Decimal(case.fine.amount) * (100 - waived) / 100
    others = sum((Decimal(p.amount) for p in case.payments if p.payer != "victim"), Decimal(0))
    return max(rest.quantize(CENT, ROUND_HALF_UP) - others, Decimal(0))


def fine(journey: Journey) -> bool:
    case = journey.case
    if case.waiver.track == "NOT_NEEDED":
        return True
    if case.waiver.track == "APPLIED" and case.waiver.percent == 100:
        return True
    return unpaid(case) == 0


def unexpired(passport: Passport, day: date) -> bool:
    """An expiry that nobody knows is not one that lies ahead."""
    return passport.expires is not None and passport.expires >= day


def nationality(journey: Journey) -> bool:
    case = journey.case
    if case.mode_of_return == "resettlement":
        return True
    if case.stateless and case.residence_state is not None:
        return True
    document, confirmed = case.travel_document, case.nationality_confirmed
    if document is not None and document.issuer in confirmed:
        return len(confirmed) == 1 or case.travel_nationality == document.issuer
    passport = case.passport
    return (
        passport is not None
        and passport.status in OWN_PASSPORT
        and unexpired(passport, journey.day)
    )


def _forged(case: Case, number: Sealed | None) -> bool:
    suspected = case.passport
    if suspected is None or suspected.status != "suspected_forged" or number is None:
        return False
    return suspected.number is not None and suspected.number.match == number.match


def travel_documents(case: Case, day: date | None) -> Iterator[Sealed | None]:
    """The numbers of the documents that one travels on: valid on the day, if one is given."""
    document, passport = case.travel_document, case.passport
    if (
        document is not None
        and (day is None or (document.expires is not None and document.expires >= day))
        and not _forged(case, document.number)
    ):
        yield document.number
    if (
        passport is not None
        and passport.status in TRAVELS_ON
        and (day is None or unexpired(passport, day))
    ):
        yield passport.number


def travel_document(journey: Journey) -> bool:
    return any(True for _ in travel_documents(journey.case, journey.day))


def return_risk(journey: Journey) -> bool:
    risk = journey.case.risk
    return (
        risk.track == "APPROVED"
        and risk.level in ("low", "medium")
        and risk.valid_until is not None
        and risk.valid_until >= journey.day
    )


def fear(journey: Journey) -> bool:
    case = journey.case
    if case.mode_of_return != "deportation":
        return True
    screening = case.screening
    if screening is None:
        return False
    # By order, not by time: both may have been recorded in the same instant.
    screened_at = max(
        (event.version for event in case.history if event.id == screening.event), default=0
    )
    return screening.fear_of_own_authorities == "no" or any(
        claim.outcome in ("rejected", "withdrawn") and claim.resolved_version > screened_at
        for claim in case.claims
    )


def counting_holds(case: Case) -> frozenset[str]:
    """Kinds of open holds that stand against leaving.

    In resettlement PROTECTION does not, once a claim is granted and the person goes to a country
    that is none of theirs.
    """
    granted = any(claim.outcome == "granted" for claim in case.claims)
    own = {n.country for n in case.identity.nationalities} if case.identity else set()
    elsewhere = case.reception is not None and case.reception.country not in own
    if case.mode_of_return == "resettlement" and granted and elsewhere:
        return case.hold_kinds - {"PROTECTION"}
    return case.hold_kinds


def holds(journey: Journey) -> bool:
    return not counting_holds(journey.case)


def fitness(journey: Journey) -> bool:
    case = journey.case
    certified = case.fitness
    if certified is not None and not certified.fit:
        return False
    if case.screening is None or not case.screening.medical_urgent:
        return True
    return certified is not None and certified.valid_until >= journey.day


def child(journey: Journey) -> bool:
    case = journey.case
    if not case.minor:
        return True
    best = case.best_interests
    return (
        case.guardian is not None
        and best is not None
        and best.return_is_best
        and best.receiving_guardian is not None
    )


def exit_permit(journey: Journey) -> bool:
    case = journey.case
    return (
        case.exit == "EXIT_PERMIT_ISSUED"
        and case.exit_permit_until is not None
        and case.exit_permit_until >= journey.day
    )


def reception(journey: Journey) -> bool:
    return journey.case.reception is not None


def travel(journey: Journey) -> bool:
    """At clearance the departure lies ahead; afterwards the clearance covers it for a day more."""
    case, at = journey.case, journey.at
    if case.travel != "BOOKED" or case.booking is None:
        return False
    leaves = case.booking.departs_at
    if journey.departure:
        return at <= leaves + WITHIN
    return at < leaves + WITHIN if case.state == "CLEARED" else at < leaves


GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        screened, status, reflection, wish, order, fine, nationality, travel_document, return_risk,
        fear, holds, fitness, child, exit_permit, reception, travel,
    )
}  # fmt: skip
"""In the contract's order."""


def failing(case: Case, at: datetime, *, as_at_departure: bool = False) -> tuple[str, ...]:
    """The guards that fail at `at`, less those answered for in the present clearance.

    `as_at_departure`: judged for a person who left at `at`; otherwise for the booked day.
    """
    day = local_date(at) if as_at_departure else travel_day(case, at)
    journey = Journey(case, at, day, as_at_departure)
    cleared = as_at_departure or case.state == "CLEARED"
    answered = OVERRIDABLE & case.overrides.keys() if cleared else frozenset()
    return tuple(
        name for name, guard in GUARDS.items() if name not in answered and not guard(journey)
    )


def lapses(case: Case) -> datetime | None:
    """The first moment at which time alone makes a guard fail: what a clearance lives until."""
    if case.booking is None:
        return None
    cleared = replace(case, state="CLEARED")
    leaves = case.booking.departs_at
    moments = sorted(end_of(day) for day in _validities(case))
    for moment in moments:
        if leaves < moment < leaves + WITHIN and failing(cleared, moment):
            return moment
    return leaves + WITHIN


def _validities(case: Case) -> Iterator[date]:
    document, passport, fitness = case.travel_document, case.passport, case.fitness
    for until in (
        document.expires if document else None,
        passport.expires if passport else None,
        case.exit_permit_until,
        case.risk.valid_until,
        fitness.valid_until if fitness else None,
    ):
        if until is not None:
            yield until
