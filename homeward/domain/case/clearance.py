"""Cleared by a second person, gone, arrived: every guard holds, or is answered for by name."""

from collections.abc import Mapping
from typing import Literal

from homeward.domain.case.guards import OVERRIDABLE, failing, travel_documents
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Facts, Fields, Told, command
from homeward.domain.facts.case_departure import (
    ClearanceRevoked,
    DepartureCleared,
    DepartureFailed,
    DepartureRecorded,
    FollowUpRecorded,
    ReceptionConfirmed,
)
from homeward.domain.fields import Account, IdentityMatch, PastDate, PastMoment, Text
from homeward.domain.reference.codes import FollowUp
from homeward.domain.sealed import Sealed

GuardName = Literal[
    "screened", "status", "reflection", "wish", "order", "fine", "nationality", "travel_document",
    "return_risk", "fear", "holds", "fitness", "child", "exit_permit", "reception", "travel",
]  # fmt: skip


def may_override(state: Case, told: Told) -> bool:
    """A supervisor who had no hand in the preparation."""
    took = state.took
    hands = {took.get("open_return_preparation"), took.get("book_travel"), state.risk.by}
    return told.actor.has("supervisor") and told.actor.id not in hands


class Override(Fields):
    guard: GuardName
    reason: Account


@command(
    "case",
    ("endorser",),
    from_=("RETURN_PREPARATION",),
    not_by=("open_return_preparation", "book_travel"),
    needs_step=False,
)
class ClearForDeparture(Command):
    """All guards. A few may be answered for instead, by one who prepared nothing."""

    overrides: tuple[Override, ...] | None = None

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        past = OVERRIDABLE if may_override(state, told) else frozenset[str]()
        failed = [name for name in failing(state, told.now) if name not in past]
        told.need(not failed, "guard_failed", *failed)

    def decide(self, state: Case, told: Told) -> Facts:
        given: Mapping[str, Sealed] = {}
        if may_override(state, told):
            given = {o.guard: o.reason for o in self.overrides or () if o.guard in OVERRIDABLE}
        failed = failing(state, told.now)
        left = [name for name in failed if name not in given]
        told.need(not left, "guard_failed", *left)
        yield DepartureCleared(overrides={n: r for n, r in given.items() if n in failed})


@command("case", ("endorser", "supervisor"), from_=("CLEARED",))
class RevokeClearance(Command):
    reasons: Account

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ClearanceRevoked(reasons=self.reasons)


@command("case", ("officer",), from_=("CLEARED", "RETURN_PREPARATION"))
class RecordDeparture(Command):
    """Judged as at the moment of leaving, on the document that was shown."""

    at: PastMoment
    exit_point: Text
    document_number: IdentityMatch

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        covered = state.state != "RETURN_PREPARATION" or state.lapsed is not None
        told.need(covered, "wrong_state", why="The person is not cleared for departure.")

    def decide(self, state: Case, told: Told) -> Facts:
        if state.state == "RETURN_PREPARATION" and state.lapsed is not None:
            first, last = state.lapsed
            within = first <= self.at <= last
            told.need(within, "wrong_state", why="No clearance stood at that moment.")
        elif state.cleared_at is not None:
            told.need(self.at >= state.cleared_at, "invalid", "at", why="It was not cleared yet.")
        failed = failing(state, self.at, as_at_departure=True)
        told.need(not failed, "guard_failed", *failed)
        self._shows_a_known_document(state, told)
        yield DepartureRecorded(
            at=self.at, exit_point=self.exit_point, document_number=self.document_number
        )

    def _shows_a_known_document(self, state: Case, told: Told) -> None:
        valid = [number for number in travel_documents(state, None) if number is not None]
        known = not valid or any(number.match == self.document_number.match for number in valid)
        told.need(known, "invalid", "document_number", why="It is not the travel document's.")


@command("case", ("officer",), from_=("CLEARED", "IN_TRANSIT"))
class RecordDepartureFailure(Command):
    cause: Literal["missed", "refused_boarding", "turned_back", "ill", "other"]
    note: Account | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield DepartureFailed(cause=self.cause, note=self.note)


@command(
    "case",
    ("liaison", "mfa", "officer"),
    from_=("IN_TRANSIT",),
    not_by=("record_departure",),
    needs_step=False,
)
class ConfirmReception(Command):
    at: PastMoment
    by_authority: Text
    condition: Account | None = None

    def decide(self, state: Case, told: Told) -> Facts:
        after = state.departed_at is None or self.at >= state.departed_at
        told.need(after, "invalid", "at", why="The person had not left yet.")
        yield ReceptionConfirmed(
            at=self.at, by_authority=self.by_authority, condition=self.condition
        )


@command("case", ("care", "officer"), from_=("RECEIVED", "FOLLOW_UP"))
class RecordFollowUp(Command):
    at: PastDate
    outcome: FollowUp
    note: Account | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield FollowUpRecorded(at=self.at, outcome=self.outcome, note=self.note)
