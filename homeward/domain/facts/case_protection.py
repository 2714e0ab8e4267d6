"""Return risk, protection claims, a child's best interests, non-punishment."""

from datetime import date
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class ReturnRiskAssessed(Fact, kw_only=True):
    level: str
    factors: Sealed
    valid_until: date


class ReturnRiskApproved(Fact, kw_only=True):
    assessment: UUID | None = None


class ReturnRiskExpired(Fact, kw_only=True):
    valid_until: date


class ProtectionClaimRaised(Fact, kw_only=True):
    kind: str
    account: Sealed | None = None


class ProtectionClaimResolved(Fact, kw_only=True):
    """Resolves every claim then open."""

    claims: tuple[UUID, ...]
    outcome: str
    decision: str


class BestInterestsDetermined(Fact, kw_only=True):
    panel: tuple[str, ...]
    return_is_best: bool
    receiving_guardian: Sealed | None = None
    reasons: Sealed


class NonPunishmentReviewed(Fact, kw_only=True):
    """ACTIP article 14(7): no liability for acts directly related to having been trafficked."""

    outcome: str
    reasons: Sealed
