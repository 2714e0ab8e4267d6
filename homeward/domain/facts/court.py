"""What happens in a court case."""

from datetime import datetime
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class CourtCaseOpened(Fact, kw_only=True):
    court: str
    reference: str
    charges: tuple[str, ...]
    province: str
    operations: tuple[str, ...] = ()


class SuspectBroughtBeforeCourt(Fact, kw_only=True):
    """`suspect` names one whom an operation knows, or this event where it names a new one.

    In the court's stream; of a victim, with the court's id in the case's too, and without a name.
    """

    suspect: UUID
    at: datetime
    name: Sealed | None = None
    nationality: str | None = None
    sex: str | None = None
    operation: str | None = None
    case: str | None = None
    court: str | None = None


class WitnessLinked(Fact, kw_only=True):
    """In both streams: the court's and the person's."""

    court: str
    case: str


class HearingRecorded(Fact, kw_only=True):
    at: datetime
    next: datetime | None = None


class VerdictRecorded(Fact, kw_only=True):
    suspect: UUID
    verdict: str
    sentence_months: int | None = None


class CourtCaseClosed(Fact, kw_only=True):
    """In the court's stream; with its id in those of the cases that it holds back."""

    court: str | None = None
