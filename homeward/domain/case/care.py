"""Shelter, medicine, social work: nobody is kept anywhere without a legal basis and a review."""

from typing import Literal

from msgspec.structs import replace

from homeward.domain.case.state import Case, Fitness, Placement
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_care import (
    CareDischarged,
    CarePlacementStarted,
    CareProvided,
    FitnessToTravelCertified,
)
from homeward.domain.fields import Day, Health, Moment, Operational, Text
from homeward.domain.reference.codes import ServiceType
from homeward.domain.streams import evolves


@command("case", ("care", "supervisor"))
class PlaceInCare(Command):
    """Given again, the person moves."""

    place: Operational
    kind: Literal["shelter", "hospital", "hotel", "detention_centre", "community"]
    deprived_of_liberty: bool
    legal_basis: Text | None = None
    review_on: Day | None = None

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        if self.deprived_of_liberty:
            why = "Nobody is deprived of liberty without a legal basis and a day of review."
            told.need(self.legal_basis, "invalid", "legal_basis", why=why)
            told.need(self.review_on, "invalid", "review_on", why=why)
        yield CarePlacementStarted(
            place=self.place,
            kind=self.kind,
            deprived_of_liberty=self.deprived_of_liberty,
            legal_basis=self.legal_basis,
            review_on=self.review_on,
        )


@command("case", ("care",), track=("care", ("PLACED",)))
class DischargeFromCare(Command):
    at: Moment
    to: Operational | None = None

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield CareDischarged(at=self.at, to=self.to)


@command("case", ("care",))
class RecordCare(Command):
    kind: ServiceType
    provider: Text
    note: Health | None = None

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield CareProvided(kind=self.kind, provider=self.provider, note=self.note)


@command("case", ("care",))
class CertifyFitnessToTravel(Command):
    fit: bool
    conditions: Health | None = None
    valid_until: Day

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield FitnessToTravelCertified(
            fit=self.fit, conditions=self.conditions, valid_until=self.valid_until
        )


@evolves
def _placed(case: Case, fact: CarePlacementStarted, event: Event) -> Case:
    placement = Placement(
        place=fact.place,
        kind=fact.kind,
        deprived_of_liberty=fact.deprived_of_liberty,
        at=event.recorded_at,
        legal_basis=fact.legal_basis,
        review_on=fact.review_on,
    )
    return replace(case, care="PLACED", placement=placement)


@evolves
def _discharged(case: Case, _: CareDischarged, __: Event) -> Case:
    return replace(case, care="DISCHARGED", placement=None)


@evolves
def _cared_for(case: Case, fact: CareProvided, _: Event) -> Case:
    return replace(case, care_given=(*case.care_given, fact))


@evolves
def _certified(case: Case, fact: FitnessToTravelCertified, _: Event) -> Case:
    return replace(
        case,
        fitness=Fitness(fit=fact.fit, valid_until=fact.valid_until, conditions=fact.conditions),
    )
