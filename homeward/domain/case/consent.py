"""Consent: asked for one purpose at a time, given or refused, taken back whenever they wish."""

from typing import Literal

from msgspec.structs import replace

from homeward.domain.case.state import Case, Consent
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_consent import ConsentRecorded, ConsentWithdrawn
from homeward.domain.fields import IdentityText
from homeward.domain.reference.codes import ConsentPurpose, Country, Language
from homeward.domain.streams import evolves

AFTER_SCREENING = frozenset({"mission_contact", "data_sharing", "return", "testimony"})
"""What nobody is asked before somebody asked them what they fear."""
NOT_YET_ANSWERED = frozenset({"NOT_CONTACTED", "RIGHT_EXPLAINED", "REFUSED"})
WITHDRAWABLE = frozenset({"CONSENTED", "NOTIFIED", "NATIONALITY_REQUESTED"})
"""Consular track values that a withdrawal takes back; later ones tell of what is done."""


def names_its_mission(purpose: str, mission: str | None, told: Told) -> bool:
    """mission_contact is for one mission; no other consent is bound to any."""
    return told.need(
        (mission is not None) == (purpose == "mission_contact"),
        "invalid",
        "mission",
        why="Consent to contact is for one mission, and no other consent names one.",
    )


@command("case", ("screener", "interviewer", "officer", "care"))
class RecordConsent(Command):
    """The person's answer; a minor's is the guardian's. A no over an active yes withdraws it."""

    purpose: ConsentPurpose
    given: bool
    mission: Country | None = None
    by: Literal["person", "guardian"]
    language: Language
    interpreter: IdentityText | None = None

    def decide(self, case: Case, told: Told) -> Facts:
        if self.purpose in AFTER_SCREENING:
            told.need(case.screening, "wrong_state", why="The person has not been screened yet.")
        names_its_mission(self.purpose, self.mission, told)
        if not self.given and case.consent(self.purpose, self.mission) is not None:
            yield ConsentWithdrawn(
                purpose=self.purpose,
                mission=self.mission,
                by=self.by,
                language=self.language,
                interpreter=self.interpreter,
            )
            return
        if self.given:
            self._speaks_for_the_person(case, told)
        yield ConsentRecorded(
            purpose=self.purpose,
            given=self.given,
            mission=self.mission,
            by=self.by,
            language=self.language,
            interpreter=self.interpreter,
        )

    def _speaks_for_the_person(self, case: Case, told: Told) -> None:
        if case.minor:
            told.need(case.guardian, "guardian_missing", why="A minor needs a guardian first.")
            told.need(self.by == "guardian", "invalid", "by", why="A minor's guardian consents.")
        else:
            told.need(self.by == "person", "invalid", "by", why="An adult consents for themself.")


@command("case", ("screener", "interviewer", "officer", "care"))
class WithdrawConsent(Command):
    """At once and without reasons; it costs the person neither care nor waiver."""

    purpose: ConsentPurpose
    mission: Country | None = None

    @classmethod
    def ready(cls, case: Case, told: Told) -> None:
        told.need(case.consents, "wrong_state", why="No consent is active.")

    def decide(self, case: Case, told: Told) -> Facts:
        if names_its_mission(self.purpose, self.mission, told):
            told.need(
                case.consent(self.purpose, self.mission), "wrong_state", why="No consent is active."
            )
        yield ConsentWithdrawn(purpose=self.purpose, mission=self.mission)


def _key(purpose: str, mission: str | None) -> str:
    return purpose if mission is None else f"{purpose}:{mission}"


@evolves
def _answered(case: Case, fact: ConsentRecorded, event: Event) -> Case:
    consents = {k: v for k, v in case.consents.items() if k != _key(fact.purpose, fact.mission)}
    if fact.given:
        consents[_key(fact.purpose, fact.mission)] = Consent(
            purpose=fact.purpose,
            mission=fact.mission,
            by=fact.by,
            at=event.recorded_at,
            event=event.id,
            language=fact.language,
        )
    consular = case.consular
    if fact.mission is not None:
        before = consular.get(fact.mission, "NOT_CONTACTED")
        if before in NOT_YET_ANSWERED:
            consular = {**consular, fact.mission: "CONSENTED" if fact.given else "REFUSED"}
    return replace(case, consents=consents, consular=consular)


@evolves
def _withdrawn(case: Case, fact: ConsentWithdrawn, event: Event) -> Case:
    consents = dict(case.consents)
    ended = consents.pop(_key(fact.purpose, fact.mission), None)
    consular = case.consular
    if fact.mission is not None and consular.get(fact.mission) in WITHDRAWABLE:
        consular = {**consular, fact.mission: "REFUSED"}
    kept = () if ended is None else (replace(ended, ended_at=event.recorded_at),)
    return replace(
        case,
        consents=consents,
        consents_ended=(*case.consents_ended, *kept),
        consular=consular,
    )
