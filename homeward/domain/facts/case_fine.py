"""The overstay fine and its waiver."""

from datetime import date
from uuid import UUID

import msgspec

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class FinePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Days charged alike; both ends count."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    days: int
    rate: str
    amount: str


class FineAssessmentRequested(Fact, kw_only=True):
    """`permitted_until` is the last permitted day; None without an entry stamp."""

    accrual_ends: date
    permitted_until: date | None = None


class FineAssessed(Fact, kw_only=True):
    """The immigration service's answer: exact USD, or UNKNOWN, which is not 0."""

    call: UUID
    days: int | None
    amount: str
    periods: tuple[FinePeriod, ...] = ()


class WaiverProposed(Fact, kw_only=True):
    percent: int
    ground: str
    reasons: Sealed


class WaiverEndorsed(Fact, kw_only=True):
    pass


class WaiverReturned(Fact, kw_only=True):
    questions: Sealed


class WaiverApproved(Fact, kw_only=True):
    percent: int


class WaiverRefused(Fact, kw_only=True):
    reasons: Sealed


class WaiverApplied(Fact, kw_only=True):
    """The immigration service's answer: done, under its reference."""

    call: UUID
    reference: str


class WaiverRevocationProposed(Fact, kw_only=True):
    reasons: Sealed


class WaiverRevoked(Fact, kw_only=True):
    pass


class PaymentRecorded(Fact, kw_only=True):
    payer: str
    amount: str
    receipt: str
