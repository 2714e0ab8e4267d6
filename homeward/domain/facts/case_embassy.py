"""What passes between Cambodia and a mission about one person, and what comes of it."""

from datetime import date, datetime
from uuid import UUID

from homeward.domain.case.state import Passport
from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class HandoffOpened(Fact, kw_only=True):
    """A task for a mission. The event's id is the handoff's."""

    mission: str
    kind: str
    nationality: str
    message: Sealed | None = None
    due: date | None = None


class MissionNotified(Fact, kw_only=True):
    """For the first time this mission learns that the person is here."""

    mission: str
    nationality: str


class HandoffDelivered(Fact, kw_only=True):
    handoff: UUID
    receipt: str = ""


class HandoffAccepted(Fact, kw_only=True):
    handoff: UUID


class HandoffDeclined(Fact, kw_only=True):
    handoff: UUID
    reasons: Sealed


class HandoffQuestionAsked(Fact, kw_only=True):
    handoff: UUID
    question: Sealed


class HandoffQuestionAnswered(Fact, kw_only=True):
    handoff: UUID
    answer: Sealed


class HandoffAnswered(Fact, kw_only=True):
    """`needs_more` leaves the task where it is: the mission will answer again."""

    handoff: UUID
    answer: str
    note: Sealed | None = None


class HandoffWithdrawn(Fact, kw_only=True):
    handoff: UUID
    reasons: Sealed


class HandoffRevoked(Fact, kw_only=True):
    """The mission's access ended: it knows of the person no longer. Past disclosure stays told."""

    handoff: UUID
    mission: str


class NationalityConfirmed(Fact, kw_only=True):
    handoff: UUID
    country: str


class NationalityDenied(Fact, kw_only=True):
    handoff: UUID
    country: str


class TravelDocumentIssued(Fact, kw_only=True):
    handoff: UUID
    kind: str
    issuer: str
    number: Sealed | None = None
    issued: date | None = None
    expires: date | None = None
    mrz: Sealed | None = None


class ReceptionArranged(Fact, kw_only=True):
    """By a mission (`handoff`), or without one for a third country or the State of residence."""

    authority: str
    port: str
    contact: Sealed
    country: str
    handoff: UUID | None = None


class ConsularVisitRecorded(Fact, kw_only=True):
    handoff: UUID
    mission: str
    at: datetime


class TravelNationalityChosen(Fact, kw_only=True):
    country: str


class StatelessnessRecorded(Fact, kw_only=True):
    reasons: Sealed
    residence_state: str | None = None


class PassportRecorded(Fact, kw_only=True):
    passport: Passport
