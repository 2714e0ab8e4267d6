"""What the field finds: people to bring to safety, people to ask alone, suspects, things."""

from typing import Annotated, Literal

from pydantic import Field

from homeward.domain import fieldgroups
from homeward.domain.case import state
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, On, Told, command
from homeward.domain.elsewhere import other
from homeward.domain.facts.case_opening import CaseOpened
from homeward.domain.facts.operation import (
    ExhibitSeized,
    PersonRescued,
    SearchOutcomeRecorded,
    SuspectDetained,
    SuspectRecorded,
    SuspectReleased,
)
from homeward.domain.fieldgroups import as_struct
from homeward.domain.fields import (
    Account,
    CaseId,
    IdentityText,
    Operational,
    PastMoment,
    RequestId,
    Text,
)
from homeward.domain.operation import Operation
from homeward.domain.reference.codes import (
    Country,
    OutcomeOfSearch,
    ProvinceCode,
    RoleInProcess,
    Sex,
)
from homeward.domain.request import Request
from homeward.domain.suspects import SuspectId, event_of, suspect_id

Index = Annotated[int, Field(ge=0)]
SPOKEN_TO = frozenset({"found_not_confined", "refused_rescue"})
"""Outcomes that the person's own words decide: said before guards they are worth nothing."""


def _stub_is_there(told: Told, request: str, stub: int | None, *, attached: bool) -> None:
    asked = other(told, request, Request)
    if not told.need(
        asked is not None and attached, "invalid", "request", why="There is no such request here."
    ):
        return
    assert asked is not None
    told.need(
        stub is None or stub < len(asked.people),
        "invalid",
        "stub",
        why="The request names no such person.",
    )


@command("operation", ("field",), from_=("UNDERWAY",), reserves=("case",))
class RecordRescue(Command):
    """Opens one case and its workflow; people nobody had reported are recorded the same way."""

    identity: fieldgroups.Identity
    rescued_at: PastMoment
    province: ProvinceCode
    place: Operational
    condition: Account | None = None
    passport: fieldgroups.Passport
    request: RequestId | None = None
    stub: Index | None = None

    def also(self, operation: Operation) -> tuple[str, ...]:  # noqa: ARG002
        return () if self.request is None else (self.request,)

    def decide(self, operation: Operation, told: Told) -> Facts:
        if self.request is not None:
            _stub_is_there(told, self.request, self.stub, attached=True)
        else:
            told.need(
                self.stub is None, "invalid", "request", why="A stub is a request's: which one?"
            )
        case = told.reserved.get("case", "")
        told.result["case"] = case
        yield PersonRescued(
            case=case,
            rescued_at=self.rescued_at,
            province=self.province,
            place=self.place,
            request=self.request,
            stub=self.stub,
        )
        yield On(
            case,
            CaseOpened(
                mode="operation",
                identity=as_struct(self.identity, state.Identity),
                rescued_at=self.rescued_at,
                province=self.province,
                place=self.place,
                condition=self.condition,
                passport=as_struct(self.passport, state.Passport),
                operation=operation.id,
                request=self.request,
                stub=self.stub,
            ),
        )


@command("operation", ("field",), from_=("UNDERWAY",))
class RecordSearchOutcome(Command):
    request: RequestId
    stub: Index
    outcome: OutcomeOfSearch
    spoken_to_privately: bool | None = None
    interpreter: IdentityText | None = None

    def also(self, operation: Operation) -> tuple[str, ...]:  # noqa: ARG002
        return (self.request,)

    def decide(self, operation: Operation, told: Told) -> Facts:
        attached = self.request in operation.requests
        _stub_is_there(told, self.request, self.stub, attached=attached)
        told.need(
            self.outcome not in SPOKEN_TO or self.spoken_to_privately,
            "invalid",
            "spoken_to_privately",
            why="Only a private conversation can tell this.",
        )
        yield SearchOutcomeRecorded(
            request=self.request,
            stub=self.stub,
            outcome=self.outcome,
            spoken_to_privately=self.spoken_to_privately,
            interpreter=self.interpreter,
        )


def _case_is_there(told: Told, case: str | None) -> None:
    told.need(
        case is None or other(told, case, Case), "invalid", "case", why="There is no such case."
    )


@command("operation", ("field",), from_=("UNDERWAY",))
class RecordDetention(Command):
    """A suspect who is also a victim is both: the case named stays a victim's."""

    name: IdentityText
    nationality: Country
    sex: Sex
    alleged_role: tuple[RoleInProcess, ...]
    case: CaseId | None = None

    def also(self, operation: Operation) -> tuple[str, ...]:  # noqa: ARG002
        return () if self.case is None else (self.case,)

    def decide(self, operation: Operation, told: Told) -> Facts:
        _case_is_there(told, self.case)
        told.result["suspect"] = suspect_id(operation.id, told.event_id(0))
        yield SuspectDetained(
            name=self.name,
            nationality=self.nationality,
            sex=self.sex,
            alleged_role=self.alleged_role,
            case=self.case,
        )


@command("operation", ("field", "interviewer", "justice"))
class RecordSuspect(Command):
    """Known, not detained: recruiters at home, conspirators here."""

    name: IdentityText | None = None
    alias: IdentityText | None = None
    nationality: Country | None = None
    alleged_role: tuple[RoleInProcess, ...]
    abroad: bool

    def decide(self, operation: Operation, told: Told) -> Facts:
        told.result["suspect"] = suspect_id(operation.id, told.event_id(0))
        yield SuspectRecorded(
            name=self.name,
            alias=self.alias,
            nationality=self.nationality,
            alleged_role=self.alleged_role,
            abroad=self.abroad,
        )


@command("operation", ("justice",))
class ReleaseSuspect(Command):
    suspect: SuspectId
    reasons: Operational

    def decide(self, operation: Operation, told: Told) -> Facts:
        known = operation.suspects.get(event_of(self.suspect))
        if not told.need(known, "invalid", "suspect", why="The operation knows no such suspect."):
            return
        assert known is not None
        told.need(known.detained and not known.released, "wrong_state", why="Nobody is detained.")
        yield SuspectReleased(suspect=known.id, reasons=self.reasons)


@command("operation", ("field",), from_=("UNDERWAY", "CONCLUDED"))
class RecordExhibit(Command):
    kind: Literal["passport", "phone", "ledger", "other"]
    description: Operational
    seal: Text
    case: CaseId | None = None

    def also(self, operation: Operation) -> tuple[str, ...]:  # noqa: ARG002
        return () if self.case is None else (self.case,)

    def decide(self, operation: Operation, told: Told) -> Facts:  # noqa: ARG002
        _case_is_there(told, self.case)
        yield ExhibitSeized(
            kind=self.kind, description=self.description, seal=self.seal, case=self.case
        )
