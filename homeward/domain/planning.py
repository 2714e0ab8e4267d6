"""An operation is planned by one and authorised by another; in the end nobody is left out."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from homeward.domain.commands import Command, Facts, On, Told, command
from homeward.domain.elsewhere import need_there, other
from homeward.domain.facts.operation import (
    OperationAborted,
    OperationAuthorised,
    OperationConcluded,
    OperationLaunched,
    OperationPlanned,
    OperationRejected,
)
from homeward.domain.facts.request import RequestAttached, RequestDetached
from homeward.domain.fields import Moment, Operational, PastMoment, RequestId, Text, Unit
from homeward.domain.operation import Operation
from homeward.domain.reference.codes import ProvinceCode
from homeward.domain.request import Request


@command("operation", ("planner",), opens=True)
class PlanOperation(Command):
    requests: tuple[RequestId, ...]
    province: ProvinceCode
    target: Operational
    objectives: Operational
    units: tuple[Unit, ...]
    legal_authority: Text
    planned_for: Moment

    def also(self, operation: Operation) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(dict.fromkeys(self.requests))

    def decide(self, operation: Operation, told: Told) -> Facts:  # noqa: ARG002
        requests = need_there(told, "requests", self.requests, Request)
        for name, request in requests.items():
            told.need(
                request.state == "ACCEPTED",
                "wrong_state",
                name,
                why="Only an accepted request can be planned for.",
            )
        barred = {unit for request in requests.values() for unit in request.do_not_route_to}
        for nth, unit in enumerate(self.units):
            # Leaks by local units before raids are alleged (domain 1.1); a reporter may bar them.
            told.need(
                unit not in barred,
                "invalid",
                f"units.{nth}",
                why="A request is not to be routed to this unit.",
            )
        yield OperationPlanned(
            requests=self.requests,
            province=self.province,
            target=self.target,
            objectives=self.objectives,
            units=self.units,
            legal_authority=self.legal_authority,
            planned_for=self.planned_for,
        )
        for name in self.requests:
            yield On(name, RequestAttached(operation=told.stream))


@command("operation", ("authoriser",), from_=("PLANNED",), not_by=("plan_operation",))
class AuthoriseOperation(Command):
    def decide(self, operation: Operation, told: Told) -> Facts:  # noqa: ARG002
        yield OperationAuthorised()


@command("operation", ("authoriser",), from_=("PLANNED",), not_by=("plan_operation",))
class RejectOperation(Command):
    reasons: Operational

    def also(self, operation: Operation) -> tuple[str, ...]:
        return operation.requests

    def decide(self, operation: Operation, told: Told) -> Facts:
        yield OperationRejected(reasons=self.reasons)
        yield from _detach(operation, told)


@command("operation", ("planner",), from_=("AUTHORISED",))
class LaunchOperation(Command):
    started_at: PastMoment

    def decide(self, operation: Operation, told: Told) -> Facts:  # noqa: ARG002
        yield OperationLaunched(started_at=self.started_at)


@command("operation", ("planner",), from_=("UNDERWAY",))
class ConcludeOperation(Command):
    """Every person asked for has an outcome; whoever was not found is looked for again."""

    ended_at: PastMoment
    others_present: Annotated[int, Field(ge=0)]

    def also(self, operation: Operation) -> tuple[str, ...]:
        return operation.requests

    def decide(self, operation: Operation, told: Told) -> Facts:
        told.need(
            operation.started_at is None or self.ended_at >= operation.started_at,
            "invalid",
            "ended_at",
            why="It ended before it started.",
        )
        for name, request in _attached(operation, told).items():
            known = operation.found_out(name)
            for stub in request.sought({}):
                told.need(
                    stub in known,
                    "invalid",
                    f"outcomes.{name}:{stub}",
                    why="A person who was asked for has no outcome yet.",
                )
        yield OperationConcluded(ended_at=self.ended_at, others_present=self.others_present)
        for name, request in _attached(operation, told).items():
            known = operation.found_out(name)
            if request.sought(known):
                yield _detached(operation, name)


@command("operation", ("planner", "authoriser"), from_=("PLANNED", "AUTHORISED", "UNDERWAY"))
class AbortOperation(Command):
    reasons: Operational
    leak_suspected: bool

    def also(self, operation: Operation) -> tuple[str, ...]:
        return operation.requests

    def decide(self, operation: Operation, told: Told) -> Facts:
        yield OperationAborted(reasons=self.reasons, leak_suspected=self.leak_suspected)
        yield from _detach(operation, told)


def _attached(operation: Operation, told: Told) -> dict[str, Request]:
    """The requests that still wait for this operation: not those answered meanwhile."""
    requests = {name: other(told, name, Request) for name in operation.requests}
    return {
        name: request
        for name, request in requests.items()
        if request is not None and request.state == "ATTACHED" and request.operation == operation.id
    }


def _detached(operation: Operation, request: str) -> On:
    known = operation.found_out(request)
    return On(
        request,
        RequestDetached(
            operation=operation.id, outcomes=tuple(known[stub] for stub in sorted(known))
        ),
    )


def _detach(operation: Operation, told: Told) -> Iterator[On]:
    for name in _attached(operation, told):
        yield _detached(operation, name)
