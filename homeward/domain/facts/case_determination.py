"""The status decision, its review, and the time to recover that follows it."""

from datetime import date, datetime

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class StatusDetermined(Fact, kw_only=True):
    """identified, presumed (until `redecide_by`) or, after two readers, not_a_victim."""

    status: str
    organisation: str
    reasons: Sealed | None = None
    redecide_by: date | None = None
    notified_language: str | None = None


class NotAVictimProposed(Fact, kw_only=True):
    reasons: Sealed
    organisation: str


class ReviewWindowOpened(Fact, kw_only=True):
    notified_language: str


class ReviewWindowClosed(Fact, kw_only=True):
    pass


class ReviewRequested(Fact, kw_only=True):
    new_facts: Sealed


class HandedToImmigration(Fact, kw_only=True):
    receipt: str


class ReflectionStarted(Fact, kw_only=True):
    ends: datetime


class ReflectionExtended(Fact, kw_only=True):
    until: date
    reasons: Sealed


class ReflectionWaived(Fact, kw_only=True):
    language: str
    informed: bool = True


class ReflectionEnded(Fact, kw_only=True):
    pass
