"""Holds on a case: each blocks named transitions and changes no state."""

from datetime import date
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class HoldPlaced(Fact, kw_only=True):
    """`origin`: placed, screening, risk, family, claim:<id> or handoff:<id> put it there."""

    kind: str
    basis: Sealed | None = None
    document: str | None = None
    review_on: date | None = None
    court: str | None = None
    origin: str = "placed"


class HoldLiftProposed(Fact, kw_only=True):
    hold: UUID
    reasons: Sealed


class HoldLifted(Fact, kw_only=True):
    hold: UUID
    kind: str
