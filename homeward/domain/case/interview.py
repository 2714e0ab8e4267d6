"""The identification interview: in private, in their language, for as long as they consent."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from pydantic import create_model

from homeward.domain import fieldgroups
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Fields, Told, command
from homeward.domain.decide import REACTIONS
from homeward.domain.facts import Event, Fact
from homeward.domain.facts.case_interview import (
    AssessmentReturned,
    AssessmentSubmitted,
    Indicator,
    Interpreter,
    InterviewAdjourned,
    InterviewOpened,
    Transfer,
)
from homeward.domain.facts.htcds import HtcdsAnswers
from homeward.domain.fieldgroups import as_struct, as_structs
from homeward.domain.fields import Account, Moment, Operational, PartialDate
from homeward.domain.htcdsanswers import Htcds
from homeward.domain.reference.codes import (
    Finding,
    Language,
    PalermoAct,
    PalermoMeans,
    PalermoPurpose,
    TraffickingStatus,
)
from homeward.domain.steps import decided
from homeward.domain.streams import evolves


@command("case", ("interviewer",), from_=("SCREENED", "ASSESSED"))
class OpenInterview(Command):
    """WHO's ten principles: consent, privacy, an interpreter whom the person need not fear."""

    at: Moment
    language: Language
    interpreter: fieldgroups.Interpreter | None = None
    private: bool

    @classmethod
    def ready(cls, case: Case, told: Told) -> None:
        if case.minor:
            told.need(case.guardian, "guardian_missing", why="A minor needs a guardian first.")
        told.need(case.consent("interview"), "consent_missing", why="No consent to be interviewed.")
        told.need(
            "MEDICAL" not in case.hold_kinds, "hold", "MEDICAL", why="Medical care comes first."
        )

    def decide(self, case: Case, told: Told) -> Facts:
        told.need(self.private, "invalid", "private", why="An interview is held in private.")
        if self.interpreter is None:
            told.need(
                self.language in told.actor.languages,
                "invalid",
                "interpreter",
                why="The interviewer does not speak this language.",
            )
        else:
            _is_free_of_conflict(self.interpreter, case, told)
        yield InterviewOpened(
            at=self.at,
            language=self.language,
            private=self.private,
            interpreter=None
            if self.interpreter is None
            else as_struct(self.interpreter, Interpreter),
        )


def _is_free_of_conflict(interpreter: fieldgroups.Interpreter, case: Case, told: Told) -> None:
    """No co-worker, no suspect; a mission's only where the person agreed to that mission."""
    told.need(
        not interpreter.is_coworker and not interpreter.is_suspect,
        "interpreter_conflict",
        why="The interpreter is a co-worker or a suspect.",
    )
    if not interpreter.is_mission_staff:
        return
    agreed = case.consent("mission_contact", interpreter.mission) is not None
    told.need(
        agreed,
        "interpreter_conflict",
        why="The interpreter belongs to a mission that the person has not agreed to meet.",
    )
    if agreed:
        # Whoever fears their own authorities is not to be heard by them, whatever they signed.
        told.need(not case.protected, "protection_bar")


@command("case", ("interviewer",), from_=("INTERVIEWING",))
class AdjournInterview(Command):
    reasons: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield InterviewAdjourned(reasons=self.reasons)


class IndicatorFields(Fields):
    finding: Finding
    note: Account | None = None


class Indicators(Fields):
    """The ILO's eleven indicators of forced labour (2012): every one asked about or said not to be.

    One may be enough, ten may not be: they are evidence, and nothing is computed from them.
    """

    abuse_of_vulnerability: IndicatorFields
    deception: IndicatorFields
    restriction_of_movement: IndicatorFields
    isolation: IndicatorFields
    physical_and_sexual_violence: IndicatorFields
    intimidation_and_threats: IndicatorFields
    retention_of_identity_documents: IndicatorFields
    withholding_of_wages: IndicatorFields
    debt_bondage: IndicatorFields
    abusive_working_and_living_conditions: IndicatorFields
    excessive_overtime: IndicatorFields


if TYPE_CHECKING:

    class TransferFields(Fields):
        """From one group or place to another."""
else:
    # `from` is Python's word and the contract's: a class statement cannot say it.
    TransferFields = create_model(
        "TransferFields",
        __base__=Fields,
        **{
            "from": (Operational, ...),
            "to": (Operational, ...),
            "at": (PartialDate, ...),
            "consented": (bool, ...),
        },
    )


@command("case", ("interviewer",), from_=("INTERVIEWING",))
class SubmitAssessment(Command):
    """What was found, by indicator and by element of Palermo art. 3; the decision is another's."""

    indicators: Indicators
    acts: tuple[PalermoAct, ...]
    means: tuple[PalermoMeans, ...]
    purposes: tuple[PalermoPurpose, ...]
    htcds: Htcds
    account: Account
    transfers: tuple[TransferFields, ...]
    recommendation: TraffickingStatus

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield AssessmentSubmitted(
            indicators={name: as_struct(found, Indicator) for name, found in self.indicators},
            acts=self.acts,
            means=self.means,
            purposes=self.purposes,
            htcds=as_struct(self.htcds, HtcdsAnswers),
            account=self.account,
            transfers=as_structs(self.transfers, Transfer),
            recommendation=self.recommendation,
        )


@command("case", ("determiner",), from_=("ASSESSED",))
class ReturnAssessment(Command):
    questions: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield AssessmentReturned(questions=self.questions)


def _heard_no_longer(before: Any, after: Any, told: Told) -> Iterable[Fact]:  # noqa: ARG001
    """Whoever takes back their consent in mid-interview is asked nothing more."""
    if (
        isinstance(after, Case)
        and after.state == "INTERVIEWING"
        and before.consent("interview") is not None
        and after.consent("interview") is None
    ):
        yield InterviewAdjourned(consent_withdrawn=True)


REACTIONS.append(_heard_no_longer)


def without_proposal(case: Case) -> Case:
    """A finding proposed on evidence that is being looked at again is not for anyone to confirm."""
    return replace(case, steps=decided(case, "propose_not_a_victim"), not_a_victim_proposed=None)


@evolves
def _opened(case: Case, fact: InterviewOpened, event: Event) -> Case:
    return replace(
        without_proposal(case), state="INTERVIEWING", interviewer=event.by, interview=fact
    )


@evolves
def _adjourned(case: Case, _: InterviewAdjourned, __: Event) -> Case:
    return replace(case, state="SCREENED")


@evolves
def _submitted(case: Case, fact: AssessmentSubmitted, event: Event) -> Case:
    return replace(without_proposal(case), state="ASSESSED", assessment=fact, assessed_by=event.by)


@evolves
def _returned(case: Case, fact: AssessmentReturned, _: Event) -> Case:
    return replace(without_proposal(case), state="INTERVIEWING", interview_returned=fact.questions)
