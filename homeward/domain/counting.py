"""Incidents are opened, linked to what belongs together, and found true or unfounded."""

from typing import Annotated, Literal

from pydantic import Field

from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.elsewhere import need_there
from homeward.domain.facts.incident import IncidentConcluded, IncidentLinked, IncidentOpened
from homeward.domain.fields import Account, CaseId, Day, OperationId, RequestId
from homeward.domain.incident import Incident
from homeward.domain.operation import Operation
from homeward.domain.reference.codes import ProvinceCode, TypeOfExploitation
from homeward.domain.request import Request


@command("incident", ("examiner", "planner"), opens=True)
class OpenIncident(Command):
    suspected_at: Day
    province: ProvinceCode
    types: Annotated[tuple[TypeOfExploitation, ...], Field(min_length=1)]
    requests: tuple[RequestId, ...] = ()

    def also(self, incident: Incident) -> tuple[str, ...]:  # noqa: ARG002
        return self.requests

    def decide(self, incident: Incident, told: Told) -> Facts:  # noqa: ARG002
        need_there(told, "requests", self.requests, Request)
        yield IncidentOpened(
            suspected_at=self.suspected_at,
            province=self.province,
            types=self.types,
            requests=self.requests,
        )


@command(
    "incident",
    ("examiner", "planner", "interviewer"),
    from_=("SUSPECTED", "SUBSTANTIATED"),
)
class LinkToIncident(Command):
    requests: tuple[RequestId, ...] = ()
    operations: tuple[OperationId, ...] = ()
    cases: tuple[CaseId, ...] = ()

    def also(self, incident: Incident) -> tuple[str, ...]:  # noqa: ARG002
        return (*self.requests, *self.operations, *self.cases)

    def decide(self, incident: Incident, told: Told) -> Facts:  # noqa: ARG002
        told.need(
            self.requests or self.operations or self.cases,
            "invalid",
            "requests",
            "operations",
            "cases",
            why="Nothing is linked.",
        )
        need_there(told, "requests", self.requests, Request)
        need_there(told, "operations", self.operations, Operation)
        need_there(told, "cases", self.cases, Case)
        yield IncidentLinked(requests=self.requests, operations=self.operations, cases=self.cases)


@command("incident", ("examiner",), from_=("SUSPECTED",))
class ConcludeIncident(Command):
    finding: Literal["substantiated", "unfounded"]
    reasons: Account

    def decide(self, incident: Incident, told: Told) -> Facts:  # noqa: ARG002
        yield IncidentConcluded(finding=self.finding, reasons=self.reasons)
