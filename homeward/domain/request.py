"""A request for rescue as folded from its events.

Its rules stand in `examination.py` (from the first word to acceptance) and `answering.py`.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.facts.request import (
    DeclineProposed,
    ExaminationStarted,
    InformationReceived,
    InformationRequested,
    MergeProposed,
    NeutralAnswerGiven,
    Outcome,
    Reporter,
    RequestAccepted,
    RequestAnswered,
    RequestAttached,
    RequestClosed,
    RequestDeclined,
    RequestDetached,
    RequestMerged,
    RequestRegistered,
    RequestReopened,
    RequestUnmerged,
    Stub,
)
from homeward.domain.sealed import Sealed
from homeward.domain.steps import opened
from homeward.domain.streams import StreamState, evolves


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the reporter, and the reply once there is one."""

    event: UUID
    question: Sealed
    at: datetime
    reply: Sealed | None = None
    replied_at: datetime | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the reporter was told: what became of each person, or the neutral words."""

    at: datetime
    outcomes: tuple[Outcome, ...] = ()
    neutral: bool = True


class Request(StreamState, frozen=True, kw_only=True):
    """RescueRequest: one submission that names people, a place, or both."""

    channel: str = ""
    received_at: datetime | None = None
    reporter: Reporter | None = None
    mission: str | None = None
    """Whose liaison or note registered it; nobody else of a mission may know of it."""
    language: str = ""
    urgency: str = ""
    allegation: Sealed | None = None
    province: str | None = None
    province_told: str | None = None
    place: Sealed | None = None
    people: tuple[Stub, ...] = ()
    people_count: int = 0
    do_not_route_to: tuple[str, ...] = ()
    examined_by: str | None = None
    exchanges: tuple[Exchange, ...] = ()
    corroboration: Sealed | None = None
    decline_ground: str | None = None
    merge_into: str | None = None
    """Into which request it is proposed to be merged, or was."""
    operation: str | None = None
    outcomes: dict[int, Outcome] = {}
    """The last known outcome of each stub, from operations that are over and from answers."""
    answer: Answer | None = None

    def sought(self, known: dict[int, Outcome]) -> tuple[int, ...]:
        """Stubs of whom nothing final is known: nobody looked, or nobody found them."""
        last = {**self.outcomes, **known}
        return tuple(
            index
            for index in range(len(self.people))
            if index not in last or last[index].outcome == "not_located"
        )


@evolves
def _registered(request: Request, fact: RequestRegistered, _: Event) -> Request:
    return replace(
        request,
        state="REGISTERED",
        channel=fact.channel,
        received_at=fact.received_at,
        reporter=fact.reporter,
        mission=fact.reporter.mission if fact.channel == "mission" else None,
        language=fact.language,
        urgency=fact.urgency,
        allegation=fact.allegation,
        province=fact.province,
        province_told=fact.province_told,
        place=fact.place,
        people=fact.people,
        people_count=fact.people_count,
        do_not_route_to=fact.do_not_route_to,
    )


@evolves
def _examined(request: Request, fact: ExaminationStarted, event: Event) -> Request:
    return replace(request, state="UNDER_EXAMINATION", urgency=fact.urgency, examined_by=event.by)


@evolves
def _asked(request: Request, fact: InformationRequested, event: Event) -> Request:
    exchange = Exchange(event=event.id, question=fact.question, at=event.recorded_at)
    return replace(request, state="AWAITING_INFORMATION", exchanges=(*request.exchanges, exchange))


@evolves
def _replied(request: Request, fact: InformationReceived, event: Event) -> Request:
    exchanges = request.exchanges
    if exchanges:
        last = replace(exchanges[-1], reply=fact.reply, replied_at=event.recorded_at)
        exchanges = (*exchanges[:-1], last)
    return replace(request, state="UNDER_EXAMINATION", exchanges=exchanges)


@evolves
def _accepted(request: Request, fact: RequestAccepted, _: Event) -> Request:
    return replace(
        request,
        state="ACCEPTED",
        corroboration=fact.corroboration,
        province=fact.province,
        steps={},
    )


@evolves
def _decline_proposed(request: Request, fact: DeclineProposed, event: Event) -> Request:
    return replace(
        request,
        decline_ground=fact.ground,
        steps=opened(request, "propose_decline", event),
    )


@evolves
def _declined(request: Request, _: RequestDeclined, __: Event) -> Request:
    return replace(request, state="DECLINED", steps={})


@evolves
def _merge_proposed(request: Request, fact: MergeProposed, event: Event) -> Request:
    return replace(request, merge_into=fact.into, steps=opened(request, "propose_merge", event))


@evolves
def _merged(request: Request, fact: RequestMerged, _: Event) -> Request:
    return replace(request, state="MERGED", merge_into=fact.into, steps={})


@evolves
def _unmerged(request: Request, _: RequestUnmerged, __: Event) -> Request:
    return replace(request, state="UNDER_EXAMINATION", merge_into=None)


@evolves
def _reopened(request: Request, _: RequestReopened, __: Event) -> Request:
    return replace(request, state="UNDER_EXAMINATION", decline_ground=None, operation=None)


@evolves
def _attached(request: Request, fact: RequestAttached, _: Event) -> Request:
    return replace(request, state="ATTACHED", operation=fact.operation)


@evolves
def _detached(request: Request, fact: RequestDetached, _: Event) -> Request:
    known = {outcome.person: outcome for outcome in fact.outcomes}
    return replace(
        request, state="ACCEPTED", operation=None, outcomes={**request.outcomes, **known}
    )


@evolves
def _answered(request: Request, fact: RequestAnswered, event: Event) -> Request:
    told = fact.told_reporter
    answer = Answer(at=event.recorded_at, outcomes=fact.outcomes if told else (), neutral=not told)
    known = {outcome.person: outcome for outcome in fact.outcomes}
    return replace(request, state="ANSWERED", answer=answer, outcomes={**request.outcomes, **known})


@evolves
def _neutral(request: Request, _: NeutralAnswerGiven, event: Event) -> Request:
    return replace(request, answer=Answer(at=event.recorded_at))


@evolves
def _closed(request: Request, _: RequestClosed, __: Event) -> Request:
    return replace(request, state="CLOSED")
