"""What happens to an incident: one case of suspected trafficking, as statistics count them."""

from datetime import date

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class IncidentOpened(Fact, kw_only=True):
    suspected_at: date
    province: str
    types: tuple[str, ...]
    requests: tuple[str, ...] = ()


class IncidentLinked(Fact, kw_only=True):
    requests: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()


class IncidentConcluded(Fact, kw_only=True):
    finding: str
    reasons: Sealed
