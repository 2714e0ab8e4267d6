"""Other fields than the good ones: as right in shape, but with another meaning."""

from collections.abc import Callable
from typing import Any

from homeward.domain.reference.codes import Closure, HoldKind
from tests.badinput.good import NEEDS, PASSPORT
from tests.badinput.world import PEOPLE, World

Variant = dict[str, Any]
Variants = Callable[[World, str | None], list[Variant]]
PURPOSES = ("interview", "data_sharing", "return", "photograph", "testimony", "follow_up")
CORRECTED: dict[str, tuple[tuple[str, Any], ...]] = {
    "CaseOpened": (
        ("identity.sex", "M"), ("identity.name_romanised", "LE VAN"), ("passport.status", "lost"),
        ("identity.nationalities.0.country", "ID"), ("identity.birth_date", "2010-02"),
        ("rescued_at", "2022-07-30T08:00:00+07:00"), ("identity.age_claimed", 15),
    ),
    "ScreeningRecorded": (
        ("fear_of_own_authorities", "yes"), ("fear_of_own_authorities", "no"), ("minor", "doubt"),
        ("needs.medical_urgent", True), ("needs.dependants", 4),
    ),
    "ConsentRecorded": (("given", False), ("mission", "ID"), ("purpose", "photograph")),
    "StatusDetermined": (("status", "presumed"), ("redecide_by", "2022-09-01")),
    "ReturnRiskAssessed": (("level", "prohibited"), ("valid_until", "2022-08-20")),
    "ReturnPreparationOpened": (("mode", "deportation"), ("wish_recorded", False)),
    "HoldPlaced": (("kind", "COURT"), ("review_on", "2022-12-01")),
    "TravelBooked": (("departs_at", "2022-08-09T10:00:00+07:00"), ("payer", "victim")),
    "FineAssessed": (("amount", "5.00"), ("days", 0)),
    "AgeAssessed": (("minor", True),),
    "FitnessToTravelCertified": (("fit", False),),
    "TravelDocumentIssued": (("expires", "2022-08-10"), ("number", "Z9")),
    "HandoffOpened": (("nationality", "TH"), ("mission", "TH")),
    "DepartureRecorded": (("at", "2022-08-02T10:00:00+07:00"),),
    "PaymentRecorded": (("amount", "1.00"),),
    "NoteAdded": (("text", "another"),),
}  # fmt: skip
"""What may turn out to have been written down wrong."""


def _corrections(w: World, stream: str | None) -> list[Variant]:
    history = w.case_of(stream).history
    return [
        {"event": str(event.id), "field": field, "value": value}
        for event in history[-25:]
        for field, value in CORRECTED.get(event.type, ())
    ] or [{}]


def _consents(_: World, __: str | None) -> list[Variant]:
    told: list[Variant] = [
        {"purpose": purpose, "mission": None, "given": given, "by": by}
        for purpose in PURPOSES
        for given in (True, False)
        for by in ("person", "guardian")
    ]
    return [
        *told, {"mission": "ID"}, {"given": False}, {"by": "guardian"},
        {"mission": "ID", "by": "guardian"},
    ]  # fmt: skip


def _answers(*_: Any) -> list[Variant]:
    answers = ("confirmed", "not_ours", "needs_more", "no_record", "done", "declined")
    return [{"answer": answer} for answer in answers]


def _holds(w: World, stream: str | None) -> list[Variant]:
    return [{"hold": str(hold)} for hold in w.case_of(stream).holds] or [{}]


def _handoffs(w: World, stream: str | None) -> list[Variant]:
    return [{"handoff": str(handoff)} for handoff in w.case_of(stream).handoffs] or [{}]


def _steps(w: World, stream: str | None) -> list[Variant]:
    state = w.store.states.get(stream or "")
    return [{"step": str(s.event)} for s in state.steps.values()] if state else [{}]


def _deadlines(w: World, stream: str | None) -> list[Variant]:
    state = w.store.states.get(stream or "")
    return [
        {"deadline": key, "until": until}
        for key in (state.deadlines if state else {})
        for until in (w.at(hours=1), w.at(days=30))
    ]


def _all(field: str, *values: Any) -> Variants:
    return lambda *_: [{field: value} for value in values]


ODD: dict[str, Variants] = {
    "record_screening": lambda *_: [
        {"fear_of_own_authorities": "yes"}, {"fear_of_own_authorities": "not_asked"},
        {"minor": "doubt"}, {"minor": "yes"}, {"needs": {**NEEDS, "medical_urgent": True}}, {},
    ],
    "record_consent": _consents,
    "withdraw_consent": lambda *_: [
        {"purpose": "mission_contact", "mission": "VN"},
        *({"purpose": p, "mission": None} for p in PURPOSES),
    ],
    "correct_record": _corrections,
    "answer_handoff": _answers,
    "accept_handoff": _handoffs,
    "withdraw_handoff": _handoffs,
    "propose_hold_lift": _holds,
    "lift_hold": _holds,
    "reject_step": _steps,
    "extend_deadline": _deadlines,
    "determine_status": _all("status", "identified", "presumed"),
    "assess_return_risk": lambda w, _: [
        *({"level": level} for level in ("medium", "high", "prohibited")),
        {"valid_until": w.day(2)},
    ],
    "place_hold": lambda *_: [{"kind": kind, "court": None} for kind in HoldKind.__args__],  # type: ignore[attr-defined]
    "request_handoff": lambda *_: [
        *({"kind": kind} for kind in ("verify_nationality", "issue_travel_document",
                                      "arrange_reception", "consular_visit", "confirm_reception")),
        {"mission": "ID", "nationality": "ID"}, {"mission": "TH", "nationality": "TH"},
    ],
    "open_return_preparation": _all("mode", "deportation", "resettlement"),
    "assess_fine": lambda w, _: [{"permitted_until": None}, {"permitted_until": w.day()}],
    "propose_waiver": lambda *_: [
        {"percent": 50}, {"ground": "victim_of_trafficking"}, {"ground": "minor"},
    ],
    "approve_waiver": _all("percent", 30, 100),
    "record_payment": lambda *_: [{"payer": "victim"}, {"amount": "100000.00"}],
    "record_passport": lambda w, _: [
        {"passport": {**PASSPORT, "status": status, "expires": w.day(days)}}
        for status in ("held_by_person", "suspected_forged", "lost", "emergency_issued")
        for days in (1, 400)
    ],
    "resolve_protection_claim": _all("outcome", "granted", "rejected", "withdrawn"),
    "assess_age": _all("minor", True, False),
    "book_travel": lambda w, _: [
        {"departs_at": w.at(hours=hours)} for hours in (-1, 2, 30, 24 * 40)
    ],
    "clear_for_departure": lambda *_: [
        {"overrides": [{"guard": guard, "reason": "known"} for guard in guards]}
        for guards in (("fine", "fitness", "reception", "travel_document"), ("return_risk",), ())
    ],
    "certify_fitness_to_travel": lambda w, _: [{"fit": False}, {"valid_until": w.day(1)}],
    "close_case": lambda *_: [{"outcome": outcome} for outcome in Closure.__args__],  # type: ignore[attr-defined]
    "report_found": lambda *_: [
        {"exploited_again": False, "rescue": None}, {"exploited_again": True, "rescue": None},
    ],
    "determine_best_interests": _all("return_is_best", False),
    "declare_stateless": _all("residence_state", None, "VN"),
    "sign_deportation_order": _all("appeal_until", None),
    "request_deportation_order": _all("ban_reason", None),
    "link_cases": _all("relation", "same_site", "group", "same_person"),
    "restrict_case": _all("restricted", True),
    "assign_case": lambda *_: [{"assignee": name, "role": roles[0]} for name, roles in PEOPLE.items()],
    "claim_case": _all("role", "officer", "screener", "interviewer"),
    "declare_interest": lambda *_: [{"user": name, "unit": None} for name in PEOPLE],
    "record_departure": lambda w, _: [
        {"document_number": "X1"}, {"at": w.at(hours=-30)}, {"at": w.at(days=-3)},
    ],
    "confirm_reception": lambda w, _: [{"at": w.at(days=-9)}],
    "record_rescue": _all("request", None),
    "record_search_outcome": lambda *_: [
        {"stub": 0, "outcome": "not_located"}, {"stub": 1, "outcome": "not_located"},
        {"outcome": "refused_rescue", "spoken_to_privately": None},
    ],
    "open_interview": lambda *_: [
        {"interpreter": None}, {"private": False}, {"language": "khm", "interpreter": None},
    ],
    "place_in_care": lambda *_: [{"deprived_of_liberty": False}, {"legal_basis": None}],
    "extend_reflection": lambda w, _: [{"until": w.day(-3)}, {"until": w.day(1)}],
    "request_stay_permit": lambda w, _: [{"until": w.day(1)}],
    "withdraw_case": _all("voluntary", False),
    "add_note": lambda w, s: [
        {"task": task, "about": str(event.id)}
        for event in w.case_of(s).history[-4:]
        for task in ("notify_kin", "remains", "inform_mission", "victim_payment", "review_access")
    ],
    "review_non_punishment": _all("outcome", "do_not_charge"),
    "open_case": lambda w, _: [{"rescued_at": w.at(days=-40)}],
    "record_verdict": _all("verdict", "acquitted"),
}  # fmt: skip
