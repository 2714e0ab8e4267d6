"""What each operation answers when nothing else was told: the scenarios' defaults."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from homeward.domain.calendar import local_date
from homeward.domain.reference.fines import RATES, assess
from homeward.ports_partners import (
    UNKNOWN,
    Answered,
    Asked,
    ExitPermitAsked,
    ExitPermitIssued,
    FineAssessed,
    FineAssessmentAsked,
    FinePeriod,
    HandoffDelivered,
    HandoffDeliveryAsked,
    StayPermitAsked,
    StayPermitIssued,
    WaiverApplied,
    WaiverAsked,
)
from homeward.services.sandbox.vocabulary import (
    Behaviour,
    DeliverBehaviour,
    FineBehaviour,
    PermitBehaviour,
    WaiverBehaviour,
)

STAY_DAYS = 90
EXIT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked, what is answered, and how the answer is made."""

    asked: type[Asked]
    answered: type[Answered]
    answer: Callable[[Any, Any, str, datetime], Answered]


def mark(prefix: str, key: str) -> str:
    """A number made of the key: the same call has the same, on every machine."""
    return f"{prefix}-{int(hashlib.sha256(key.encode()).hexdigest()[:8], 16):010d}"


def _fine(asked: FineAssessmentAsked, told: FineBehaviour, _key: str, _now: datetime) -> Answered:
    permitted_until = asked.permitted_until
    if told.days is not None:
        permitted_until = _days_before(asked.accrual_ends, told.days)
    made = assess(permitted_until, asked.accrual_ends)
    periods = tuple(
        FinePeriod(first=p.first, last=p.last, days=p.days, rate=p.rate, amount=p.amount)
        for p in made.periods
    )
    days, amount = made.days, made.amount
    if told.amount is not None and told.amount != amount:
        # Told a sum of its own, it has no periods that add up to it, unless told those too.
        amount, periods = told.amount, ()
        if amount == UNKNOWN and told.days is None:
            days = None
        elif days is None:
            days = int(amount / RATES[-1].per_day) if isinstance(amount, Decimal) else None
    if told.periods is not None:
        periods = told.periods
    return FineAssessed(days=days, amount=amount, periods=periods)


def _days_before(day: date, days: int) -> date:
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return date.min


def _waiver(_asked: WaiverAsked, told: WaiverBehaviour, key: str, _now: datetime) -> Answered:
    return WaiverApplied(reference=told.reference or mark("W", key))


def _stay(_asked: StayPermitAsked, told: PermitBehaviour, key: str, now: datetime) -> Answered:
    return StayPermitIssued(
        number=told.number or mark("SP", key), valid_until=_valid(told, STAY_DAYS, now)
    )


def _exit(_asked: ExitPermitAsked, told: PermitBehaviour, key: str, now: datetime) -> Answered:
    return ExitPermitIssued(
        number=told.number or mark("EP", key), valid_until=_valid(told, EXIT_DAYS, now)
    )


def _valid(told: PermitBehaviour, days: int, now: datetime) -> date:
    """From today in Phnom Penh, whatever the host's zone."""
    if told.valid_until is not None:
        return told.valid_until
    return local_date(now) + timedelta(days=days if told.valid_days is None else told.valid_days)


def _deliver(
    _asked: HandoffDeliveryAsked, told: DeliverBehaviour, key: str, _now: datetime
) -> Answered:
    return HandoffDelivered(receipt=told.receipt or mark("D", key))


OPERATIONS: Mapping[tuple[str, str], Operation] = {
    ("immigration", "fine"): Operation(FineAssessmentAsked, FineAssessed, _fine),
    ("immigration", "waiver"): Operation(WaiverAsked, WaiverApplied, _waiver),
    ("immigration", "stay_permit"): Operation(StayPermitAsked, StayPermitIssued, _stay),
    ("immigration", "exit_permit"): Operation(ExitPermitAsked, ExitPermitIssued, _exit),
    ("mission", "deliver"): Operation(HandoffDeliveryAsked, HandoffDelivered, _deliver),
}


def answer_to(
    operation: Operation, asked: Asked, told: Behaviour, key: str, now: datetime
) -> Answered:
    return operation.answer(asked, told, key, now)
