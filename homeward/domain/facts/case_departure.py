"""From the preparation of a return to the last word after it."""

from datetime import date, datetime
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class ReturnPreparationOpened(Fact, kw_only=True):
    mode: str
    wish_recorded: bool


class ReturnSuspended(Fact, kw_only=True):
    """The person changed their mind; the status stands."""

    account: Sealed | None = None


class DeportationOrderRequested(Fact, kw_only=True):
    basis: str
    reentry_ban: bool
    ban_until: date | None = None
    ban_reason: Sealed | None = None


class DeportationOrderSigned(Fact, kw_only=True):
    number: str
    notified_language: str
    appeal_until: date | None = None


class ExitPermitRequested(Fact, kw_only=True):
    basis: str


class ExitPermitIssued(Fact, kw_only=True):
    call: UUID | None = None
    number: str
    valid_until: date


class ExitPermitRefused(Fact, kw_only=True):
    call: UUID | None = None
    reason: Sealed | str = ""


class TravelBooked(Fact, kw_only=True):
    carrier: str
    number: str
    departs_at: datetime
    exit_point: str
    destination: str
    payer: str
    escort: Sealed | None = None
    manifest: str | None = None


class TravelCancelled(Fact, kw_only=True):
    reasons: str


class DepartureCleared(Fact, kw_only=True):
    """`overrides` are the guards that failed and were answered for, each with its reason."""

    overrides: dict[str, Sealed] = {}


class ClearanceRevoked(Fact, kw_only=True):
    """By a person with reasons, or by the system naming the guards that no longer hold."""

    guards: tuple[str, ...] = ()
    reasons: Sealed | None = None


class DepartureRecorded(Fact, kw_only=True):
    at: datetime
    exit_point: str
    document_number: Sealed


class DepartureFailed(Fact, kw_only=True):
    cause: str
    note: Sealed | None = None


class ReceptionConfirmed(Fact, kw_only=True):
    """By a person, or by the mission that received (`handoff`)."""

    at: datetime
    by_authority: str
    condition: Sealed | None = None
    handoff: UUID | None = None


class FollowUpRecorded(Fact, kw_only=True):
    at: date
    outcome: str
    note: Sealed | None = None


class CaseClosed(Fact, kw_only=True):
    outcome: str


class CaseReopened(Fact, kw_only=True):
    """`state` is where the case stands again."""

    state: str
    reasons: Sealed
