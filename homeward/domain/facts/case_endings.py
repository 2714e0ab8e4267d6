"""Other ways in which a case may end, and come back."""

from datetime import date, datetime

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class StayGranted(Fact, kw_only=True):
    basis: str
    until: date | None = None


class WithdrawalProposed(Fact, kw_only=True):
    voluntary: bool
    private: bool
    language: str


class CaseWithdrawn(Fact, kw_only=True):
    pass


class DeathRecorded(Fact, kw_only=True):
    at: datetime
    place: Sealed
    certificate: str | None = None
    kin_notified: bool


class DeathConfirmed(Fact, kw_only=True):
    certificate: str | None = None


class ReportedMissing(Fact, kw_only=True):
    last_seen: datetime
    place: Sealed | None = None


class PersonFound(Fact, kw_only=True):
    """`next_case` is the new episode's, when the person was exploited again."""

    at: datetime
    exploited_again: bool
    next_case: str | None = None
