"""First safety: screening, rights, a minor's guardian, age."""

from typing import Annotated, Literal

from msgspec.structs import replace
from pydantic import Field

from homeward.domain import fieldgroups
from homeward.domain.case.state import Case, Screening
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_holds import HoldPlaced
from homeward.domain.facts.case_screening import (
    AgeAssessed,
    GuardianAppointed,
    Needs,
    RightsExplained,
    ScreeningRecorded,
)
from homeward.domain.fieldgroups import SetByEdge, as_struct
from homeward.domain.fields import IdentityPartialDate, IdentityText, Text
from homeward.domain.reference.codes import Fear, IloIndicator, Language, MinorAnswer
from homeward.domain.streams import evolves

Topic = Literal["consular", "reflection", "asylum", "data", "return", "complaint"]


@command("case", ("screener",))
class RecordScreening(Command):
    """Needs, age, fear: before anything else is done with a person, and again whenever needed.

    It identifies nobody. No way leads from rescue to removal without it (domain 1.4).
    """

    needs: fieldgroups.Needs
    minor: MinorAnswer
    fear_of_police: Fear
    fear_of_own_authorities: Fear
    separated_from_suspects: bool
    rights_explained: bool
    language: Language
    indicators_observed: tuple[IloIndicator, ...]

    def decide(self, case: Case, told: Told) -> Facts:
        yield ScreeningRecorded(
            needs=as_struct(self.needs, Needs),
            minor=self.minor,
            fear_of_police=self.fear_of_police,
            fear_of_own_authorities=self.fear_of_own_authorities,
            separated_from_suspects=self.separated_from_suspects,
            rights_explained=self.rights_explained,
            language=self.language,
            indicators_observed=self.indicators_observed,
        )
        if self.needs.medical_urgent and not _held_by_screening(case):
            told.result["hold"] = str(told.event_id(1))
            yield HoldPlaced(kind="MEDICAL", origin="screening")


def _held_by_screening(case: Case) -> bool:
    """An earlier screening's hold still stands: a second would only have to be lifted twice."""
    return any(
        hold.kind == "MEDICAL" and hold.origin == "screening" for hold in case.holds.values()
    )


@command("case", ("screener", "interviewer", "officer"))
class ExplainRights(Command):
    """Told in their language; the consular right without delay (VCCR art. 36(1)(b))."""

    topics: Annotated[tuple[Topic, ...], Field(min_length=1)]
    language: Language
    interpreter: IdentityText | None = None

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield RightsExplained(
            topics=self.topics, language=self.language, interpreter=self.interpreter
        )


@command("case", ("child_protection",))
class AppointGuardian(Command):
    name: IdentityText
    organisation: Text
    conflict_checked: bool

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield GuardianAppointed(
            name=self.name, organisation=self.organisation, conflict_checked=self.conflict_checked
        )


@command("case", ("child_protection",))
class AssessAge(Command):
    """Ends the doubt, either way."""

    minor: bool
    method: Text
    birth_date: IdentityPartialDate | None = None
    turns_18: Annotated[str | None, SetByEdge("birth_date")] = None

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield AgeAssessed(
            minor=self.minor, method=self.method, birth_date=self.birth_date,
            turns_18=self.turns_18,
        )  # fmt: skip


@evolves
def _screened(case: Case, fact: ScreeningRecorded, event: Event) -> Case:
    return replace(
        case,
        state="SCREENED" if case.state == "RESCUED" else case.state,
        care="NEEDS_ASSESSED" if case.care == "NONE" else case.care,
        screening=Screening(
            event=event.id,
            by=event.by,
            at=event.recorded_at,
            minor=fact.minor,
            fear_of_police=fact.fear_of_police,
            fear_of_own_authorities=fact.fear_of_own_authorities,
            medical_urgent=fact.needs.medical_urgent,
            language=fact.language,
            fact=fact,
        ),
        first_screened_at=case.first_screened_at or event.recorded_at,
        screened_minor=case.screened_minor or fact.minor != "no",
    )


@evolves
def _rights_explained(case: Case, fact: RightsExplained, _: Event) -> Case:
    consular = case.consular
    if "consular" in fact.topics:
        consular = {
            country: "RIGHT_EXPLAINED" if track == "NOT_CONTACTED" else track
            for country, track in consular.items()
        }
    return replace(case, rights=case.rights | set(fact.topics), consular=consular)


@evolves
def _guarded(case: Case, fact: GuardianAppointed, _: Event) -> Case:
    return replace(case, guardian=fact.name)


@evolves
def _age_assessed(case: Case, fact: AgeAssessed, _: Event) -> Case:
    identity = case.identity
    if identity is not None and fact.birth_date is not None:
        identity = replace(identity, birth_date=fact.birth_date, turns_18=fact.turns_18)
    return replace(case, age_assessed=fact.minor, identity=identity)
