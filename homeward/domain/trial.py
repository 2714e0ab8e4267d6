"""Suspects come before a court; whoever is a victim too, only after a review (ACTIP 14(7))."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Fields, On, Told, command
from homeward.domain.court import Accused, Court
from homeward.domain.elsewhere import need_there, other
from homeward.domain.facts.court import (
    CourtCaseClosed,
    CourtCaseOpened,
    HearingRecorded,
    SuspectBroughtBeforeCourt,
    VerdictRecorded,
    WitnessLinked,
)
from homeward.domain.fields import CaseId, IdentityText, Moment, OperationId, PastMoment, Text
from homeward.domain.operation import Operation, Suspect
from homeward.domain.reference.codes import Country, ProvinceCode, Sex
from homeward.domain.suspects import SuspectId, event_of, operation_of, suspect_id


@command("court", ("justice",), opens=True)
class OpenCourtCase(Command):
    court: Text
    reference: Text
    charges: tuple[Text, ...]
    province: ProvinceCode
    operations: tuple[OperationId, ...] = ()

    def also(self, court: Court) -> tuple[str, ...]:  # noqa: ARG002
        return self.operations

    def decide(self, court: Court, told: Told) -> Facts:  # noqa: ARG002
        need_there(told, "operations", self.operations, Operation)
        yield CourtCaseOpened(
            court=self.court,
            reference=self.reference,
            charges=self.charges,
            province=self.province,
            operations=self.operations,
        )


class NewSuspect(Fields):
    """Somebody whom no operation knows."""

    name: IdentityText
    nationality: Country
    sex: Sex


@command("court", ("justice",), from_=("OPENED", "IN_COURT"))
class BringBeforeCourt(Command):
    suspect: SuspectId | NewSuspect
    at: PastMoment

    def also(self, court: Court) -> tuple[str, ...]:
        if isinstance(self.suspect, NewSuspect):
            return ()
        operation = operation_of(self.suspect)
        return court.operations if operation is None else (operation,)

    def further(self, court: Court, others: Mapping[str, Any]) -> tuple[str, ...]:
        known = self._known(court, others)
        return () if known is None or known.case is None else (known.case,)

    def _known(self, court: Court, others: Mapping[str, Any]) -> Suspect | Accused | None:
        """As an operation recorded them, else as this court did."""
        if isinstance(self.suspect, NewSuspect):
            return None
        event = event_of(self.suspect)
        for stream in self.also(court):
            operation = others.get(stream)
            if isinstance(operation, Operation) and event in operation.suspects:
                return operation.suspects[event]
        return court.accused.get(event)

    def decide(self, court: Court, told: Told) -> Facts:
        if isinstance(self.suspect, NewSuspect):
            told.result["suspect"] = suspect_id(court.id, told.event_id(0))
            yield SuspectBroughtBeforeCourt(
                suspect=told.event_id(0),
                at=self.at,
                name=self.suspect.name,
                nationality=self.suspect.nationality,
                sex=self.suspect.sex,
            )
            return
        known = self._known(court, told.others)
        if not told.need(known, "invalid", "suspect", why="There is no such suspect."):
            return
        assert known is not None
        victim = other(told, known.case, Case)
        told.need(
            known.case is None or (victim is not None and victim.non_punishment == "charge"),
            "wrong_state",
            why="A victim is brought before a court only after a review decides to charge.",
        )
        told.result["suspect"] = self.suspect
        yield SuspectBroughtBeforeCourt(
            suspect=known.id,
            at=self.at,
            name=known.name,
            nationality=known.nationality,
            sex=known.sex,
            operation=operation_of(self.suspect),
            case=known.case,
        )
        if known.case is not None:
            yield On(
                known.case,
                SuspectBroughtBeforeCourt(
                    suspect=known.id, at=self.at, case=known.case, court=court.id
                ),
            )


@command("court", ("justice",), from_=("OPENED", "IN_COURT"))
class LinkWitness(Command):
    case: CaseId

    def also(self, court: Court) -> tuple[str, ...]:  # noqa: ARG002
        return (self.case,)

    def decide(self, court: Court, told: Told) -> Facts:
        told.need(other(told, self.case, Case), "invalid", "case", why="There is no such case.")
        linked = WitnessLinked(court=court.id, case=self.case)
        yield linked
        yield On(self.case, linked)


@command("court", ("justice",), from_=("IN_COURT",))
class RecordHearing(Command):
    at: PastMoment
    next: Moment | None = None

    def decide(self, court: Court, told: Told) -> Facts:  # noqa: ARG002
        yield HearingRecorded(at=self.at, next=self.next)


@command("court", ("justice",), from_=("IN_COURT",))
class RecordVerdict(Command):
    """With the last suspect's verdict the case is decided."""

    suspect: SuspectId
    verdict: Literal["convicted", "acquitted", "dismissed"]
    sentence_months: Annotated[int, Field(ge=0)] | None = None

    def decide(self, court: Court, told: Told) -> Facts:
        event = event_of(self.suspect)
        told.need(
            event in court.accused,
            "invalid",
            "suspect",
            why="No such suspect stands before this court.",
        )
        told.need(
            self.sentence_months is None or self.verdict == "convicted",
            "invalid",
            "sentence_months",
            why="Only a conviction carries a sentence.",
        )
        yield VerdictRecorded(
            suspect=event, verdict=self.verdict, sentence_months=self.sentence_months
        )


@command("court", ("justice",), from_=("DECIDED", "OPENED"))
class CloseCourtCase(Command):
    """Whoever the court still holds back gets a task: somebody lifts that hold."""

    def also(self, court: Court) -> tuple[str, ...]:
        return court.witnesses

    def decide(self, court: Court, told: Told) -> Facts:
        yield CourtCaseClosed()
        for witness in court.witnesses:
            case = other(told, witness, Case)
            if case is not None and any(h.court == court.id for h in case.holds.values()):
                yield On(witness, CourtCaseClosed(court=court.id))
