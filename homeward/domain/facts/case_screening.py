"""First safety: screening, rights, a minor's guardian, age."""

import msgspec

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class Needs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    medical_urgent: bool
    pregnancy: Sealed
    suicide_risk: Sealed
    dependants: int
    medical: Sealed | None = None
    psychological: Sealed | None = None


class ScreeningRecorded(Fact, kw_only=True):
    needs: Needs
    minor: str
    fear_of_police: str
    fear_of_own_authorities: str
    separated_from_suspects: bool
    rights_explained: bool
    language: str
    indicators_observed: tuple[str, ...]


class RightsExplained(Fact, kw_only=True):
    topics: tuple[str, ...]
    language: str
    interpreter: Sealed | None = None


class GuardianAppointed(Fact, kw_only=True):
    name: Sealed
    organisation: str
    conflict_checked: bool


class AgeAssessed(Fact, kw_only=True):
    minor: bool
    method: str
    birth_date: Sealed | None = None
    turns_18: str | None = None
    """YYYY-MM, of who was under 18 at the rescue by this birth date."""
