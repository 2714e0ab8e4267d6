"""Holds: placed by those who must, lifted by two (domain.md 2.1, edge cases 51 to 53)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from homeward.domain.actors import Actor
from homeward.domain.case.state import Case, Hold
from homeward.domain.commands import Command, Facts, On, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_holds import HoldLifted, HoldLiftProposed, HoldPlaced
from homeward.domain.facts.court import WitnessLinked
from homeward.domain.fields import Account, CourtId, Day, Text, id_told
from homeward.domain.reference.codes import HoldKind
from homeward.domain.refusals import Refused
from homeward.domain.steps import decided, opened
from homeward.domain.streams import evolves

PLACERS = ("justice", "care", "child_protection", "supervisor", "officer")


@command("case", PLACERS)
class PlaceHold(Command):
    """A court's hold is the justice liaison's alone, and rests on a document."""

    kind: HoldKind
    basis: Account
    document: Text | None = None
    review_on: Day
    court: CourtId | None = None

    @classmethod
    def admit(cls, state: Case, actor: Actor, raw: Mapping[str, Any], now: datetime) -> None:  # noqa: ARG003
        if raw.get("kind") == "COURT" and not actor.has("justice"):
            raise Refused("forbidden", why="Only justice places a court's hold.")

    def also(self, state: Any) -> tuple[str, ...]:  # noqa: ARG002
        return (self.court,) if self.court else ()

    def decide(self, state: Case, told: Told) -> Facts:
        if self.kind == "COURT":
            told.need(self.document, "invalid", "document", why="A court's hold needs its order.")
        if self.court is not None:
            court = told.others.get(self.court)
            there = court is not None and court.exists
            told.need(there, "invalid", "court", why="There is no such court case.")
        told.result["hold"] = str(told.event_id(0))
        yield HoldPlaced(
            kind=self.kind, basis=self.basis, document=self.document, review_on=self.review_on,
            court=self.court,
        )  # fmt: skip
        if self.court is not None and self.court not in state.courts:
            linked = WitnessLinked(court=self.court, case=state.id)
            yield linked
            yield On(self.court, linked)


class OfOneHold(Command):
    hold: UUID

    def subject(self, state: Any) -> str | None:  # noqa: ARG002
        return str(self.hold)

    def named(self, state: Case) -> bool:
        return any(
            event.id == self.hold and isinstance(event.fact, HoldPlaced) for event in state.history
        )

    def found(self, state: Case, told: Told) -> Hold | None:
        if told.need(self.named(state), "invalid", "hold", why="There is no such hold."):
            told.need(self.hold in state.holds, "wrong_state", why="The hold is lifted already.")
        return state.holds.get(self.hold)


@command("case", PLACERS)
class ProposeHoldLift(OfOneHold):
    reasons: Account

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        # A hold that is named and was never there is `invalid`, and the rule says so.
        told.need(state.holds or told.fields_known, "wrong_state", why="Nothing is on hold.")

    def decide(self, state: Case, told: Told) -> Facts:
        if self.found(state, told):
            yield HoldLiftProposed(hold=self.hold, reasons=self.reasons)


@command("case", ("supervisor", "justice"), not_by=("propose_hold_lift",))
class LiftHold(OfOneHold):
    """The second person's; the first has proposed it."""

    @classmethod
    def admit(cls, state: Case, actor: Actor, raw: Mapping[str, Any], now: datetime) -> None:  # noqa: ARG003
        named = id_told(raw.get("hold"))
        hold = state.holds.get(named) if named else None
        if hold is not None and hold.kind == "COURT" and not actor.has("justice"):
            raise Refused("forbidden", why="Only justice lifts a court's hold.")

    def decide(self, state: Case, told: Told) -> Facts:
        hold = self.found(state, told)
        if hold is None:
            return
        if hold.kind == "PROTECTION":
            claimed = any(claim.outcome in (None, "granted") for claim in state.claims)
            told.need(not claimed, "protection_bar", why="A claim is open or granted.")
        yield HoldLifted(hold=hold.id, kind=hold.kind)


@evolves
def _placed(case: Case, fact: HoldPlaced, event: Event) -> Case:
    hold = Hold(
        id=event.id, kind=fact.kind, by=event.by, at=event.recorded_at, basis=fact.basis,
        document=fact.document, review_on=fact.review_on, court=fact.court, origin=fact.origin,
    )  # fmt: skip
    justice = "HELD" if fact.kind == "COURT" else case.justice
    return replace(case, holds={**case.holds, event.id: hold}, justice=justice)


@evolves
def _lift_proposed(case: Case, fact: HoldLiftProposed, event: Event) -> Case:
    return replace(case, steps=opened(case, "propose_hold_lift", event, fact.hold))


@evolves
def _lifted(case: Case, fact: HoldLifted, _: Event) -> Case:
    holds = {id_: hold for id_, hold in case.holds.items() if id_ != fact.hold}
    held = any(hold.kind == "COURT" for hold in holds.values())
    released = fact.kind == "COURT" and not held
    return replace(
        case,
        holds=holds,
        steps=decided(case, f"propose_hold_lift:{fact.hold}"),
        justice="RELEASED" if released else case.justice,
    )
