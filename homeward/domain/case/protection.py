"""Whether a return is safe, and who asks to be protected from it (domain.md 1.11)."""

from typing import Annotated, Any, Literal

from msgspec.structs import replace
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from homeward.domain.case.state import BestInterests, Case, Claim, Risk
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_holds import HoldLifted, HoldPlaced
from homeward.domain.facts.case_protection import (
    BestInterestsDetermined,
    NonPunishmentReviewed,
    ProtectionClaimRaised,
    ProtectionClaimResolved,
    ReturnRiskApproved,
    ReturnRiskAssessed,
    ReturnRiskExpired,
)
from homeward.domain.fields import (
    Account,
    Day,
    IdentityText,
    Protection,
    Protections,
    Text,
    UserId,
)
from homeward.domain.reference.codes import RiskLevel
from homeward.domain.steps import decided, opened
from homeward.domain.streams import evolves


@command("case", ("officer", "care", "child_protection"))
class AssessReturnRisk(Command):
    """Assessed by one, approved by another; a prohibited return is held back at once."""

    level: RiskLevel
    factors: Protections
    valid_until: Day

    def decide(self, state: Case, told: Told) -> Facts:
        yield ReturnRiskAssessed(
            level=self.level, factors=self.factors, valid_until=self.valid_until
        )
        held = any(h.kind == "PROTECTION" and h.origin == "risk" for h in state.holds.values())
        if self.level == "prohibited" and not held:
            told.result["hold"] = str(told.event_id(1))
            yield HoldPlaced(kind="PROTECTION", origin="risk")


@command("case", ("supervisor",), track=("risk", ("ASSESSED",)), not_by=("assess_return_risk",))
class ApproveReturnRisk(Command):
    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        step = state.steps.get("assess_return_risk")
        yield ReturnRiskApproved(assessment=step.event if step else None)


@command(
    "case",
    ("screener", "interviewer", "officer", "care", "child_protection", "justice"),
)
class RaiseProtectionClaim(Command):
    """Whoever hears the fear writes it down; the claim holds the return from then on."""

    kind: Literal["asylum", "refoulement", "reprisal"]
    account: Protection | None = None

    def decide(self, state: Any, told: Told) -> Facts:  # noqa: ARG002
        claim = told.event_id(0)
        told.result["hold"] = str(told.event_id(1))
        yield ProtectionClaimRaised(kind=self.kind, account=self.account)
        yield HoldPlaced(kind="PROTECTION", origin=f"claim:{claim}")


@command("case", ("supervisor",), not_by=("raise_protection_claim",))
class ResolveProtectionClaim(Command):
    """All open claims at once. Granted, the hold stays: stay or a third country follows."""

    outcome: Literal["granted", "rejected", "withdrawn"]
    decision: Text

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        raisers = {claim.by for claim in state.claims if claim.outcome is None}
        told.need(told.actor.id not in raisers, "separation_of_duties")

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        claims = tuple(claim.id for claim in state.claims if claim.outcome is None)
        yield ProtectionClaimResolved(claims=claims, outcome=self.outcome, decision=self.decision)
        if self.outcome == "granted":
            return
        origins = {f"claim:{claim}" for claim in claims}
        for hold in state.holds.values():
            if hold.origin in origins:
                yield HoldLifted(hold=hold.id, kind=hold.kind)


@command("case", ("child_protection",))
class DetermineBestInterests(Command):
    """No child returns without it (UNICEF guidelines)."""

    panel: Annotated[tuple[UserId, ...], Field(min_length=2)]
    return_is_best: bool
    receiving_guardian: IdentityText | None = None
    reasons: Account

    @field_validator("panel")
    @classmethod
    def _different_people(cls, panel: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(panel)) < len(panel):
            raise PydanticCustomError("repeated", "names the same person twice")
        return panel

    def decide(self, state: Any, told: Told) -> Facts:  # noqa: ARG002
        yield BestInterestsDetermined(
            panel=self.panel, return_is_best=self.return_is_best,
            receiving_guardian=self.receiving_guardian, reasons=self.reasons,
        )  # fmt: skip


@command("case", ("justice", "determiner"))
class ReviewNonPunishment(Command):
    outcome: Literal["charge", "do_not_charge"]
    reasons: Account

    def decide(self, state: Any, told: Told) -> Facts:  # noqa: ARG002
        yield NonPunishmentReviewed(outcome=self.outcome, reasons=self.reasons)


@evolves
def _assessed(case: Case, fact: ReturnRiskAssessed, event: Event) -> Case:
    risk = Risk(
        track="ASSESSED", level=fact.level, valid_until=fact.valid_until, by=event.by,
        factors=fact.factors,
    )  # fmt: skip
    return replace(case, risk=risk, steps=opened(case, "assess_return_risk", event))


@evolves
def _approved(case: Case, _: ReturnRiskApproved, __: Event) -> Case:
    risk = replace(case.risk, track="APPROVED")
    return replace(case, risk=risk, steps=decided(case, "assess_return_risk"))


@evolves
def _expired(case: Case, _: ReturnRiskExpired, __: Event) -> Case:
    risk = replace(case.risk, track="EXPIRED")
    return replace(case, risk=risk, steps=decided(case, "assess_return_risk"))


@evolves
def _raised(case: Case, fact: ProtectionClaimRaised, event: Event) -> Case:
    claim = Claim(
        id=event.id, kind=fact.kind, by=event.by, at=event.recorded_at, account=fact.account
    )
    return replace(
        case,
        claims=(*case.claims, claim),
        steps=opened(case, "raise_protection_claim", event),
    )


@evolves
def _resolved(case: Case, fact: ProtectionClaimResolved, event: Event) -> Case:
    claims = tuple(
        replace(
            claim,
            outcome=fact.outcome,
            resolved_at=event.recorded_at,
            resolved_version=event.version,
        )
        if claim.id in fact.claims
        else claim
        for claim in case.claims
    )
    return replace(case, claims=claims, steps=decided(case, "raise_protection_claim"))


@evolves
def _best(case: Case, fact: BestInterestsDetermined, event: Event) -> Case:
    best = BestInterests(
        return_is_best=fact.return_is_best, receiving_guardian=fact.receiving_guardian,
        at=event.recorded_at,
    )  # fmt: skip
    return replace(case, best_interests=best)


@evolves
def _non_punishment(case: Case, fact: NonPunishmentReviewed, _: Event) -> Case:
    return replace(case, non_punishment=fact.outcome)
