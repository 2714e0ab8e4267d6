"""The status decision: reasoned, by somebody who did not interview, open to review.

And the time to recover that begins with it. `not_a_victim` takes two readers, a notice in the
person's language and ten days in which anybody may bring new facts (domain 1.6, 1.7).
"""

from datetime import timedelta
from typing import Literal

from msgspec.structs import replace

from homeward.domain.calendar import end_of
from homeward.domain.case.interview import without_proposal
from homeward.domain.case.state import Case, StatusDecision
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.facts import Event
from homeward.domain.facts.case_determination import (
    HandedToImmigration,
    NotAVictimProposed,
    ReflectionEnded,
    ReflectionExtended,
    ReflectionStarted,
    ReflectionWaived,
    ReviewRequested,
    ReviewWindowClosed,
    ReviewWindowOpened,
    StatusDetermined,
)
from homeward.domain.fields import Account, Day, Text
from homeward.domain.reference.codes import DecisionMakingOrg, Language
from homeward.domain.steps import opened
from homeward.domain.streams import evolves

REFLECTION = timedelta(days=30)
"""At least thirty days from reasonable grounds (Council of Europe Convention, art. 13)."""
STATE_OF = {"identified": "IDENTIFIED", "presumed": "PRESUMED", "not_a_victim": "NOT_A_VICTIM"}


def missing_elements(case: Case) -> tuple[str, ...]:
    """Which of Palermo art. 3 the assessment leaves unproven; for a minor no means is needed."""
    assessment = case.assessment
    found = {
        "acts": assessment is not None and assessment.acts,
        "means": case.minor or (assessment is not None and assessment.means),
        "purposes": assessment is not None and assessment.purposes,
    }
    return tuple(name for name, there in found.items() if not there)


@command(
    "case",
    ("determiner",),
    from_=("ASSESSED", "PRESUMED"),
    not_by=("submit_assessment", "open_interview"),
    needs_step=False,
)
class DetermineStatus(Command):
    """Act, means and purpose, judged by a person; never computed from a score."""

    status: Literal["identified", "presumed"]
    reasons: Account
    organisation: DecisionMakingOrg
    redecide_by: Day | None = None

    def decide(self, case: Case, told: Told) -> Facts:
        if self.status == "identified":
            missing = missing_elements(case)
            told.need(not missing, "invalid", *missing, why="The assessment does not establish it.")
        else:
            told.need(
                self.redecide_by, "invalid", "redecide_by", why="A presumption is decided again."
            )
        yield StatusDetermined(
            status=self.status,
            organisation=self.organisation,
            reasons=self.reasons,
            redecide_by=self.redecide_by if self.status == "presumed" else None,
        )
        if case.reflection == "NONE":
            yield ReflectionStarted(ends=told.now + REFLECTION)


@command(
    "case",
    ("determiner",),
    from_=("ASSESSED", "PRESUMED"),
    not_by=("submit_assessment", "open_interview"),
    needs_step=False,
)
class ProposeNotAVictim(Command):
    reasons: Account
    organisation: DecisionMakingOrg

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield NotAVictimProposed(reasons=self.reasons, organisation=self.organisation)


@command(
    "case",
    ("supervisor",),
    from_=("ASSESSED", "PRESUMED"),
    not_by=("propose_not_a_victim", "submit_assessment", "open_interview"),
)
class ConfirmNotAVictim(Command):
    """The second reader's; the person is told in their language, and a review window opens."""

    notified_language: Language

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        proposed: NotAVictimProposed | None = case.not_a_victim_proposed
        yield StatusDetermined(
            status="not_a_victim",
            organisation="Other" if proposed is None else proposed.organisation,
            reasons=None if proposed is None else proposed.reasons,
            notified_language=self.notified_language,
        )
        yield ReviewWindowOpened(notified_language=self.notified_language)


@command(
    "case",
    ("officer", "care", "justice", "supervisor"),
    from_=(
        "NOT_A_VICTIM", "ORDINARY_IMMIGRATION", "IDENTIFIED", "PRESUMED", "RETURN_PREPARATION",
        "CLEARED",
    ),
)  # fmt: skip
class RequestReview(Command):
    """New facts reopen the decision and suspend removal; what was decided stays readable."""

    new_facts: Account

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ReviewRequested(new_facts=self.new_facts)


@command("case", ("officer",), from_=("NOT_A_VICTIM",))
class HandToImmigration(Command):
    receipt: Text

    @classmethod
    def ready(cls, case: Case, told: Told) -> None:
        told.need(
            case.review_window == "CLOSED", "wrong_state", why="The review window is still open."
        )

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        yield HandedToImmigration(receipt=self.receipt)


@command("case", ("supervisor", "care"), track=("reflection", ("RUNNING",)))
class ExtendReflection(Command):
    """Only ever longer: nobody but the victim may shorten it."""

    until: Day
    reasons: Account

    def decide(self, case: Case, told: Told) -> Facts:
        told.need(
            case.reflection_ends is None or end_of(self.until) > case.reflection_ends,
            "invalid",
            "until",
            why="The period cannot be shortened.",
        )
        yield ReflectionExtended(until=self.until, reasons=self.reasons)


@command("case", ("care", "screener"), track=("reflection", ("RUNNING",)))
class WaiveReflection(Command):
    """Only on the victim's own informed request, never by an officer."""

    informed: bool
    language: Language

    def decide(self, case: Case, told: Told) -> Facts:  # noqa: ARG002
        told.need(
            self.informed, "invalid", "informed", why="Only on the person's own informed request."
        )
        yield ReflectionWaived(language=self.language)


@evolves
def _determined(case: Case, fact: StatusDetermined, event: Event) -> Case:
    decision = StatusDecision(
        event=event.id,
        by=event.by,
        at=event.recorded_at,
        status=fact.status,
        organisation=fact.organisation,
        reasons=fact.reasons,
        redecide_by=fact.redecide_by,
        notified_language=fact.notified_language,
    )
    return replace(
        without_proposal(case),
        state=STATE_OF.get(fact.status, case.state),
        status=fact.status,
        statuses=(*case.statuses, decision),
        redecide_by=fact.redecide_by,
        review_open=False,
        review_window="NONE",
    )


@evolves
def _proposed(case: Case, fact: NotAVictimProposed, event: Event) -> Case:
    return replace(
        case, steps=opened(case, "propose_not_a_victim", event), not_a_victim_proposed=fact
    )


@evolves
def _window_opened(case: Case, _: ReviewWindowOpened, __: Event) -> Case:
    return replace(case, review_window="OPEN")


@evolves
def _window_closed(case: Case, _: ReviewWindowClosed, __: Event) -> Case:
    return replace(case, review_window="CLOSED")


@evolves
def _review(case: Case, fact: ReviewRequested, _: Event) -> Case:
    return replace(
        without_proposal(case),
        state="ASSESSED",
        review_open=True,
        review_facts=fact.new_facts,
        review_window="NONE",
    )


@evolves
def _handed_over(case: Case, _: HandedToImmigration, __: Event) -> Case:
    return replace(case, state="ORDINARY_IMMIGRATION")


@evolves
def _reflecting(case: Case, fact: ReflectionStarted, _: Event) -> Case:
    return replace(case, reflection="RUNNING", reflection_ends=fact.ends)


@evolves
def _extended(case: Case, fact: ReflectionExtended, _: Event) -> Case:
    return replace(case, reflection_ends=end_of(fact.until))


@evolves
def _waived(case: Case, _: ReflectionWaived, __: Event) -> Case:
    return replace(case, reflection="WAIVED_BY_VICTIM")


@evolves
def _reflected(case: Case, _: ReflectionEnded, __: Event) -> Case:
    return replace(case, reflection="ENDED")
