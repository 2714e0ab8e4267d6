"""What the reporter is told: what became of each person, or the words that tell nothing.

A requester's claim is not an adult's consent. Whoever was found decides who may know it; without
their consent the neutral answer is given, the same whatever is true.
"""

from typing import Annotated

from pydantic import Field

from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Fields, Told, command
from homeward.domain.elsewhere import other
from homeward.domain.facts.request import (
    NeutralAnswerGiven,
    Outcome,
    RequestAnswered,
    RequestClosed,
)
from homeward.domain.fieldgroups import as_structs
from homeward.domain.fields import CaseId
from homeward.domain.reference.codes import OutcomeOfSearch
from homeward.domain.request import Request

FOUND = frozenset({"rescued", "refused_rescue", "found_not_confined"})


class OutcomeFields(Fields):
    person: Annotated[int, Field(ge=0)]
    outcome: OutcomeOfSearch
    case: CaseId | None = None


@command("request", ("examiner",), from_=("ACCEPTED", "ATTACHED"))
class AnswerRequest(Command):
    outcomes: tuple[OutcomeFields, ...]
    told_reporter: bool

    def also(self, request: Request) -> tuple[str, ...]:
        named = [outcome.case for outcome in self.outcomes]
        known = [outcome.case for outcome in request.outcomes.values()]
        return tuple(dict.fromkeys(case for case in (*named, *known) if case is not None))

    def decide(self, request: Request, told: Told) -> Facts:
        told.need(
            sorted(outcome.person for outcome in self.outcomes) == list(range(len(request.people))),
            "invalid",
            "outcomes",
            why="Every person asked for needs one outcome, and nobody else.",
        )
        for nth, outcome in enumerate(self.outcomes):
            if outcome.case is not None:
                told.need(
                    other(told, outcome.case, Case),
                    "invalid",
                    f"outcomes.{nth}.case",
                    why="There is no such case.",
                )
            if self.told_reporter and outcome.outcome in FOUND:
                self._may_be_told_of(outcome, request, told)
        yield RequestAnswered(
            outcomes=as_structs(self.outcomes, Outcome), told_reporter=self.told_reporter
        )

    @staticmethod
    def _may_be_told_of(outcome: OutcomeFields, request: Request, told: Told) -> None:
        """Who was found without a case of their own was never asked: no consent."""
        before = request.outcomes.get(outcome.person)
        case = other(told, outcome.case or (before.case if before else None), Case)
        reporter = request.reporter
        if reporter is not None and "mission" in (request.channel, reporter.kind):
            mission = reporter.mission
            consent = case and mission is not None and case.consent("mission_contact", mission)
            told.need(not (case and case.protected), "protection_bar")
        else:
            consent = case and case.consent("data_sharing")
        told.need(consent, "consent_missing", why="The person has not agreed to be spoken of.")


@command(
    "request",
    ("mfa", "supervisor"),
    from_=("REGISTERED", "UNDER_EXAMINATION", "AWAITING_INFORMATION", "ACCEPTED", "ATTACHED"),
)
class AnswerInquiry(Command):
    """To a mission that asks whether we hold somebody: one text, whatever is true."""

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield NeutralAnswerGiven()


@command("request", ("examiner",), from_=("ANSWERED",))
class CloseRequest(Command):
    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield RequestClosed()
