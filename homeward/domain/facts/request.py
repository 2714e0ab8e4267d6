"""What happens to a request for rescue."""

from datetime import date, datetime

import msgspec

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class Stub(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person as the requester tells of them."""

    name: Sealed | None = None
    alias: Sealed | None = None
    nationality: str | None = None
    sex: str | None = None
    age: int | None = None
    contact: Sealed | None = None
    note: Sealed | None = None


class Reporter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    kind: str
    anonymous: bool
    name: Sealed | None = None
    organisation: str | None = None
    mission: str | None = None
    contact: Sealed | None = None
    relation: Sealed | None = None
    safe_times: Sealed | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one person who was asked for; `person` is the stub's index."""

    person: int
    outcome: str
    case: str | None = None


class RequestRegistered(Fact, kw_only=True):
    channel: str
    received_at: datetime
    reporter: Reporter
    language: str
    urgency: str
    people: tuple[Stub, ...]
    people_count: int
    allegation: Sealed | None = None
    province: str | None = None
    province_told: str | None = None
    """As the caller said it: a town as often as a province."""
    place: Sealed | None = None
    do_not_route_to: tuple[str, ...] = ()


class ExaminationStarted(Fact, kw_only=True):
    urgency: str
    reasons: Sealed


class InformationRequested(Fact, kw_only=True):
    question: Sealed
    due: date | None = None


class InformationReceived(Fact, kw_only=True):
    reply: Sealed


class RequestAccepted(Fact, kw_only=True):
    corroboration: Sealed
    province: str


class DeclineProposed(Fact, kw_only=True):
    ground: str
    reasons: Sealed


class RequestDeclined(Fact, kw_only=True):
    pass


class MergeProposed(Fact, kw_only=True):
    into: str
    evidence: Sealed


class RequestMerged(Fact, kw_only=True):
    into: str


class RequestUnmerged(Fact, kw_only=True):
    reasons: Sealed


class RequestReopened(Fact, kw_only=True):
    reasons: Sealed


class RequestAttached(Fact, kw_only=True):
    operation: str


class RequestDetached(Fact, kw_only=True):
    """The operation is over and somebody asked for is still to be found.

    `outcomes` are those found out in it: the next operation does not look for them again.
    """

    operation: str
    outcomes: tuple[Outcome, ...] = ()


class RequestAnswered(Fact, kw_only=True):
    outcomes: tuple[Outcome, ...]
    told_reporter: bool


class NeutralAnswerGiven(Fact, kw_only=True):
    pass


class RequestClosed(Fact, kw_only=True):
    pass
