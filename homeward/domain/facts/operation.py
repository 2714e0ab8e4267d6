"""What happens in an operation."""

from datetime import datetime
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class OperationPlanned(Fact, kw_only=True):
    requests: tuple[str, ...]
    province: str
    target: Sealed
    objectives: Sealed
    units: tuple[str, ...]
    legal_authority: str
    planned_for: datetime


class OperationAuthorised(Fact, kw_only=True):
    pass


class OperationRejected(Fact, kw_only=True):
    reasons: Sealed


class OperationLaunched(Fact, kw_only=True):
    started_at: datetime


class PersonRescued(Fact, kw_only=True):
    case: str
    rescued_at: datetime
    province: str
    place: Sealed
    request: str | None = None
    stub: int | None = None


class SearchOutcomeRecorded(Fact, kw_only=True):
    request: str
    stub: int
    outcome: str
    spoken_to_privately: bool | None = None
    interpreter: Sealed | None = None


class SuspectDetained(Fact, kw_only=True):
    """The suspect's id is the event's."""

    name: Sealed
    nationality: str
    sex: str
    alleged_role: tuple[str, ...]
    case: str | None = None


class SuspectRecorded(Fact, kw_only=True):
    """Known, not detained: recruiters at home, conspirators here."""

    alleged_role: tuple[str, ...]
    abroad: bool
    name: Sealed | None = None
    alias: Sealed | None = None
    nationality: str | None = None


class SuspectReleased(Fact, kw_only=True):
    suspect: UUID
    reasons: Sealed


class ExhibitSeized(Fact, kw_only=True):
    kind: str
    description: Sealed
    seal: str
    case: str | None = None


class OperationConcluded(Fact, kw_only=True):
    ended_at: datetime
    others_present: int


class OperationAborted(Fact, kw_only=True):
    reasons: Sealed
    leak_suspected: bool
