"""Which role reads which section (contract, `reads`), and which section an event belongs to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from homeward.domain.access import as_liaison, reads_protection
from homeward.domain.actors import CASE_ROLES, Actor
from homeward.domain.case.state import Case
from homeward.domain.facts import Event
from homeward.domain.facts.case_holds import HoldLifted, HoldLiftProposed, HoldPlaced
from homeward.domain.streams import StreamState, kind_of
from homeward.eventstore.codec import UnknownFact

READERS: dict[str, frozenset[str]] = {
    "identity": CASE_ROLES,
    "consents": CASE_ROLES,
    "corrections": CASE_ROLES,
    "notes": CASE_ROLES,
    "shelter": frozenset({"screener", "care", "child_protection", "supervisor", "auditor"}),
    "screening": frozenset(
        {"screener", "care", "child_protection", "interviewer", "determiner", "auditor"}
    ),
    "health": frozenset({"screener", "care", "child_protection", "auditor"}),
    "interview": frozenset({"interviewer", "determiner", "auditor"}),
    "indicators": frozenset({"interviewer", "determiner", "auditor"}),
    "status_reasons": frozenset({"interviewer", "determiner", "supervisor", "auditor"}),
    "handoffs": frozenset(
        {"officer", "endorser", "mfa", "child_protection", "supervisor", "auditor"}
    ),
    "risk": frozenset(
        {
            "screener", "interviewer", "determiner", "officer", "endorser", "care",
            "child_protection", "supervisor", "auditor",
        }
    ),
    "protection": frozenset(
        {
            "screener", "interviewer", "determiner", "officer", "endorser", "care",
            "child_protection", "justice", "supervisor", "auditor",
        }
    ),
    "justice": frozenset({"justice", "supervisor", "auditor"}),
    "suspects": frozenset({"justice", "determiner", "auditor"}),
    "return": frozenset(
        {
            "officer", "endorser", "approver", "mfa", "care", "child_protection", "supervisor",
            "auditor",
        }
    ),
    "supervision": frozenset({"supervisor", "auditor"}),
}  # fmt: skip
OTHER_READERS: dict[str, dict[str, frozenset[str]]] = {
    "request": {
        "reporter": frozenset({"intake", "examiner", "supervisor", "auditor"}),
        "examination": frozenset({"intake", "examiner", "supervisor", "auditor"}),
        "people": frozenset(
            {"intake", "examiner", "planner", "authoriser", "field", "supervisor", "auditor"}
        ),
    },
    "operation": {
        "operation": frozenset({"planner", "authoriser", "field", "supervisor", "auditor"}),
        "suspects": frozenset(
            {
                "planner", "authoriser", "field", "interviewer", "determiner", "justice",
                "supervisor", "auditor",
            }
        ),
    },
    "incident": {
        "incident": frozenset({"examiner", "planner", "interviewer", "supervisor", "auditor"}),
    },
    "court": {"court": frozenset({"justice", "supervisor", "auditor"})},
}  # fmt: skip
"""Beside the contract, which is silent here: who works with it reads it (domain.md 4)."""
EVERYONE = frozenset({"state", "timeline"})
UNKNOWN = "unknown"
"""What this release does not know, it cannot judge either: its fields are auditors' alone."""

SECTION: dict[str, tuple[str, bool]] = {
    "CaseOpened": ("screening", False),
    "ScreeningRecorded": ("screening", False),
    "RightsExplained": ("consents", False),
    "GuardianAppointed": ("identity", False),
    "AgeAssessed": ("identity", False),
    "CarePlacementStarted": ("shelter", True),
    "CareDischarged": ("shelter", True),
    "CareProvided": ("health", True),
    "FitnessToTravelCertified": ("health", False),
    "ConsentRecorded": ("consents", False),
    "ConsentWithdrawn": ("consents", False),
    "InterviewOpened": ("interview", False),
    "InterviewAdjourned": ("interview", False),
    "AssessmentSubmitted": ("interview", False),
    "AssessmentReturned": ("interview", False),
    "StatusDetermined": ("status_reasons", False),
    "NotAVictimProposed": ("status_reasons", False),
    "ReviewRequested": ("status_reasons", False),
    "ReflectionExtended": ("status_reasons", False),
    "StatelessnessRecorded": ("status_reasons", False),
    "StayPermitRequested": ("return", False),
    "StayPermitIssued": ("return", False),
    "StayPermitRefused": ("return", False),
    "FineAssessmentRequested": ("return", False),
    "FineAssessed": ("return", False),
    "WaiverProposed": ("return", False),
    "WaiverEndorsed": ("return", False),
    "WaiverReturned": ("return", False),
    "WaiverApproved": ("return", False),
    "WaiverRefused": ("return", False),
    "WaiverApplied": ("return", False),
    "WaiverRevocationProposed": ("return", False),
    "WaiverRevoked": ("return", False),
    "PaymentRecorded": ("return", False),
    "ServiceAnswerProposed": ("return", False),
    "ServiceCallFailed": ("return", False),
    "HandoffOpened": ("handoffs", True),
    "MissionNotified": ("handoffs", True),
    "HandoffDelivered": ("handoffs", True),
    "HandoffAccepted": ("handoffs", True),
    "HandoffDeclined": ("handoffs", True),
    "HandoffQuestionAsked": ("handoffs", True),
    "HandoffQuestionAnswered": ("handoffs", True),
    "HandoffAnswered": ("handoffs", True),
    "HandoffWithdrawn": ("handoffs", True),
    "HandoffRevoked": ("handoffs", True),
    "NationalityConfirmed": ("handoffs", True),
    "NationalityDenied": ("handoffs", True),
    "TravelDocumentIssued": ("handoffs", True),
    "ConsularVisitRecorded": ("handoffs", True),
    "LateAnswerQuarantined": ("handoffs", True),
    "ReceptionArranged": ("return", False),
    "PassportRecorded": ("identity", False),
    "TravelNationalityChosen": ("identity", False),
    "ReturnRiskAssessed": ("risk", True),
    "ReturnRiskApproved": ("risk", True),
    "ReturnRiskExpired": ("risk", True),
    "ProtectionClaimRaised": ("protection", True),
    "ProtectionClaimResolved": ("protection", True),
    "BestInterestsDetermined": ("protection", False),
    "NonPunishmentReviewed": ("suspects", True),
    "SuspectBroughtBeforeCourt": ("suspects", True),
    "StatementRecorded": ("justice", True),
    "WitnessLinked": ("justice", True),
    "CourtCaseClosed": ("justice", True),
    "ReturnPreparationOpened": ("return", False),
    "ReturnSuspended": ("return", False),
    "DeportationOrderRequested": ("return", False),
    "DeportationOrderSigned": ("return", False),
    "ExitPermitRequested": ("return", False),
    "ExitPermitIssued": ("return", False),
    "ExitPermitRefused": ("return", False),
    "TravelBooked": ("return", False),
    "TravelCancelled": ("return", False),
    "DepartureCleared": ("return", False),
    "ClearanceRevoked": ("return", False),
    "DepartureRecorded": ("return", False),
    "DepartureFailed": ("return", False),
    "ReceptionConfirmed": ("return", False),
    "FollowUpRecorded": ("return", False),
    "CaseReopened": ("return", False),
    "DeathRecorded": ("shelter", False),
    "ReportedMissing": ("shelter", False),
    "CaseRestricted": ("supervision", False),
    "AccessOverridden": ("supervision", True),
    "ConflictRecorded": ("supervision", True),
}
"""Event -> the section of its fields, and whether even that it happened is the section's secret."""
OTHER_SECTION: dict[str, tuple[str, bool]] = {
    "RequestRegistered": ("reporter", False),
    "ExaminationStarted": ("examination", False),
    "InformationRequested": ("examination", False),
    "InformationReceived": ("examination", False),
    "RequestAccepted": ("examination", False),
    "DeclineProposed": ("examination", False),
    "MergeProposed": ("examination", False),
    "RequestUnmerged": ("examination", False),
    "RequestReopened": ("examination", False),
    "RequestAnswered": ("people", False),
    "RequestDetached": ("people", False),
    "OperationPlanned": ("operation", False),
    "OperationRejected": ("operation", False),
    "OperationAborted": ("operation", False),
    "PersonRescued": ("operation", True),
    "SearchOutcomeRecorded": ("operation", True),
    "SuspectDetained": ("suspects", True),
    "SuspectRecorded": ("suspects", True),
    "SuspectReleased": ("suspects", True),
    "ExhibitSeized": ("operation", True),
    "IncidentOpened": ("incident", False),
    "IncidentLinked": ("incident", True),
    "IncidentConcluded": ("incident", False),
    "ConflictRecorded": ("supervision", True),
}
OF_HANDOFFS = frozenset({"handoff.accept", "handoff.answer", "travel_document"})
OF_RETURN = frozenset({"expiry"})


def sections_for(state: StreamState, actor: Actor, now: datetime) -> frozenset[str]:
    """The sections that the actor may read; `note:` and `hold:` name single ones."""
    if not isinstance(state, Case):
        readers = OTHER_READERS[kind_of(state.id)] | {"supervision": READERS["supervision"]}
        mine = {name for name, roles in readers.items() if not actor.roles.isdisjoint(roles)}
        return EVERYONE | mine | _notes(state, actor) | _unknown(actor)
    if as_liaison(actor):
        return frozenset({"liaison"})
    if glass_broken(state, actor, now):
        every = {f"hold:{e.id}" for e in state.history if isinstance(e.fact, HoldPlaced)}
        notes = {f"note:{note.id}" for note in state.notes}
        return EVERYONE | READERS.keys() | every | notes
    mine = {name for name, roles in READERS.items() if not actor.roles.isdisjoint(roles)}
    return EVERYONE | mine | _notes(state, actor) | _holds(state, actor) | _unknown(actor)


def _unknown(actor: Actor) -> set[str]:
    return {UNKNOWN} if actor.has("auditor") else set()


def glass_broken(case: Case, actor: Actor, now: datetime) -> bool:
    until = case.broken_glass.get(actor.id)
    return until is not None and now < until


def _notes(state: StreamState, actor: Actor) -> set[str]:
    return {
        f"note:{note.id}"
        for note in state.notes
        if not note.fact.restricted_to
        or note.by == actor.id
        or not actor.roles.isdisjoint({*note.fact.restricted_to, "auditor"})
    }


def _holds(case: Case, actor: Actor) -> set[str]:
    """What a hold rests on: for who placed it, supervisors and auditors."""
    return {
        f"hold:{event.id}"
        for event in case.history
        if isinstance(event.fact, HoldPlaced)
        and (actor.has("supervisor", "auditor") or event.by == actor.id)
        and (event.fact.kind != "PROTECTION" or reads_protection(actor))
    }


def section_of(state: StreamState, event: Event) -> tuple[str, bool]:
    """The section of the event's fields; True: that it happened is a secret too."""
    if isinstance(event.fact, UnknownFact):
        return UNKNOWN, _secret_once(state, event.type)
    match event.type:
        case "NoteAdded":
            return f"note:{event.id}", True
        case "DocumentAttached":
            about = getattr(event.fact, "about", None)
            own = "identity" if isinstance(state, Case) else "state"  # as its name is marked
            return _as(state, about) if about else (own, False)
        case "DeadlinePassed" | "DeadlineExtended":
            return _of_deadline(state, event)
        case "StepRejected":
            return _as(state, event.fact.step)  # type: ignore[attr-defined]
    if not isinstance(state, Case):
        court = kind_of(state.id) == "court"
        return OTHER_SECTION.get(event.type, ("court", True) if court else ("state", False))
    return _of_case(state, event)


def _secret_once(state: StreamState, type_: str) -> bool:
    """Whether steps of this name are a secret in the shape that this release knows."""
    if type_ in ("NoteAdded", "HoldPlaced", "CorrectionProposed", "RecordCorrected"):
        return True
    known = SECTION if isinstance(state, Case) else OTHER_SECTION
    return known.get(type_, ("", kind_of(state.id) == "court"))[1]


def _of_case(case: Case, event: Event) -> tuple[str, bool]:
    fact: Any = event.fact
    match fact:
        case HoldPlaced():
            secret = fact.kind == "PROTECTION"
            return ("protection", True) if secret else (f"hold:{event.id}", False)
        case HoldLiftProposed() | HoldLifted():
            return _as(case, fact.hold)
    if event.type in ("CorrectionProposed", "RecordCorrected"):
        return _as(case, fact.event)
    if event.type == "ClearanceRevoked" and {"holds", "fear", "status"} & set(fact.guards):
        return "protection", False
    if event.type == "ServiceCallFailed" and fact.service == "mission":
        return "handoffs", True
    return SECTION.get(event.type, ("state", False))


def _as(state: StreamState, event_id: UUID) -> tuple[str, bool]:
    """As the event that this one is about."""
    about = state.recorded(event_id)
    return ("state", False) if about is None else section_of(state, about)


def _of_deadline(state: StreamState, event: Event) -> tuple[str, bool]:
    fact: Any = event.fact
    key = getattr(fact, "deadline", "") or f"{fact.name}:{fact.instance}"
    return section_of_deadline(state, key)


def section_of_deadline(state: StreamState, key: str) -> tuple[str, bool]:
    name, _, instance = key.partition(":")
    if name in OF_HANDOFFS:
        return "handoffs", True
    if name in OF_RETURN:
        return ("risk", True) if instance == "return_risk" else ("return", False)
    if name == "detention_review":
        return "shelter", True
    if name == "hold_review" and isinstance(state, Case):
        placed = next((e for e in state.history if str(e.id) == instance), None)
        secret = placed is not None and getattr(placed.fact, "kind", "") == "PROTECTION"
        return ("protection", True) if secret else ("state", False)
    return "state", False
