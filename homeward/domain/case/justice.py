"""The person as a witness: statements, and the court cases that wait for them."""

from typing import Literal

from msgspec.structs import replace

from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_justice import StatementRecorded
from homeward.domain.facts.court import (
    CourtCaseClosed,
    SuspectBroughtBeforeCourt,
    WitnessLinked,
)
from homeward.domain.fields import PastMoment, Text
from homeward.domain.streams import evolves


@command("case", ("justice",))
class RecordStatement(Command):
    """Nobody testifies who has not agreed to."""

    kind: Literal["deposition", "video", "written"]
    at: PastMoment
    reference: Text

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        told.need(state.consent("testimony"), "consent_missing")

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield StatementRecorded(kind=self.kind, at=self.at, reference=self.reference)


@evolves
def _stated(case: Case, fact: StatementRecorded, _: Event) -> Case:
    justice = "STATEMENT_TAKEN" if case.justice == "NONE" else case.justice
    return replace(case, statements=(*case.statements, fact), justice=justice)


@evolves
def _witness(case: Case, fact: WitnessLinked, _: Event) -> Case:
    return replace(case, courts=tuple(dict.fromkeys((*case.courts, fact.court))))


@evolves
def _accused(case: Case, fact: SuspectBroughtBeforeCourt, _: Event) -> Case:
    """A victim who is a suspect too: nothing is erased while that court may ask."""
    if fact.court is None:
        return case
    return replace(case, suspect_in=tuple(dict.fromkeys((*case.suspect_in, fact.court))))


@evolves
def _court_closed(case: Case, fact: CourtCaseClosed, _: Event) -> Case:
    if fact.court is None:
        return case
    return replace(case, courts_closed=case.courts_closed | {fact.court})
