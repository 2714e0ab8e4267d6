"""What the facts of return and departure do to the case."""

from typing import Annotated
from uuid import UUID

from msgspec.structs import replace
from pydantic import StringConstraints

from homeward.domain.case.serviceanswer import RefusalTold, answers
from homeward.domain.case.state import Case, Order, Travel
from homeward.domain.commands import Fields
from homeward.domain.facts import Event
from homeward.domain.facts.case_departure import (
    ClearanceRevoked,
    DepartureCleared,
    DepartureFailed,
    DepartureRecorded,
    DeportationOrderRequested,
    DeportationOrderSigned,
    ExitPermitIssued,
    ExitPermitRefused,
    ExitPermitRequested,
    FollowUpRecorded,
    ReceptionConfirmed,
    ReturnPreparationOpened,
    ReturnSuspended,
    TravelBooked,
    TravelCancelled,
)
from homeward.domain.facts.case_embassy import HandoffDelivered
from homeward.domain.fields import Day, Text
from homeward.domain.steps import decided, dropped, opened, owed, settled, turned_down
from homeward.domain.streams import Call, evolves

LAPSED = ("travel",)


class PermitTold(Fields):
    number: Text
    valid_until: Day


class DeliveryTold(Fields):
    receipt: Annotated[str, StringConstraints(max_length=500)] = ""


@answers("exit-permit", ExitPermitIssued, PermitTold)
def _permit(call: Call, told: PermitTold) -> ExitPermitIssued:
    return ExitPermitIssued(call=call.id, number=told.number, valid_until=told.valid_until)


@answers("exit-permit", ExitPermitRefused, RefusalTold, refusal=True)
def _no_permit(call: Call, told: RefusalTold) -> ExitPermitRefused:
    return ExitPermitRefused(call=call.id, reason=told.reason or "")


@answers("handoff", HandoffDelivered, DeliveryTold)
def _delivery(call: Call, told: DeliveryTold) -> HandoffDelivered:
    return HandoffDelivered(handoff=call.id, receipt=told.receipt)


@evolves
def _preparing(case: Case, fact: ReturnPreparationOpened, _: Event) -> Case:
    """In another mode, what was ordered and permitted for the old one has lapsed."""
    after = replace(
        case, state="RETURN_PREPARATION", mode_of_return=fact.mode,
        wish_recorded=fact.wish_recorded, lapsed=None,
    )  # fmt: skip
    if case.mode_of_return in (None, fact.mode):
        return after
    after = dropped(after, "exit-permit")
    return replace(
        after, exit="NONE", exit_before="NONE", order=None, exit_permit_number=None,
        exit_permit_until=None, steps=decided(after, "request_deportation_order"),
    )  # fmt: skip


@evolves
def _suspended(case: Case, _: ReturnSuspended, __: Event) -> Case:
    return replace(case, state="PRESUMED" if case.status == "presumed" else "IDENTIFIED")


@evolves
def _order_requested(case: Case, fact: DeportationOrderRequested, event: Event) -> Case:
    order = Order(
        basis=fact.basis, reentry_ban=fact.reentry_ban, requested_by=event.by,
        ban_until=fact.ban_until,
    )  # fmt: skip
    steps = opened(case, "request_deportation_order", event)
    return replace(case, exit="ORDER_REQUESTED", order=order, steps=steps)


def _permit_owed(case: Case, event: Event, basis: str) -> dict[UUID, Call]:
    number = case.order.number if case.order else None
    asks = {"case": case.id, "basis": basis, "order_number": number}
    return owed(case, event, "immigration", "exit-permit", asks)


@evolves
def _signed(case: Case, fact: DeportationOrderSigned, event: Event) -> Case:
    if case.order is None:
        return replace(case, exit="ORDER_SIGNED")
    order = replace(
        case.order, number=fact.number, notified_language=fact.notified_language,
        appeal_until=fact.appeal_until,
    )  # fmt: skip
    after = replace(
        dropped(case, "exit-permit"), exit="ORDER_SIGNED", exit_before="ORDER_SIGNED", order=order,
        steps=decided(case, "request_deportation_order"),
    )  # fmt: skip
    return replace(after, calls=_permit_owed(after, event, order.basis))


@evolves
def _permit_requested(case: Case, fact: ExitPermitRequested, event: Event) -> Case:
    after = replace(
        dropped(case, "exit-permit"), exit="EXIT_PERMIT_REQUESTED", exit_before=case.exit
    )
    return replace(after, calls=_permit_owed(after, event, fact.basis))


@evolves
def _permitted(case: Case, fact: ExitPermitIssued, _: Event) -> Case:
    return replace(
        settled(case, fact.call), exit="EXIT_PERMIT_ISSUED", exit_permit_number=fact.number,
        exit_permit_until=fact.valid_until,
    )  # fmt: skip


@evolves
def _permit_refused(case: Case, fact: ExitPermitRefused, _: Event) -> Case:
    return replace(turned_down(case, fact.call), exit=case.exit_before)


@evolves
def _booked(case: Case, fact: TravelBooked, _: Event) -> Case:
    booking = Travel(
        carrier=fact.carrier, number=fact.number, departs_at=fact.departs_at,
        exit_point=fact.exit_point, destination=fact.destination, payer=fact.payer,
        escort=fact.escort, manifest=fact.manifest,
    )  # fmt: skip
    return replace(case, travel="BOOKED", booking=booking, lapsed=None)


@evolves
def _cancelled(case: Case, _: TravelCancelled, __: Event) -> Case:
    return replace(case, travel="CANCELLED", booking=None)


@evolves
def _cleared(case: Case, fact: DepartureCleared, event: Event) -> Case:
    return replace(
        case, state="CLEARED", cleared_at=event.recorded_at, overrides=dict(fact.overrides),
        lapsed=None,
    )  # fmt: skip


@evolves
def _clearance_revoked(case: Case, fact: ClearanceRevoked, event: Event) -> Case:
    """Where it only ran out, who left while it stood has left rightly."""
    ran_out = fact.guards == LAPSED and case.cleared_at is not None and case.travel == "BOOKED"
    lapsed = (case.cleared_at, event.recorded_at) if ran_out and case.cleared_at else None
    endings = tuple(
        replace(e, before="RETURN_PREPARATION") if e.before == "CLEARED" else e
        for e in case.endings
    )
    return replace(
        case,
        state="RETURN_PREPARATION" if case.state == "CLEARED" else case.state,
        endings=endings,
        cleared_at=None,
        lapsed=lapsed,
        overrides=case.overrides if lapsed else {},
    )


@evolves
def _left(case: Case, fact: DepartureRecorded, _: Event) -> Case:
    return replace(
        case, state="IN_TRANSIT", departed_at=fact.at, cleared_at=None, overrides={}, lapsed=None
    )


@evolves
def _failed(case: Case, _: DepartureFailed, __: Event) -> Case:
    return replace(
        case, state="RETURN_PREPARATION", departed_at=None, cleared_at=None, overrides={},
        lapsed=None,
    )  # fmt: skip


@evolves
def _received(case: Case, fact: ReceptionConfirmed, _: Event) -> Case:
    return replace(case, state="RECEIVED", received_at=fact.at)


@evolves
def _followed_up(case: Case, fact: FollowUpRecorded, _: Event) -> Case:
    return replace(case, state="FOLLOW_UP", follow_ups=(*case.follow_ups, fact))
