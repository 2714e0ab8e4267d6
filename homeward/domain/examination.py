"""A request is registered and examined: accepted, declined or merged by two, never by a timer."""

from typing import Annotated, Literal

from pydantic import Field

from homeward.domain import fieldgroups
from homeward.domain.commands import Command, Facts, Told, command
from homeward.domain.elsewhere import other
from homeward.domain.facts.request import (
    DeclineProposed,
    ExaminationStarted,
    InformationReceived,
    InformationRequested,
    MergeProposed,
    Reporter,
    RequestAccepted,
    RequestDeclined,
    RequestMerged,
    RequestRegistered,
    RequestReopened,
    RequestUnmerged,
    Stub,
)
from homeward.domain.fieldgroups import as_struct, as_structs
from homeward.domain.fields import Account, Accounts, Day, Operational, PastMoment, RequestId, Unit
from homeward.domain.reference import provinces
from homeward.domain.reference.codes import (
    Channel,
    Language,
    ProvinceCode,
    ToldProvince,
    Urgency,
)
from homeward.domain.request import Request

MERGED_AWAY = frozenset({"MERGED", "DECLINED"})


@command("request", ("intake", "liaison"), opens=True)
class RegisterRequest(Command):
    """A single line may be all there is; what a requester claims is kept as their claim."""

    channel: Channel
    received_at: PastMoment
    reporter: fieldgroups.Reporter
    language: Language
    urgency: Urgency
    allegation: Account | None = None
    province: ToldProvince | None = None
    place: Operational | None = None
    people: tuple[fieldgroups.PersonStub, ...]
    people_count: Annotated[int, Field(ge=1)]
    do_not_route_to: tuple[Unit, ...] = ()

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        told.need(
            self.people or self.place,
            "invalid",
            "people",
            "place",
            why="A request names people, a place, or both.",
        )
        told.need(
            self.people_count >= len(self.people),
            "invalid",
            "people_count",
            why="More people are named than counted.",
        )
        if not told.actor.has("intake"):
            self._for_own_mission(told)
        yield RequestRegistered(
            channel=self.channel,
            received_at=self.received_at,
            reporter=as_struct(self.reporter, Reporter),
            language=self.language,
            urgency=self.urgency,
            allegation=self.allegation,
            province=None if self.province is None else provinces.normalise(self.province),
            province_told=self.province,
            place=self.place,
            people=as_structs(self.people, Stub),
            people_count=self.people_count,
            do_not_route_to=self.do_not_route_to,
        )

    def _for_own_mission(self, told: Told) -> None:
        why = "A liaison registers only what its own mission asks."
        told.need(self.channel == "mission", "invalid", "channel", why=why)
        told.need(
            told.actor.mission is not None and self.reporter.mission == told.actor.mission,
            "invalid",
            "reporter.mission",
            why=why,
        )


@command("request", ("examiner",), from_=("REGISTERED",))
class StartExamination(Command):
    urgency: Urgency
    reasons: Account

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield ExaminationStarted(urgency=self.urgency, reasons=self.reasons)


@command("request", ("examiner",), from_=("UNDER_EXAMINATION",))
class AskReporter(Command):
    question: Account
    due: Day | None = None

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield InformationRequested(question=self.question, due=self.due)


@command("request", ("examiner", "intake", "liaison"), from_=("AWAITING_INFORMATION",))
class RecordReply(Command):
    reply: Account

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield InformationReceived(reply=self.reply)


@command("request", ("examiner",), from_=("UNDER_EXAMINATION",))
class AcceptRequest(Command):
    corroboration: Accounts
    province: ProvinceCode

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield RequestAccepted(corroboration=self.corroboration, province=self.province)


@command("request", ("examiner",), from_=("UNDER_EXAMINATION",))
class ProposeDecline(Command):
    ground: Literal["unsubstantiated", "outside_mandate", "already_safe", "abroad"]
    reasons: Account

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield DeclineProposed(ground=self.ground, reasons=self.reasons)


@command("request", ("supervisor",), from_=("UNDER_EXAMINATION",), not_by=("propose_decline",))
class ConfirmDecline(Command):
    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield RequestDeclined()


@command("request", ("examiner",), from_=("REGISTERED", "UNDER_EXAMINATION"))
class ProposeMerge(Command):
    """Two requests for the same people: shown as a match, merged only by two persons."""

    into: RequestId
    evidence: Account

    def also(self, request: Request) -> tuple[str, ...]:  # noqa: ARG002
        return (self.into,)

    def decide(self, request: Request, told: Told) -> Facts:
        into = other(told, self.into, Request)
        told.need(
            into is not None and into.id != request.id and into.state not in MERGED_AWAY,
            "invalid",
            "into",
            why="That is not another request that still stands.",
        )
        yield MergeProposed(into=self.into, evidence=self.evidence)


@command(
    "request",
    ("supervisor",),
    from_=("REGISTERED", "UNDER_EXAMINATION"),
    not_by=("propose_merge",),
)
class ConfirmMerge(Command):
    def also(self, request: Request) -> tuple[str, ...]:
        return () if request.merge_into is None else (request.merge_into,)

    def decide(self, request: Request, told: Told) -> Facts:
        into = other(told, request.merge_into, Request)
        # Meanwhile it may have been merged itself, perhaps into this one.
        if told.need(
            into is not None and into.state not in MERGED_AWAY,
            "wrong_state",
            why="The request to merge into does not stand any more.",
        ):
            yield RequestMerged(into=str(request.merge_into))


@command("request", ("supervisor",), from_=("MERGED",))
class UnmergeRequest(Command):
    reasons: Account

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield RequestUnmerged(reasons=self.reasons)


@command("request", ("examiner", "supervisor"), from_=("DECLINED", "CLOSED"))
class ReopenRequest(Command):
    reasons: Account

    def decide(self, request: Request, told: Told) -> Facts:  # noqa: ARG002
        yield RequestReopened(reasons=self.reasons)
