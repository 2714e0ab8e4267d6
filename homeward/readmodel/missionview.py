"""What a mission sees: the identity sheet and its own thread, and nothing else (domain.md 4)."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from homeward.domain.access import mission_handoffs
from homeward.domain.actors import Actor
from homeward.domain.case.state import Case, Handoff
from homeward.domain.request import Request
from homeward.ports import Answer
from homeward.readmodel.casesections import fields

OWN_STEPS = frozenset(
    {
        "HandoffAccepted", "HandoffDeclined", "HandoffQuestionAsked", "HandoffAnswered",
        "NationalityConfirmed", "NationalityDenied", "TravelDocumentIssued", "ReceptionArranged",
        "ConsularVisitRecorded", "ReceptionConfirmed", "RequestRegistered", "InformationReceived",
    }
)  # fmt: skip
"""What a mission's own commands say; what else comes of them is not told to it."""
ASKED = frozenset({"AWAITING_INFORMATION"})
ANSWERED = frozenset({"ANSWERED", "CLOSED", "DECLINED"})


def case_for_mission(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """Another nationality, and that the person travels as another State's, is not this one's."""
    mission = actor.mission
    document, reception = case.travel_document, case.reception
    theirs = (
        (document is not None and document.issuer == mission)
        or (reception is not None and reception.country == mission)
    )  # fmt: skip
    return {
        "id": case.id,
        "mission": mission,
        "identity": _identity(case, mission),
        "handoffs": [_handoff(case, h) for h in mission_handoffs(case, mission, now)],
        "travel": fields(case.booking, "payer", "manifest", "escort") if theirs else None,
        "reception": fields(reception)
        if reception is not None and reception.country == mission
        else None,
    }


def _identity(case: Case, mission: str | None) -> dict[str, Any]:
    if case.identity is None:
        return {}
    sheet = fields(case.identity, "nationalities", "turns_18", "age_claimed")
    sheet["nationalities"] = [
        fields(nationality)
        for nationality in case.identity.nationalities
        if nationality.country == mission
    ]
    passport = case.passport
    if passport is not None and passport.issuer == mission:
        # Where it was found would tell who had held the person.
        sheet["passport"] = fields(passport, "status")
    return sheet


def _handoff(case: Case, handoff: Handoff) -> dict[str, Any]:
    deadline = case.deadlines.get(f"handoff.answer:{handoff.id}")
    expected = deadline.levels[0].due if deadline and deadline.levels else None
    return {
        "id": str(handoff.id),
        "kind": handoff.kind,
        "nationality": handoff.nationality,
        "state": handoff.state,
        "opened_at": handoff.opened_at,
        "due": handoff.due or expected,
        "message": handoff.message,
        "answer": handoff.answer,
        "answered_at": handoff.answered_at,
        "question_open": handoff.question_open is not None,
        "thread": [
            {"side": turn.side, "at": turn.at, "text": turn.text} for turn in handoff.thread
        ],
    }


def answer_for_mission(answer: Answer) -> Answer:
    """The answer to a mission's command: its own steps, and no count of anybody's."""
    own = tuple(
        event
        for event in answer.events
        if event["stream"] == answer.stream and event["type"] in OWN_STEPS
    )
    return replace(answer, version=None, events=own)


def request_state(state: str) -> str:
    """All that a mission is told of how far its request is."""
    if state in ASKED:
        return "question"
    return "answered" if state in ANSWERED else "received"


def request_for_mission(request: Request) -> dict[str, Any]:
    """Its own request: received, question or answered; what was found only as it was answered."""
    state = "answered" if request.answer is not None else request_state(request.state)
    if request.state in ASKED:
        state = "question"
    asked = request.exchanges[-1] if request.exchanges else None
    open_question = asked is not None and asked.reply is None
    answer = request.answer
    told = None
    if answer is not None:
        outcomes = [] if answer.neutral else [fields(o, "case") for o in answer.outcomes]
        told = {"at": answer.at, "neutral": answer.neutral, "outcomes": outcomes}
    return {
        "id": request.id,
        "state": state,
        "received_at": request.received_at,
        "language": request.language,
        "urgency": request.urgency,
        "people": [fields(stub) for stub in request.people],
        "question": asked.question if asked is not None and open_question else None,
        "replies": [e.reply for e in request.exchanges if e.reply is not None],
        "answer": told,
    }
