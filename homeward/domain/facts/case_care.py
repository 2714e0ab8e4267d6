"""Where the person stays, what they are given, whether they can travel."""

from datetime import date, datetime

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class CarePlacementStarted(Fact, kw_only=True):
    place: Sealed
    kind: str
    deprived_of_liberty: bool
    legal_basis: str | None = None
    review_on: date | None = None


class CareDischarged(Fact, kw_only=True):
    at: datetime
    to: Sealed | None = None


class CareProvided(Fact, kw_only=True):
    kind: str
    """HTCDS spl_Type."""
    provider: str
    note: Sealed | None = None


class FitnessToTravelCertified(Fact, kw_only=True):
    fit: bool
    valid_until: date
    conditions: Sealed | None = None
