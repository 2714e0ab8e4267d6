"""The overstay fine and its waiver: proposed by one, endorsed by a second, approved by a third.

    NONE -> ASSESSED -> PROPOSED -> ENDORSED -> APPROVED -> APPLIED
    NOT_NEEDED: nothing is owed.  RETURNED, REFUSED, REVOKED: may be proposed again.

A victim owes nothing for a stay that was forced on them; who says so never does it alone, and the
amount is the immigration service's, exact or unknown, never guessed (domain 1.8).
"""

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec.structs import replace
from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from homeward.domain.case.serviceanswer import answers
from homeward.domain.case.state import Case, Fine, Payment, Waiver
from homeward.domain.commands import Command, Facts, Fields, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_fine import (
    FineAssessed,
    FineAssessmentRequested,
    FinePeriod,
    PaymentRecorded,
    WaiverApplied,
    WaiverApproved,
    WaiverEndorsed,
    WaiverProposed,
    WaiverRefused,
    WaiverReturned,
    WaiverRevocationProposed,
    WaiverRevoked,
)
from homeward.domain.fields import Account, Day, Percent, Text
from homeward.domain.reference.fines import UNKNOWN
from homeward.domain.steps import decided, dropped, opened, owed, settled
from homeward.domain.streams import Call, evolves

PROPOSABLE = ("ASSESSED", "RETURNED", "REFUSED", "REVOKED")
ASSESSABLE = ("NONE", "NOT_NEEDED", *PROPOSABLE)
Ground = Literal["victim_of_trafficking", "minor", "humanitarian", "other"]


def _in_plain_digits(told: Any) -> Any:
    """Khmer digits, blanks, underscores and exponents would pass for a sum unseen."""
    if isinstance(told, str) and not re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", told):
        raise PydanticCustomError("sum", "is not a number")
    if not isinstance(told, str | int | float | Decimal) or isinstance(told, bool):
        return told
    return Decimal(str(told))


Usd = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}\.[0-9]{2}$")]
Paid = Annotated[
    Decimal, Field(gt=0, max_digits=11, decimal_places=2), BeforeValidator(_in_plain_digits)
]
UsdOrUnknown = Annotated[str, StringConstraints(pattern=r"^([0-9]{1,9}\.[0-9]{2}|UNKNOWN)$")]


@command("case", ("officer",), track=("waiver", ASSESSABLE))
class AssessFine(Command):
    """Asked of the immigration service. Without an entry stamp no first day is known."""

    permitted_until: Day | None = None
    accrual_ends: Day

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield FineAssessmentRequested(
            permitted_until=self.permitted_until, accrual_ends=self.accrual_ends
        )


@command("case", ("officer",), track=("waiver", PROPOSABLE))
class ProposeWaiver(Command):
    percent: Percent
    ground: Ground
    reasons: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield WaiverProposed(percent=self.percent, ground=self.ground, reasons=self.reasons)


@command("case", ("endorser",), track=("waiver", ("PROPOSED",)), not_by=("propose_waiver",))
class EndorseWaiver(Command):
    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield WaiverEndorsed()


@command("case", ("endorser", "approver"), track=("waiver", ("PROPOSED", "ENDORSED")))
class ReturnWaiver(Command):
    questions: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield WaiverReturned(questions=self.questions)


@command(
    "case",
    ("approver",),
    track=("waiver", ("ENDORSED",)),
    not_by=("propose_waiver", "endorse_waiver"),
)
class ApproveWaiver(Command):
    """Up to what was proposed; as a victim's, only while the status is decided (domain 6.31)."""

    percent: Percent

    @classmethod
    def ready(cls, case: Case, told: Told) -> None:
        if case.waiver.ground == "victim_of_trafficking":
            told.need(
                case.status in ("identified", "presumed"),
                "wrong_state",
                why="Nobody has determined that the person is a victim.",
            )
            told.need(not case.review_open, "wrong_state", why="The status is under review.")

    def decide(self, case: Case, told: Told) -> Facts:
        told.need(
            case.waiver.percent is None or self.percent <= case.waiver.percent,
            "invalid",
            "percent",
            why="More than was proposed and endorsed.",
        )
        yield WaiverApproved(percent=self.percent)


@command(
    "case",
    ("approver",),
    track=("waiver", ("ENDORSED",)),
    not_by=("propose_waiver", "endorse_waiver"),
)
class RefuseWaiver(Command):
    """It may be proposed again on new grounds."""

    reasons: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield WaiverRefused(reasons=self.reasons)


@command("case", ("officer",), track=("waiver", ("APPROVED", "APPLIED")))
class ProposeWaiverRevocation(Command):
    """A waiver ends by its own two people alone, whatever becomes of the status."""

    reasons: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield WaiverRevocationProposed(reasons=self.reasons)


@command(
    "case",
    ("approver",),
    track=("waiver", ("APPROVED", "APPLIED")),
    not_by=("propose_waiver_revocation",),
)
class RevokeWaiver(Command):
    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield WaiverRevoked()


@command("case", ("officer",))
class RecordPayment(Command):
    """A payment by the victim opens a task for the supervisor: victims are not charged."""

    payer: Literal["victim", "family", "mission", "ngo", "other"]
    amount: Paid
    receipt: Text

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield PaymentRecorded(payer=self.payer, amount=f"{self.amount:.2f}", receipt=self.receipt)


class PeriodTold(Fields):
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    days: Annotated[int, Field(ge=0)]
    rate: Usd
    amount: Usd


class FineTold(Fields):
    """`days` None where no first day is known; then the amount is not known either."""

    days: Annotated[int, Field(ge=0)] | None
    amount: UsdOrUnknown
    periods: tuple[PeriodTold, ...] = ()

    @field_validator("amount")
    @classmethod
    def _unknown_is_never_a_sum(cls, amount: str, info: ValidationInfo) -> str:
        if "days" in info.data and info.data["days"] is None and amount != UNKNOWN:
            raise PydanticCustomError("sum", "is a sum though the days are not known")
        return amount


class WaiverTold(Fields):
    reference: Text


@answers("fine-assessment", FineAssessed, FineTold)
def _fine(call: Call, told: FineTold) -> FineAssessed:
    return FineAssessed(
        call=call.id,
        days=told.days,
        amount=told.amount,
        periods=tuple(
            FinePeriod(first=p.first, last=p.last, days=p.days, rate=p.rate, amount=p.amount)
            for p in told.periods
        ),
    )


@answers("waiver", WaiverApplied, WaiverTold)
def _waiver(call: Call, told: WaiverTold) -> WaiverApplied:
    return WaiverApplied(call=call.id, reference=told.reference)


def _on(case: Case, track: str) -> Waiver:
    return replace(case.waiver, track=track)


@evolves
def _requested(case: Case, fact: FineAssessmentRequested, event: Event) -> Case:
    # Asked anew, only the newest question counts: an answer to an older one would be overtaken.
    case = dropped(case, "fine-assessment")
    asks = {
        "case": case.id,
        "permitted_until": fact.permitted_until,
        "accrual_ends": fact.accrual_ends,
    }
    return replace(case, calls=owed(case, event, "immigration", "fine-assessment", asks))


@evolves
def _assessed(case: Case, fact: FineAssessed, event: Event) -> Case:
    fine = Fine(
        days=fact.days,
        amount=None if fact.amount == UNKNOWN else fact.amount,
        at=event.recorded_at,
    )
    waiver = case.waiver
    if waiver.track in ASSESSABLE:
        waiver = Waiver(track="NOT_NEEDED" if fact.days == 0 else "ASSESSED")
    return replace(settled(case, fact.call), fine=fine, waiver=waiver)


@evolves
def _proposed(case: Case, fact: WaiverProposed, event: Event) -> Case:
    return replace(
        case,
        waiver=Waiver(track="PROPOSED", percent=fact.percent, ground=fact.ground),
        steps=opened(case, "propose_waiver", event),
    )


@evolves
def _endorsed(case: Case, _: WaiverEndorsed, __: Event) -> Case:
    return replace(case, waiver=_on(case, "ENDORSED"))


@evolves
def _returned(case: Case, _: WaiverReturned, __: Event) -> Case:
    return replace(case, waiver=_on(case, "RETURNED"), steps=decided(case, "propose_waiver"))


@evolves
def _refused(case: Case, _: WaiverRefused, __: Event) -> Case:
    return replace(case, waiver=_on(case, "REFUSED"), steps=decided(case, "propose_waiver"))


@evolves
def _approved(case: Case, fact: WaiverApproved, event: Event) -> Case:
    asks = {
        "case": case.id,
        "percent": fact.percent,
        "amount": None if case.fine is None else case.fine.amount or UNKNOWN,
    }
    return replace(
        case,
        waiver=replace(case.waiver, track="APPROVED", percent=fact.percent),
        steps=decided(case, "propose_waiver"),
        calls=owed(case, event, "immigration", "waiver", asks),
    )


@evolves
def _applied(case: Case, fact: WaiverApplied, _: Event) -> Case:
    return replace(
        settled(case, fact.call),
        waiver=replace(case.waiver, track="APPLIED", reference=fact.reference),
    )


@evolves
def _revocation_proposed(case: Case, _: WaiverRevocationProposed, event: Event) -> Case:
    return replace(case, steps=opened(case, "propose_waiver_revocation", event))


@evolves
def _revoked(case: Case, _: WaiverRevoked, __: Event) -> Case:
    case = dropped(case, "waiver")
    return replace(
        case,
        waiver=_on(case, "REVOKED"),
        steps=decided(case, "propose_waiver_revocation"),
    )


@evolves
def _paid(case: Case, fact: PaymentRecorded, event: Event) -> Case:
    payment = Payment(event=event.id, payer=fact.payer, amount=fact.amount, receipt=fact.receipt)
    return replace(case, payments=(*case.payments, payment))
