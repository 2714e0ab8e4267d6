"""Which State the person belongs to, travels as a national of, and is received by."""

from typing import Any

from msgspec.structs import replace

from homeward.domain.case.state import Case
from homeward.domain.case.state import Passport as StoredPassport
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_embassy import (
    PassportRecorded,
    ReceptionArranged,
    StatelessnessRecorded,
    TravelNationalityChosen,
)
from homeward.domain.fieldgroups import Passport, as_struct
from homeward.domain.fields import Account, IdentityText, Text
from homeward.domain.reference.codes import Country
from homeward.domain.streams import evolves


@command("case", ("officer",))
class ChooseNationality(Command):
    """Where several States confirm, the person chooses as whose national they travel."""

    country: Country

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        told.need(state.nationality_confirmed, "wrong_state", why="No State has confirmed yet.")

    def decide(self, state: Case, told: Told) -> Facts:
        confirmed = self.country in state.nationality_confirmed
        told.need(confirmed, "wrong_state", why="That State has not confirmed.")
        yield TravelNationalityChosen(country=self.country)


@command("case", ("determiner", "supervisor"))
class DeclareStateless(Command):
    """No consular track; the State of residence may document and receive (ACTIP 15(1))."""

    reasons: Account
    residence_state: Country | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield StatelessnessRecorded(reasons=self.reasons, residence_state=self.residence_state)


@command("case", ("officer", "mfa"))
class ArrangeReception(Command):
    """Where no mission does it: a third country, a State of residence, a declined embassy."""

    authority: Text
    port: Text
    contact: IdentityText
    country: Country

    def decide(self, state: Any, told: Told) -> Facts:  # noqa: ARG002
        yield ReceptionArranged(
            authority=self.authority, port=self.port, contact=self.contact, country=self.country
        )


@command("case", ("officer", "field"))
class RecordPassport(Command):
    passport: Passport

    def decide(self, state: Any, told: Told) -> Facts:  # noqa: ARG002
        yield PassportRecorded(passport=as_struct(self.passport, StoredPassport))


@evolves
def _chosen(case: Case, fact: TravelNationalityChosen, _: Event) -> Case:
    return replace(case, travel_nationality=fact.country)


@evolves
def _stateless(case: Case, fact: StatelessnessRecorded, _: Event) -> Case:
    return replace(case, stateless=True, residence_state=fact.residence_state)


@evolves
def _passport(case: Case, fact: PassportRecorded, _: Event) -> Case:
    return replace(case, passport=fact.passport)
