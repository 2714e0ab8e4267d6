"""What the engine asks of its partners, what they answer, and how they may fail.

    PartnerError
    +- ServiceUnavailable   nobody knows whether it was done: ask again, same key
    +- ServiceRefused       the partner decided against it: asking again changes nothing

The same words stand in `services/*.yaml`; a test holds the two together. No message but a
mission's own answer carries a field about who the person is.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

UNKNOWN: Literal["UNKNOWN"] = "UNKNOWN"
MONEY_PATTERN = r"^[0-9]{1,9}\.[0-9]{2}$"
AMOUNT_PATTERN = r"^([0-9]{1,9}\.[0-9]{2}|UNKNOWN)$"


def _money(value: Any) -> Decimal:
    # A JSON number is refused: it has passed through a float somewhere, and cents are lost there.
    if isinstance(value, Decimal) and value.is_finite() and 0 <= value < 10**9:
        value = f"{value:.2f}" if value == round(value, 2) else ""
    if not isinstance(value, str) or not re.fullmatch(MONEY_PATTERN, value):
        raise ValueError("is not an amount with two places")
    return Decimal(value)


def _amount(value: Any) -> Decimal | Literal["UNKNOWN"]:
    return UNKNOWN if value == UNKNOWN else _money(value)


Money = Annotated[
    Decimal,
    PlainValidator(_money),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": MONEY_PATTERN}),
]
"""USD with two places, a string on the wire."""
Amount = Annotated[
    Decimal | Literal["UNKNOWN"],
    PlainValidator(_amount),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": AMOUNT_PATTERN}),
]
"""Money, or UNKNOWN, which is not 0."""
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=100)]
NUMBER_PATTERN = r"^[A-Za-z ./_:-]{0,40}[0-9][A-Za-z0-9 ./_:-]{0,40}$"
Number = Annotated[str, StringConstraints(pattern=NUMBER_PATTERN)]
"""A partner's number for what it did, which is kept in clear: with a digit, and no sentence."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
HandoffKind = Literal[
    "verify_nationality",
    "issue_travel_document",
    "arrange_reception",
    "consular_visit",
    "confirm_reception",
]
HandoffReply = Literal["confirmed", "not_ours", "needs_more", "no_record", "done", "declined"]


class Asked(BaseModel):
    """What we say: nothing but what the operation names."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class Answered(BaseModel):
    """What we are told: of the right types, and what was not asked for is dropped unread."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        hide_input_in_errors=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


class FineAssessmentAsked(Asked):
    case: Reference
    permitted_until: date | None = Field(...)
    """The last permitted day; None without an entry stamp."""
    accrual_ends: date


class FinePeriod(Answered):
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    days: int = Field(ge=0)
    rate: Money
    amount: Money


class FineAssessed(Answered):
    days: int | None = Field(ge=0)
    amount: Amount
    periods: tuple[FinePeriod, ...]

    @field_validator("amount")
    @classmethod
    def _unknown_is_never_a_sum(cls, amount: Amount, info: ValidationInfo) -> Amount:
        if "days" in info.data and info.data["days"] is None and amount != UNKNOWN:
            raise ValueError("is a sum though the days are not known")
        return amount


class WaiverAsked(Asked):
    case: Reference
    percent: int = Field(ge=1, le=100)
    amount: Amount | None = None


class WaiverApplied(Answered):
    reference: Number


class StayPermitAsked(Asked):
    case: Reference
    basis: Literal["reflection", "court", "protection", "humanitarian"]
    until: date


class StayPermitIssued(Answered):
    number: Number
    valid_until: date


class ExitPermitAsked(Asked):
    case: Reference
    basis: Words
    order_number: Words | None = None


class ExitPermitIssued(Answered):
    number: Number
    valid_until: date


class HandoffDeliveryAsked(Asked):
    handoff: Reference
    case: Reference
    mission: Country
    kind: HandoffKind
    nationality: Country
    due: date | None = None


class HandoffDelivered(Answered):
    receipt: Number


class TravelDocumentTold(Answered):
    kind: Literal["passport", "emergency_travel_document", "laissez_passer", "identity_certificate"]
    number: Reference = Field(repr=False)
    issued: date
    expires: date
    mrz: Words | None = Field(default=None, repr=False)


class ReceptionTold(Answered):
    authority: Words
    port: Words
    contact: Words = Field(repr=False)


class MissionAnswer(Answered):
    """A mission's own system's answer to a handoff; its document, contact and note are people's."""

    id: Reference
    handoff: Reference
    case: Reference
    mission: Country
    answer: HandoffReply
    document: TravelDocumentTold | None = None
    reception: ReceptionTold | None = None
    received_at: AwareDatetime | None = None
    note: Words | None = Field(default=None, repr=False)
    at: AwareDatetime


class MissionAnswers(Answered):
    """Answers without a receipt, oldest first; `cursor` is where to go on."""

    cursor: Annotated[str, StringConstraints(max_length=100)]
    answers: tuple[MissionAnswer, ...]


class AnswerReceived(Answered):
    receipt: Reference


class PartnerError(Exception):
    """A partner did not do what it was asked."""


class ServiceUnavailable(PartnerError):  # noqa: N818 -- a state of the world, as in the contract
    """Away, busy or not understood; `retry_after` in seconds where the partner said when."""

    def __init__(self, what: str = "the service is away", retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class ServiceRefused(PartnerError):  # noqa: N818
    """The partner's decision. `reason` is its own words: kept from the message, which is logged."""

    def __init__(self, reason: str, what: str = "the service refused") -> None:
        super().__init__(what)
        self.reason = reason


class ImmigrationService(Protocol):
    """Each call's `key` is the id of the event that owes it: repeated, it is done once."""

    async def assess_fine(self, key: str, asked: FineAssessmentAsked) -> FineAssessed: ...

    async def apply_waiver(self, key: str, asked: WaiverAsked) -> WaiverApplied: ...

    async def issue_stay_permit(self, key: str, asked: StayPermitAsked) -> StayPermitIssued: ...

    async def issue_exit_permit(self, key: str, asked: ExitPermitAsked) -> ExitPermitIssued: ...


class MissionService(Protocol):
    """Hands tasks to missions and hands back what their own systems answer."""

    async def deliver(self, key: str, asked: HandoffDeliveryAsked) -> HandoffDelivered: ...

    async def answers(self, after: str = "") -> MissionAnswers: ...

    async def receive(self, key: str, answer: str) -> AnswerReceived: ...
