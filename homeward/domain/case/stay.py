"""Leave to stay: asked of the immigration service, for as long as the case needs it."""

from typing import Literal

from msgspec.structs import replace

from homeward.domain.case.serviceanswer import RefusalTold, answers
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Fields, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_stay import (
    StayPermitExpired,
    StayPermitIssued,
    StayPermitRefused,
    StayPermitRequested,
)
from homeward.domain.fields import Day, Text
from homeward.domain.steps import dropped, owed, settled, turned_down
from homeward.domain.streams import Call, evolves


@command("case", ("officer",), track=("stay_permit", ("NONE", "ACTIVE", "EXPIRED")))
class RequestStayPermit(Command):
    basis: Literal["reflection", "court", "protection", "humanitarian"]
    until: Day

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield StayPermitRequested(basis=self.basis, until=self.until)


class PermitTold(Fields):
    number: Text
    valid_until: Day


@answers("stay-permit", StayPermitIssued, PermitTold)
def _issue(call: Call, told: PermitTold) -> StayPermitIssued:
    return StayPermitIssued(call=call.id, number=told.number, valid_until=told.valid_until)


@answers("stay-permit", StayPermitRefused, RefusalTold, refusal=True)
def _refuse(call: Call, told: RefusalTold) -> StayPermitRefused:
    return StayPermitRefused(call=call.id, reason=told.reason or "")


@evolves
def _requested(case: Case, fact: StayPermitRequested, event: Event) -> Case:
    case = dropped(case, "stay-permit")
    asks = {"case": case.id, "basis": fact.basis, "until": fact.until}
    return replace(
        case,
        stay_permit="REQUESTED",
        stay_permit_before=case.stay_permit,
        calls=owed(case, event, "immigration", "stay-permit", asks),
    )


@evolves
def _issued(case: Case, fact: StayPermitIssued, _: Event) -> Case:
    return replace(
        settled(case, fact.call),
        stay_permit="ACTIVE",
        stay_permit_until=fact.valid_until,
        stay_permit_number=fact.number,
    )


@evolves
def _refused(case: Case, fact: StayPermitRefused, _: Event) -> Case:
    return replace(turned_down(case, fact.call), stay_permit=case.stay_permit_before)


@evolves
def _expired(case: Case, _: StayPermitExpired, __: Event) -> Case:
    if case.stay_permit == "REQUESTED":
        return replace(case, stay_permit_before="EXPIRED")
    return replace(case, stay_permit="EXPIRED")
