"""Handoffs: what Cambodia asks of a mission about one person (domain.md 1.10).

VCCR article 36(1)(b): a mission is told only if the person so requests.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from homeward.domain.access import mission_handoffs
from homeward.domain.actors import Actor
from homeward.domain.case.handoffanswer import (
    DocumentTold,
    ReceptionTold,
    Reply,
    answer_facts,
    check_answer,
)
from homeward.domain.case.state import Case, Handoff
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.decide import REACTIONS
from homeward.domain.facts import Fact
from homeward.domain.facts.case_embassy import (
    HandoffAccepted,
    HandoffDeclined,
    HandoffOpened,
    HandoffQuestionAnswered,
    HandoffQuestionAsked,
    HandoffRevoked,
    HandoffWithdrawn,
    MissionNotified,
)
from homeward.domain.fields import Correspondence, Day, PastMoment, id_told
from homeward.domain.reference.codes import Country, HandoffAnswer, HandoffKind
from homeward.domain.refusals import Refused

UNFINISHED = ("OPENED", "DELIVERED", "ACCEPTED")
ANY_COUNTRY = frozenset({"arrange_reception", "consular_visit"})
NO_HANDOFFS = frozenset({"RESCUED", "ORDINARY_IMMIGRATION", "NOT_A_VICTIM"})


@command("case", ("officer", "mfa"))
class RequestHandoff(Command):
    """Nothing leaves for a mission without consent for it, and never where there may be fear."""

    mission: Country
    kind: HandoffKind
    nationality: Country
    message: Correspondence | None = None
    due: Day | None = None

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        open_here = state.screening is not None and state.state not in NO_HANDOFFS
        told.need(open_here, "wrong_state", why="A mission is asked after the screening.")
        told.need(state.guardian is not None or not state.minor, "guardian_missing")
        consents = (c.purpose for c in state.consents.values())
        told.need("mission_contact" in consents, "consent_missing")
        told.need(not state.protected, "protection_bar")

    def decide(self, state: Case, told: Told) -> Facts:
        told.need(state.consent("mission_contact", self.mission), "consent_missing")
        if self.kind == "issue_travel_document":
            confirmed = self.mission in state.nationality_confirmed
            resident = state.stateless and state.residence_state == self.mission
            told.need(confirmed or resident, "wrong_state", why="It has not confirmed nationality.")
        if self.kind not in ANY_COUNTRY:
            told.need(
                self.nationality == self.mission, "invalid", "nationality",
                why="A mission speaks for its own nationals only.",
            )  # fmt: skip
        told.result["handoff"] = str(told.event_id(0))
        yield HandoffOpened(
            mission=self.mission, kind=self.kind, nationality=self.nationality,
            message=self.message, due=self.due,
        )  # fmt: skip
        if self.mission not in state.missions_notified:
            yield MissionNotified(mission=self.mission, nationality=self.nationality)


class OfOneHandoff(Command):
    """A command about one of the case's handoffs."""

    handoff: UUID

    def subject(self, state: Any) -> str | None:  # noqa: ARG002
        return str(self.handoff)

    def found(self, state: Case, told: Told) -> Handoff | None:
        handoff = state.handoffs.get(self.handoff)
        told.need(handoff, "invalid", "handoff", why="There is no such handoff.")
        return handoff


class ByMission(OfOneHandoff):
    """A mission's own: another mission's handoff and none at all are answered alike."""

    @classmethod
    def admit(cls, state: Case, actor: Actor, raw: Mapping[str, Any], now: datetime) -> None:
        if not mission_handoffs(state, actor.mission, now):
            raise Refused("not_found")
        named = id_told(raw.get("handoff"))
        theirs = {h.id for h in state.handoffs.values() if h.mission == actor.mission}
        if named is not None and named not in theirs:
            raise Refused("not_found")


@command("case", ("liaison",), track=("handoff", ("OPENED", "DELIVERED")))
class AcceptHandoff(ByMission):
    def decide(self, state: Case, told: Told) -> Facts:
        if self.found(state, told):
            yield HandoffAccepted(handoff=self.handoff)


@command("case", ("liaison",), track=("handoff", UNFINISHED))
class DeclineHandoff(ByMission):
    reasons: Correspondence

    def decide(self, state: Case, told: Told) -> Facts:
        if self.found(state, told):
            yield HandoffDeclined(handoff=self.handoff, reasons=self.reasons)


@command("case", ("liaison",), track=("handoff", UNFINISHED))
class AskAboutHandoff(ByMission):
    question: Correspondence

    def decide(self, state: Case, told: Told) -> Facts:
        if self.found(state, told):
            yield HandoffQuestionAsked(handoff=self.handoff, question=self.question)


@command("case", ("officer", "mfa"), track=("handoff", UNFINISHED))
class AnswerQuestion(OfOneHandoff):
    answer: Correspondence

    def decide(self, state: Case, told: Told) -> Facts:
        if self.found(state, told):
            yield HandoffQuestionAnswered(handoff=self.handoff, answer=self.answer)


@command("case", ("liaison",), track=("handoff", ("ACCEPTED",)))
class AnswerHandoff(ByMission):
    """What kind of task it was decides which answers fit, and what they must bring."""

    answer: HandoffAnswer
    note: Correspondence | None = None
    document: DocumentTold | None = None
    reception: ReceptionTold | None = None
    received_at: PastMoment | None = None

    def decide(self, state: Case, told: Told) -> Facts:
        handoff = self.found(state, told)
        if handoff is None:
            return
        reply = Reply(self.answer, self.note, self.document, self.reception, self.received_at)
        if check_answer(state, handoff, reply, told):
            yield from answer_facts(handoff, reply, told)


@command("case", ("officer", "mfa"), track=("handoff", UNFINISHED))
class WithdrawHandoff(OfOneHandoff):
    reasons: Correspondence

    def decide(self, state: Case, told: Told) -> Facts:
        if self.found(state, told):
            yield HandoffWithdrawn(handoff=self.handoff, reasons=self.reasons)


def _revoked(before: Case, after: Case, told: Told) -> list[Fact]:  # noqa: ARG001
    """Whatever ends a mission's access ends its open handoffs, in the same moment."""
    if not isinstance(after, Case):
        return []
    newly_stateless = after.stateless and not before.stateless
    return [
        HandoffRevoked(handoff=handoff.id, mission=handoff.mission)
        for handoff in after.handoffs.values()
        if handoff.open
        and (
            handoff.shut
            or after.state == "DECEASED"
            or (newly_stateless and not _of_residence(after, handoff))
        )
    ]


def _of_residence(case: Case, handoff: Handoff) -> bool:
    """The State where a stateless person lives may document and receive them."""
    return handoff.mission == case.residence_state and handoff.kind != "verify_nationality"


REACTIONS.append(_revoked)
