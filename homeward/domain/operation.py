"""A rescue operation as folded from its events.

Its rules stand in `planning.py` (one plans, another authorises) and `fieldwork.py` (who was found).
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.facts.operation import (
    ExhibitSeized,
    OperationAborted,
    OperationAuthorised,
    OperationConcluded,
    OperationLaunched,
    OperationPlanned,
    OperationRejected,
    PersonRescued,
    SearchOutcomeRecorded,
    SuspectDetained,
    SuspectRecorded,
    SuspectReleased,
)
from homeward.domain.facts.request import Outcome
from homeward.domain.sealed import Sealed
from homeward.domain.steps import decided, opened
from homeward.domain.streams import StreamState, evolves


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    alleged_role: tuple[str, ...]
    at: datetime
    name: Sealed | None = None
    alias: Sealed | None = None
    nationality: str | None = None
    sex: str | None = None
    case: str | None = None
    """The case of a suspect who is also a victim."""
    detained: bool = False
    released: bool = False
    abroad: bool = False


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    description: Sealed
    seal: str
    case: str | None = None


class Operation(StreamState, frozen=True, kw_only=True):
    requests: tuple[str, ...] = ()
    province: str = ""
    target: Sealed | None = None
    objectives: Sealed | None = None
    units: tuple[str, ...] = ()
    legal_authority: str = ""
    planned_for: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    others_present: int | None = None
    leak_suspected: bool = False
    cases: tuple[str, ...] = ()
    """Everyone rescued in it, asked for or not."""
    outcomes: dict[str, dict[int, Outcome]] = {}
    """Request -> stub -> what this operation found out last."""
    suspects: dict[UUID, Suspect] = {}
    exhibits: tuple[Exhibit, ...] = ()

    def found_out(self, request: str) -> dict[int, Outcome]:
        """What this operation knows of a request's people."""
        return self.outcomes.get(request, {})


def _with_outcome(operation: Operation, request: str, outcome: Outcome) -> Operation:
    known = {**operation.found_out(request), outcome.person: outcome}
    return replace(operation, outcomes={**operation.outcomes, request: known})


@evolves
def _planned(operation: Operation, fact: OperationPlanned, event: Event) -> Operation:
    return replace(
        operation,
        state="PLANNED",
        requests=fact.requests,
        province=fact.province,
        target=fact.target,
        objectives=fact.objectives,
        units=fact.units,
        legal_authority=fact.legal_authority,
        planned_for=fact.planned_for,
        steps=opened(operation, "plan_operation", event),
    )


@evolves
def _authorised(operation: Operation, _: OperationAuthorised, __: Event) -> Operation:
    return replace(operation, state="AUTHORISED", steps=decided(operation, "plan_operation"))


@evolves
def _rejected(operation: Operation, _: OperationRejected, __: Event) -> Operation:
    return replace(operation, state="REJECTED", steps={})


@evolves
def _launched(operation: Operation, fact: OperationLaunched, _: Event) -> Operation:
    return replace(operation, state="UNDERWAY", started_at=fact.started_at)


@evolves
def _rescued(operation: Operation, fact: PersonRescued, _: Event) -> Operation:
    operation = replace(operation, cases=(*operation.cases, fact.case))
    if fact.request is None or fact.stub is None:
        return operation
    outcome = Outcome(person=fact.stub, outcome="rescued", case=fact.case)
    return _with_outcome(operation, fact.request, outcome)


@evolves
def _searched(operation: Operation, fact: SearchOutcomeRecorded, _: Event) -> Operation:
    outcome = Outcome(person=fact.stub, outcome=fact.outcome)
    return _with_outcome(operation, fact.request, outcome)


def _with_suspect(operation: Operation, suspect: Suspect) -> Operation:
    return replace(operation, suspects={**operation.suspects, suspect.id: suspect})


@evolves
def _detained(operation: Operation, fact: SuspectDetained, event: Event) -> Operation:
    suspect = Suspect(
        id=event.id,
        alleged_role=fact.alleged_role,
        at=event.occurred_at,
        name=fact.name,
        nationality=fact.nationality,
        sex=fact.sex,
        case=fact.case,
        detained=True,
    )
    return _with_suspect(operation, suspect)


@evolves
def _recorded(operation: Operation, fact: SuspectRecorded, event: Event) -> Operation:
    suspect = Suspect(
        id=event.id,
        alleged_role=fact.alleged_role,
        at=event.occurred_at,
        name=fact.name,
        alias=fact.alias,
        nationality=fact.nationality,
        abroad=fact.abroad,
    )
    return _with_suspect(operation, suspect)


@evolves
def _released(operation: Operation, fact: SuspectReleased, _: Event) -> Operation:
    suspect = operation.suspects.get(fact.suspect)
    if suspect is None:
        return operation
    return _with_suspect(operation, replace(suspect, released=True))


@evolves
def _seized(operation: Operation, fact: ExhibitSeized, event: Event) -> Operation:
    exhibit = Exhibit(
        id=event.id,
        kind=fact.kind,
        description=fact.description,
        seal=fact.seal,
        case=fact.case,
    )
    return replace(operation, exhibits=(*operation.exhibits, exhibit))


@evolves
def _concluded(operation: Operation, fact: OperationConcluded, _: Event) -> Operation:
    return replace(
        operation,
        state="CONCLUDED",
        ended_at=fact.ended_at,
        others_present=fact.others_present,
    )


@evolves
def _aborted(operation: Operation, fact: OperationAborted, _: Event) -> Operation:
    return replace(operation, state="ABORTED", leak_suspected=fact.leak_suspected, steps={})
