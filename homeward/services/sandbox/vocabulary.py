"""How the sandbox can be told to behave: the scenarios' words, checked before they count."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from homeward.ports_partners import (
    Amount,
    FinePeriod,
    HandoffReply,
    Number,
    ReceptionTold,
    Reference,
    TravelDocumentTold,
    Words,
)
from homeward.services.sandbox.durations import parse_duration

Times = Annotated[int, Field(ge=0, le=1_000_000)]


def _to_the_cent(value: Any) -> Any:
    """A story's author may write 3650 where the wire has "3650.00"."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return f"{value:.2f}"
    return value


def _duration(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


def _written(duration: timedelta) -> str:
    return f"{int(duration.total_seconds())}s"


Duration = Annotated[
    timedelta, BeforeValidator(_duration), PlainSerializer(_written, return_type=str)
]


class Behaviour(BaseModel):
    """In this order: fails, is slow, refuses or does it, then answers garbage or nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    fail: Annotated[int, Field(ge=400, le=599)] | None = None
    times: Times | None = None
    """How often it fails; left out, until told otherwise."""
    slow: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] = 0
    refuse: Words | None = None
    garbage: Times = 0
    lose: Times = 0

    @model_validator(mode="after")
    def _times_needs_fail(self) -> "Behaviour":
        if self.times is not None and self.fail is None:
            raise ValueError("times without fail")
        return self


class FineBehaviour(Behaviour):
    days: Annotated[int, Field(ge=0)] | None = None
    amount: Annotated[Amount, BeforeValidator(_to_the_cent)] | None = None
    periods: tuple[FinePeriod, ...] | None = None


class WaiverBehaviour(Behaviour):
    reference: Number | None = None


class PermitBehaviour(Behaviour):
    number: Number | None = None
    valid_days: Annotated[int, Field(ge=-36_500, le=36_500)] | None = None
    valid_until: date | None = None


class DeliverBehaviour(Behaviour):
    receipt: Number | None = None


class AnswerBehaviour(Behaviour):
    """A mission's own system: what it will answer, and how the feed of answers behaves."""

    handoff: Reference | None = None
    answer: HandoffReply | None = None
    after: Duration = timedelta()
    document: TravelDocumentTold | None = None
    reception: ReceptionTold | None = None
    received_at: AwareDatetime | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _answer_and_handoff_go_together(self) -> "AnswerBehaviour":
        if (self.handoff is None) != (self.answer is None):
            raise ValueError("handoff and answer go together")
        if self.refuse is not None or self.slow:
            raise ValueError("an answer is late by `after`, and cannot be refused")
        return self


OPERATIONS: Mapping[str, Mapping[str, type[Behaviour]]] = {
    "immigration": {
        "fine": FineBehaviour,
        "waiver": WaiverBehaviour,
        "stay_permit": PermitBehaviour,
        "exit_permit": PermitBehaviour,
    },
    "mission": {"deliver": DeliverBehaviour, "answer": AnswerBehaviour},
}


class UnknownBehaviourError(ValueError):
    """What was told is not in the vocabulary; `faults` names every place and why."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {why}" for place, why in faults.items()))
        self.faults = dict(faults)


def understood(told: Any) -> dict[tuple[str, str], Behaviour]:
    """(service, operation) -> behaviour, of `{"immigration": {"waiver": {...}}}`."""
    faults: dict[str, str] = {}
    behaviours: dict[tuple[str, str], Behaviour] = {}
    for service, operations in _entries(told, "", faults):
        if service not in OPERATIONS:
            faults[service] = f"is none of {', '.join(OPERATIONS)}"
            continue
        for operation, how in _entries(operations, service, faults):
            place = f"{service}.{operation}"
            kind = OPERATIONS[service].get(operation)
            if kind is None:
                faults[place] = f"is none of {', '.join(OPERATIONS[service])}"
                continue
            try:
                # Lenient below too: a story's file has dates where the wire has strings.
                behaviours[service, operation] = kind.model_validate(how, strict=False)
            except ValidationError as error:
                for fault in error.errors():
                    faults[".".join([place, *map(str, fault["loc"])])] = fault["msg"]
    if faults:
        raise UnknownBehaviourError(faults)
    return behaviours


def _entries(told: Any, place: str, faults: dict[str, str]) -> list[tuple[str, Any]]:
    if not isinstance(told, Mapping):
        faults[place or "behaviour"] = "is not a mapping"
        return []
    return [(str(name), value) for name, value in told.items()]
