"""What an embassy's facts do to the case."""

from typing import Any

from msgspec.structs import replace

from homeward.domain.case.consular import moved, notified, requested
from homeward.domain.case.state import (
    Case,
    Handoff,
    Identity,
    Message,
    Nationality,
    Reception,
    TravelDocument,
)
from homeward.domain.facts import Event
from homeward.domain.facts.case_embassy import (
    HandoffAccepted,
    HandoffAnswered,
    HandoffDeclined,
    HandoffDelivered,
    HandoffOpened,
    HandoffQuestionAnswered,
    HandoffQuestionAsked,
    HandoffRevoked,
    HandoffWithdrawn,
    MissionNotified,
    NationalityConfirmed,
    NationalityDenied,
    ReceptionArranged,
    TravelDocumentIssued,
)
from homeward.domain.sealed import Sealed
from homeward.domain.steps import settled
from homeward.domain.streams import Call, evolves


def _with(case: Case, handoff: Any, **changes: Any) -> Case:
    found = case.handoffs.get(handoff)
    if found is None:
        return case
    return replace(case, handoffs={**case.handoffs, found.id: replace(found, **changes)})


def _said(handoff: Handoff | None, event: Event, side: str, text: Sealed | None) -> Any:
    if handoff is None or text is None:
        return handoff.thread if handoff else ()
    turn = Message(by=event.by, side=side, at=event.recorded_at, text=text)
    return (*handoff.thread, turn)


@evolves
def _opened(case: Case, fact: HandoffOpened, event: Event) -> Case:
    handoff = Handoff(
        id=event.id, mission=fact.mission, kind=fact.kind, nationality=fact.nationality,
        state="OPENED", opened_at=event.recorded_at, opened_by=event.by, message=fact.message,
        due=fact.due,
    )  # fmt: skip
    asks = {
        "handoff": str(event.id), "case": case.id, "mission": fact.mission, "kind": fact.kind,
        "nationality": fact.nationality, "due": fact.due,
    }  # fmt: skip
    call = Call(event.id, "mission", "handoff", event.recorded_at, asks)
    return replace(
        case,
        handoffs={**case.handoffs, event.id: handoff},
        calls={**case.calls, event.id: call},
        consular=requested(case, fact.kind, fact.nationality),
    )


@evolves
def _notified(case: Case, fact: MissionNotified, _: Event) -> Case:
    return replace(
        case,
        missions_notified=case.missions_notified | {fact.mission},
        consular=notified(case, fact.nationality),
    )


@evolves
def _delivered(case: Case, fact: HandoffDelivered, event: Event) -> Case:
    handoff = case.handoffs.get(fact.handoff)
    state = "DELIVERED" if handoff and handoff.state == "OPENED" else handoff and handoff.state
    after = _with(case, fact.handoff, state=state, delivered_at=event.recorded_at)
    return settled(after, fact.handoff)


@evolves
def _accepted(case: Case, fact: HandoffAccepted, _: Event) -> Case:
    return _with(case, fact.handoff, state="ACCEPTED")


@evolves
def _asked(case: Case, fact: HandoffQuestionAsked, event: Event) -> Case:
    thread = _said(case.handoffs.get(fact.handoff), event, "mission", fact.question)
    return _with(case, fact.handoff, question_open=event.id, thread=thread)


@evolves
def _question_answered(case: Case, fact: HandoffQuestionAnswered, event: Event) -> Case:
    thread = _said(case.handoffs.get(fact.handoff), event, "cambodia", fact.answer)
    return _with(case, fact.handoff, question_open=None, thread=thread)


@evolves
def _answered(case: Case, fact: HandoffAnswered, event: Event) -> Case:
    handoff = case.handoffs.get(fact.handoff)
    thread = _said(handoff, event, "mission", fact.note)
    if fact.answer == "needs_more":
        return _with(case, fact.handoff, answer=fact.answer, thread=thread)
    after = _with(
        case, fact.handoff, state="ANSWERED", answer=fact.answer, thread=thread,
        answered_at=event.recorded_at, question_open=None,
    )  # fmt: skip
    if handoff is not None and fact.answer == "no_record":
        after = replace(after, consular=moved(after, handoff.nationality, "NOT_CONFIRMED"))
    return settled(after, fact.handoff)


@evolves
def _declined(case: Case, fact: HandoffDeclined, event: Event) -> Case:
    thread = _said(case.handoffs.get(fact.handoff), event, "mission", fact.reasons)
    return _ended(_with(case, fact.handoff, thread=thread), fact.handoff, "DECLINED")


@evolves
def _withdrawn(case: Case, fact: HandoffWithdrawn, event: Event) -> Case:
    thread = _said(case.handoffs.get(fact.handoff), event, "cambodia", fact.reasons)
    return _ended(_with(case, fact.handoff, thread=thread), fact.handoff, "WITHDRAWN")


@evolves
def _revoked(case: Case, fact: HandoffRevoked, _: Event) -> Case:
    return _ended(case, fact.handoff, "REVOKED")


def _ended(case: Case, handoff: Any, state: str) -> Case:
    """A task that has ended is not delivered any more."""
    return settled(_with(case, handoff, state=state, question_open=None), handoff)


def _told_nationality(case: Case, country: str, status: str) -> Identity | None:
    if case.identity is None:
        return None
    told = tuple(
        Nationality(country=n.country, status=status) if n.country == country else n
        for n in case.identity.nationalities
    )
    return replace(case.identity, nationalities=told)


@evolves
def _confirmed(case: Case, fact: NationalityConfirmed, _: Event) -> Case:
    return replace(
        case,
        nationality_confirmed=case.nationality_confirmed | {fact.country},
        identity=_told_nationality(case, fact.country, "confirmed"),
        consular=moved(case, fact.country, "CONFIRMED"),
    )


@evolves
def _denied(case: Case, fact: NationalityDenied, _: Event) -> Case:
    chosen = case.travel_nationality
    return replace(
        case,
        nationality_confirmed=case.nationality_confirmed - {fact.country},
        travel_nationality=None if chosen == fact.country else chosen,
        identity=_told_nationality(case, fact.country, "denied"),
        consular=moved(case, fact.country, "NOT_CONFIRMED"),
    )


@evolves
def _issued(case: Case, fact: TravelDocumentIssued, _: Event) -> Case:
    handoff = case.handoffs.get(fact.handoff)
    country = handoff.nationality if handoff else fact.issuer
    return replace(
        case,
        travel_document=TravelDocument(
            kind=fact.kind, issuer=fact.issuer, number=fact.number, expires=fact.expires,
            issued=fact.issued,
        ),
        consular=moved(case, country, "DOCUMENT_ISSUED"),
    )  # fmt: skip


@evolves
def _reception(case: Case, fact: ReceptionArranged, _: Event) -> Case:
    handoff = case.handoffs.get(fact.handoff) if fact.handoff else None
    return replace(
        case,
        reception=Reception(
            authority=fact.authority, port=fact.port, contact=fact.contact, country=fact.country,
            mission=handoff.mission if handoff else None,
        ),
    )  # fmt: skip
