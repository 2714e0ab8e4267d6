"""Leave to stay while the case runs."""

from datetime import date
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class StayPermitRequested(Fact, kw_only=True):
    basis: str
    until: date


class StayPermitIssued(Fact, kw_only=True):
    call: UUID
    number: str
    valid_until: date


class StayPermitRefused(Fact, kw_only=True):
    call: UUID
    reason: Sealed | str = ""


class StayPermitExpired(Fact, kw_only=True):
    pass
