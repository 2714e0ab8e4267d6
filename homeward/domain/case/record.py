"""The record itself: who works on the case, what it is linked to, what in it was wrong."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from homeward.domain.access import conflicted, may_command
from homeward.domain.actors import Role
from homeward.domain.case.corrections import field_of, is_free_text, value_fits
from homeward.domain.case.state import Case, Correction
from homeward.domain.commands import Command, Facts, On, Told, command
from homeward.domain.facts.case_holds import HoldPlaced
from homeward.domain.facts.case_record import (
    AccessOverridden,
    CaseAssigned,
    CaseRestricted,
    CasesLinked,
    CorrectionProposed,
    ErasureRequested,
    PersonalDataErased,
    RecordCorrected,
)
from homeward.domain.fieldgroups import SetByEdge
from homeward.domain.fields import Account, CaseId, EventId, Text, UserId
from homeward.domain.reference.codes import Relation
from homeward.domain.sealed import Sealed

GLASS_OPEN = timedelta(hours=1)


@command("case", ("supervisor",))
class AssignCase(Command):
    role: Role
    assignee: UserId

    def decide(self, state: Case, told: Told) -> Facts:
        clear = all(conflict.user != self.assignee for conflict in state.conflicts)
        told.need(clear, "invalid", "assignee", why="That person has an interest in the case.")
        yield CaseAssigned(role=self.role, assignee=self.assignee)


@command("case", ("officer", "screener", "interviewer", "care"))
class ClaimCase(Command):
    """First come, first served; whoever holds the case already is named."""

    role: Role

    def decide(self, state: Case, told: Told) -> Facts:
        told.need(told.actor.has(self.role), "invalid", "role", why="You do not hold that role.")
        holder = state.assigned.get(self.role)
        free = holder in (None, told.actor.id)
        told.need(free, "wrong_state", str(holder), why=f"{holder} holds the case already.")
        yield CaseAssigned(role=self.role, assignee=told.actor.id)


@command("case", ("supervisor",))
class RestrictCase(Command):
    restricted: bool
    reasons: Account

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield CaseRestricted(restricted=self.restricted, reasons=self.reasons)


@command("case", ("officer", "interviewer", "supervisor"))
class LinkCases(Command):
    """Linked, never merged. A family with a child leaves together or not at all, for now."""

    case: CaseId
    relation: Relation

    def also(self, state: Any) -> tuple[str, ...]:  # noqa: ARG002
        return (self.case,)

    def decide(self, state: Case, told: Told) -> Facts:
        other = told.others.get(self.case)
        known = (
            isinstance(other, Case)
            and other.exists
            and other.id != state.id
            and may_command(other, told.actor, told.now)
            and not conflicted(other, told.actor)
        )
        if not told.need(known, "invalid", "case", why="There is no such case.") or other is None:
            return
        yield CasesLinked(case=other.id, relation=self.relation)
        yield On(other.id, CasesLinked(case=state.id, relation=self.relation))
        if self.relation == "family" and (state.minor or other.minor):
            told.result["hold"] = str(told.event_id(2))
            yield HoldPlaced(kind="FAMILY_UNITY", origin="family")
            if other.hears("place_hold"):
                yield On(other.id, HoldPlaced(kind="FAMILY_UNITY", origin="family"))


AGE_FOLLOWS = {
    ("CaseOpened", "identity.birth_date"): "identity.turns_18",
    ("CaseOpened", "rescued_at"): "identity.turns_18",
    ("AgeAssessed", "birth_date"): "turns_18",
}
"""Fields from which the edge tells anew when somebody turns 18, and where that stands."""


@command("case", ("officer", "interviewer", "screener", "supervisor"))
class CorrectRecord(Command):
    """Free text by one person; every other field only when a second agrees."""

    event: EventId
    field: Text
    value: Any
    reasons: Account
    turns_18: Annotated[str | None, SetByEdge("value")] = None

    def decide(self, state: Case, told: Told) -> Facts:
        event = state.recorded(self.event)
        if not told.need(event, "invalid", "event", why="The case has no such event."):
            return
        field = field_of(event, self.field)
        if not told.need(field, "invalid", "field", why="The event has no such field."):
            return
        assert field is not None
        closed, value = _read(self.value) if field.sealed else (None, self.value)
        fits = value_fits(field, value, closed, told.now)
        told.need(fits, "invalid", "value", why="It does not fit.")
        assert event is not None
        also: dict[str, Any] = {}
        if month := AGE_FOLLOWS.get((event.type, self.field)):
            also = {month: self.turns_18}
        correction = told.event_id(0)
        told.result["correction"] = str(correction)
        if is_free_text(self.field):
            yield RecordCorrected(
                event=self.event, field=self.field, value=value, closed=closed, also=also,
                reasons=self.reasons,
            )  # fmt: skip
        else:
            yield CorrectionProposed(
                event=self.event, field=self.field, value=value, closed=closed, also=also,
                reasons=self.reasons,
            )  # fmt: skip


def _read(value: Any) -> tuple[Sealed | None, Any]:
    try:
        return msgspec.convert(value, Sealed), None
    except msgspec.ValidationError:
        return None, value


def _overtaken(case: Case, correction: Correction) -> bool:
    """What it says of the age rests on a birth date or a rescue that was corrected since."""
    if not correction.also:
        return False
    proposed = next((e.version for e in case.history if e.id == correction.id), 0)
    return any(
        event.version > proposed and isinstance(event.fact, RecordCorrected) and event.fact.also
        for event in case.history
    )


@command("case", ("supervisor",), not_by=("correct_record",))
class ApproveCorrection(Command):
    correction: UUID

    def subject(self, state: Any) -> str | None:  # noqa: ARG002
        return str(self.correction)

    def named(self, state: Case) -> bool:
        found = state.recorded(self.correction)
        return found is not None and isinstance(found.fact, CorrectionProposed | RecordCorrected)

    def decide(self, state: Case, told: Told) -> Facts:
        known = told.need(self.named(state), "invalid", "correction", why="There is none such.")
        correction: Correction | None = state.corrections.get(self.correction)
        if not known or correction is None:
            return
        told.need(
            not _overtaken(state, correction),
            "wrong_state",
            why="Another correction changed the age since: propose it again.",
        )
        sealed = isinstance(correction.value, Sealed)
        yield RecordCorrected(
            correction=correction.id, event=correction.event, field=correction.field,
            value=None if sealed else correction.value,
            closed=correction.value if sealed else None, also=correction.also,
        )  # fmt: skip


@command(
    "case",
    (
        "screener", "interviewer", "determiner", "officer", "endorser", "approver", "mfa", "care",
        "child_protection", "justice", "supervisor",
    ),
)  # fmt: skip
class BreakGlass(Command):
    """Every section for an hour, in an emergency; an auditor reads why."""

    reason: Account

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield AccessOverridden(reason=self.reason, until=told.now + GLASS_OPEN)


@command("case", ("supervisor",), from_=("CLOSED",))
class RequestErasure(Command):
    basis: Text

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        told.need(not state.erased, "wrong_state", why="It is erased already.")

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ErasureRequested(basis=self.basis)


@command("case", ("auditor",), from_=("CLOSED",), not_by=("request_erasure",))
class ApproveErasure(Command):
    """Not while a court may still ask for what it would destroy."""

    def also(self, state: Case) -> tuple[str, ...]:
        held_by = (hold.court for hold in state.holds.values() if hold.court)
        return tuple(dict.fromkeys((*state.courts, *state.suspect_in, *held_by)))

    def decide(self, state: Case, told: Told) -> Facts:
        courts = (told.others.get(court) for court in self.also(state))
        pending = any(court is not None and court.state not in ("", "CLOSED") for court in courts)
        told.need(not pending, "hold", "COURT", why="A court case is open.")
        stub = (f"{state.request}/stub/{state.stub}",) if state.request is not None else ()
        yield PersonalDataErased(subjects=(state.id, *(stub if state.stub is not None else ())))
