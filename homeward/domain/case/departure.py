"""Preparing a return: mode and wish, order, permit, travel (domain.md 1.11, 1.12)."""

from typing import Any, Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from homeward.domain.access import reads_protection
from homeward.domain.case.guards import GUARDS, HOLDS_ON_ORDER, Journey, counting_holds, travel_day
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts.case_departure import (
    DeportationOrderRequested,
    DeportationOrderSigned,
    ExitPermitRequested,
    ReturnPreparationOpened,
    ReturnSuspended,
    TravelBooked,
    TravelCancelled,
)
from homeward.domain.fields import Account, Day, IdentityTexts, Moment, Text
from homeward.domain.reference.codes import Language, ReturnMode


@command("case", ("officer",), from_=("IDENTIFIED", "PRESUMED", "REMAINS"))
class OpenReturnPreparation(Command):
    """After the reflection period, or when the person waived it."""

    mode: ReturnMode
    wish_recorded: bool

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        over = state.reflection in ("ENDED", "WAIVED_BY_VICTIM")
        told.need(over, "wrong_state", why="The reflection period has not ended.")

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ReturnPreparationOpened(mode=self.mode, wish_recorded=self.wish_recorded)


@command("case", ("officer", "care"), from_=("RETURN_PREPARATION", "CLEARED"))
class ChangeOfMind(Command):
    account: Account | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ReturnSuspended(account=self.account)


def _nothing_holds(state: Case, told: Told) -> None:
    """Neither order nor permit while one of these holds is open; who may not see it is not told."""
    held = counting_holds(state) & HOLDS_ON_ORDER
    shown = held if reads_protection(told.actor) else held - {"PROTECTION"}
    told.need(not held, "hold", *sorted(shown))


def _order_is_in_order(state: Case, told: Told) -> None:
    deported = state.mode_of_return == "deportation"
    told.need(deported, "wrong_state", why="The return is not a deportation.")
    _nothing_holds(state, told)
    unafraid = GUARDS["fear"](Journey(state, told.now, travel_day(state, told.now), False))
    told.need(unafraid, "protection_bar")


@command("case", ("officer",), from_=("RETURN_PREPARATION",), track=("exit", ("NONE",)))
class RequestDeportationOrder(Command):
    """A victim's re-entry ban is never a matter of course: it needs its own reason."""

    basis: Text
    reentry_ban: bool
    ban_until: Day | None = None
    ban_reason: Account | None = None

    @field_validator("ban_until", "ban_reason")
    @classmethod
    def _of_a_ban(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None and info.data.get("reentry_ban") is False:
            raise PydanticCustomError("contradicts", "is given though there is no ban")
        return value

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        _order_is_in_order(state, told)

    def decide(self, state: Case, told: Told) -> Facts:
        victim = state.status in ("identified", "presumed")
        reasoned = not (self.reentry_ban and victim) or self.ban_reason is not None
        told.need(reasoned, "invalid", "ban_reason", why="A victim's ban needs a reason.")
        yield DeportationOrderRequested(
            basis=self.basis, reentry_ban=self.reentry_ban, ban_until=self.ban_until,
            ban_reason=self.ban_reason,
        )  # fmt: skip


@command(
    "case",
    ("approver",),
    from_=("RETURN_PREPARATION",),
    track=("exit", ("ORDER_REQUESTED",)),
    not_by=("request_deportation_order",),
)
class SignDeportationOrder(Command):
    """Signed by another than who asked for it; the exit permit follows from it."""

    number: Text
    notified_language: Language
    appeal_until: Day | None = None

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        _order_is_in_order(state, told)

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield DeportationOrderSigned(
            number=self.number, notified_language=self.notified_language,
            appeal_until=self.appeal_until,
        )  # fmt: skip


@command(
    "case",
    ("officer",),
    from_=("RETURN_PREPARATION",),
    track=("exit", ("NONE", "ORDER_SIGNED", "EXIT_PERMIT_ISSUED")),
)
class RequestExitPermit(Command):
    """In a deportation only again: after a refusal, or when the permit misses the day of travel."""

    basis: Text

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        asked = any(c.operation == "exit-permit" and not c.refused for c in state.calls.values())
        told.need(not asked, "wrong_state", why="An earlier question is unanswered.")
        if state.mode_of_return == "deportation":
            told.need(state.exit != "NONE", "wrong_state", why="The order comes first.")
            until, day = state.exit_permit_until, travel_day(state, told.now)
            covered = state.exit == "EXIT_PERMIT_ISSUED" and until is not None and until >= day
            told.need(not covered, "wrong_state", why="The permit covers the day of travel.")
        _nothing_holds(state, told)

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ExitPermitRequested(basis=self.basis)


@command(
    "case", ("officer",), from_=("RETURN_PREPARATION",), track=("travel", ("NONE", "CANCELLED"))
)
class BookTravel(Command):
    carrier: Text
    number: Text
    departs_at: Moment
    exit_point: Text
    destination: Text
    escort: IdentityTexts | None = None
    manifest: Text | None = None
    payer: Literal["state", "mission", "ngo", "family", "victim"]

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield TravelBooked(
            carrier=self.carrier, number=self.number, departs_at=self.departs_at,
            exit_point=self.exit_point, destination=self.destination, payer=self.payer,
            escort=self.escort, manifest=self.manifest,
        )  # fmt: skip


@command("case", ("officer",), track=("travel", ("BOOKED",)))
class CancelTravel(Command):
    reasons: Text

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield TravelCancelled(reasons=self.reasons)
