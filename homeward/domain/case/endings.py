"""Other ways out: stay, withdrawal, death, absence; closing, and coming back."""

from collections.abc import Iterator
from typing import Literal

from homeward.domain import fieldgroups
from homeward.domain.case.state import Case, Passport
from homeward.domain.commands import Command, Facts, Fields, On, Told, command
from homeward.domain.facts.case_departure import CaseClosed, CaseReopened
from homeward.domain.facts.case_endings import (
    CaseWithdrawn,
    DeathConfirmed,
    DeathRecorded,
    PersonFound,
    ReportedMissing,
    StayGranted,
    WithdrawalProposed,
)
from homeward.domain.facts.case_opening import CaseOpened
from homeward.domain.fieldgroups import as_struct
from homeward.domain.fields import Account, Day, Operational, PastMoment, Text
from homeward.domain.reference.codes import Closure, Language, ProvinceCode, RescueMode

FITTING: dict[str, frozenset[str]] = {
    "RECEIVED": frozenset({"returned", "third_country"}),
    "FOLLOW_UP": frozenset({"returned", "third_country"}),
    "ORDINARY_IMMIGRATION": frozenset({"ordinary_immigration"}),
    "REMAINS": frozenset({"remains"}),
    "WITHDRAWN": frozenset({"withdrawn"}),
    "DECEASED": frozenset({"deceased"}),
    "WHEREABOUTS_UNKNOWN": frozenset({"missing"}),
}


@command("case", ("endorser",), from_=("IDENTIFIED", "PRESUMED", "RETURN_PREPARATION"))
class GrantStay(Command):
    basis: Literal["protection", "court", "humanitarian", "statelessness"]
    until: Day | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield StayGranted(basis=self.basis, until=self.until)


@command("case", ("care", "officer"))
class WithdrawCase(Command):
    """The person's own wish, said in private: it could be captors who ask (domain.md 1.14)."""

    voluntary: bool
    private: bool
    language: Language

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        told.need(self.voluntary, "invalid", "voluntary", why="Only of the person's own will.")
        told.need(self.private, "invalid", "private", why="It must be said in private.")
        yield WithdrawalProposed(
            voluntary=self.voluntary, private=self.private, language=self.language
        )


@command("case", ("supervisor",), not_by=("withdraw_case",))
class ConfirmWithdrawal(Command):
    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield CaseWithdrawn()


@command("case", ("officer", "care"))
class RecordDeath(Command):
    """Every timer and task ends; those that a death needs begin."""

    at: PastMoment
    place: Operational
    certificate: Text | None = None
    kin_notified: bool

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield DeathRecorded(
            at=self.at, place=self.place, certificate=self.certificate,
            kin_notified=self.kin_notified,
        )  # fmt: skip


@command("case", ("supervisor",), from_=("DECEASED",), not_by=("record_death",))
class ConfirmDeath(Command):
    certificate: Text | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield DeathConfirmed(certificate=self.certificate)


@command("case", ("care", "officer"))
class ReportMissing(Command):
    last_seen: PastMoment
    place: Operational | None = None

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield ReportedMissing(last_seen=self.last_seen, place=self.place)


class Rescue(Fields):
    mode: RescueMode
    province: ProvinceCode
    place: Operational | None = None
    passport: fieldgroups.Passport


@command("case", ("care", "officer", "field"), from_=("WHEREABOUTS_UNKNOWN",), reserves=("case",))
class ReportFound(Command):
    """Exploited again, the person is a victim anew: this episode closes, the next one opens."""

    at: PastMoment
    exploited_again: bool
    rescue: Rescue | None = None

    def decide(self, state: Case, told: Told) -> Facts:
        if not self.exploited_again:
            yield PersonFound(at=self.at, exploited_again=False)
            return
        if told.need(self.rescue, "invalid", "rescue", why="Tell of the new rescue."):
            yield from self._next_episode(state, told)

    def _next_episode(self, state: Case, told: Told) -> Iterator[PersonFound | CaseClosed | On]:
        rescue, case = self.rescue, told.reserved.get("case", "")
        assert rescue is not None
        assert state.identity is not None, "a case is opened with one"
        told.result["case"] = case
        yield PersonFound(at=self.at, exploited_again=True, next_case=case)
        yield CaseClosed(outcome="missing")
        opened = CaseOpened(
            mode=rescue.mode, identity=state.identity, rescued_at=self.at,
            province=rescue.province, place=rescue.place,
            passport=as_struct(rescue.passport, Passport), previous_episode=state.id,
        )  # fmt: skip
        yield On(case, opened)


@command("case", ("officer",), from_=tuple(FITTING))
class CloseCase(Command):
    outcome: Closure

    def decide(self, state: Case, told: Told) -> Facts:
        fits = self.outcome in FITTING.get(state.state, ())
        told.need(fits, "invalid", "outcome", why="The outcome does not fit where the case stands.")
        yield CaseClosed(outcome=self.outcome)


@command("case", ("supervisor",), from_=("CLOSED",), not_by=("close_case",), needs_step=False)
class ReopenCase(Command):
    reasons: Account

    @classmethod
    def ready(cls, state: Case, told: Told) -> None:
        told.need(not state.erased, "wrong_state", why="Its personal data have been erased.")

    def decide(self, state: Case, told: Told) -> Facts:  # noqa: ARG002
        yield CaseReopened(state=state.back_to[0], reasons=self.reasons)
