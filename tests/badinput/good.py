"""For each command fields that are right, every optional one among them.

What people say in their own words is a `Said`: any writable text would do in its place. Ids are
looked up in the world as it stands, so the same table serves wherever a stream has got to.
"""

from collections.abc import Callable
from typing import Any

from homeward.domain.case.state import Case
from homeward.domain.operation import Operation
from homeward.domain.reference import htcds
from homeward.domain.suspects import suspect_id
from tests.badinput.world import NOBODY, World


class Said(str):
    """People's own words."""

    __slots__ = ()


class Sum(str):
    """An exact amount; a number would do as well."""

    __slots__ = ()


class Handle(str):
    """A user or a unit: any word of small letters and digits is one."""

    __slots__ = ()


class Alias(str):
    """A place as people call it, however they write it."""

    __slots__ = ()


Fields = dict[str, Any]
Good = Callable[[World, str | None], Fields]
WHY: Fields = {"reasons": Said("Because it is so.")}
INDICATORS = (
    "abuse_of_vulnerability", "deception", "restriction_of_movement", "isolation",
    "physical_and_sexual_violence", "intimidation_and_threats", "retention_of_identity_documents",
    "withholding_of_wages", "debt_bondage", "abusive_working_and_living_conditions",
    "excessive_overtime",
)  # fmt: skip
PERSON: Fields = {
    "name_native": Said("Trần Thị Mai"), "name_romanised": Said("TRAN THI MAI"),
    "aliases": [Said("Mai Mai")], "sex": "F", "birth_date": "1998-03-14", "age_claimed": 24,
    "nationalities": [{"country": "VN", "status": "claimed"}], "languages": ["vie"],
    "photo": Said("photo 12"),
}  # fmt: skip
PASSPORT: Fields = {
    "status": "confiscated_by_trafficker", "issuer": "VN", "number": Said("N1234567"),
    "expires": "2027-05-01",
}  # fmt: skip
NEEDS: Fields = {
    "medical_urgent": False, "medical": [Said("burns")], "psychological": [Said("sleepless")],
    "pregnancy": "unknown", "suicide_risk": "no", "dependants": 0,
}  # fmt: skip
INTERPRETER: Fields = {
    "name": Said("Sari"), "organisation": Said("Language line"), "remote": True,
    "is_mission_staff": False, "mission": "VN", "is_coworker": False, "is_suspect": False,
}  # fmt: skip


def _htcds() -> Fields:
    """Every field that an assessment may fill."""
    told: Fields = {"x_ForcedCriminality": ["ONLINE_FRAUD"]}
    for field in htcds.assessed():
        match field.name:
            case "hte_Latitude":
                told[field.name] = 11.5
            case "hte_Longitude":
                told[field.name] = 104.9
            case "hte_Country":
                told[field.name] = "KH"
            case "hte_Date":
                told[field.name] = "2022-05"
            case "vic_AgeWhenTrafficked":
                told[field.name] = 23
            case _ if field.free_text:
                told[field.name] = Said("told in the interview")
            case "hte_Type":
                told[field.name] = [field.all_codes[0]]
            case _:
                code = field.all_codes[0]
                told[field.name] = [code] if field.multiple else code
    return told


def _handoff(w: World, stream: str | None) -> Fields:
    """The newest one that is open, else the newest."""
    known = list(w.case_of(stream).handoffs.values())
    found = [handoff for handoff in known if handoff.open] or known
    return {"handoff": str(found[-1].id) if found else NOBODY}


def _answer(w: World, stream: str | None) -> Fields:
    """What the newest open task asks for."""
    told = _handoff(w, stream)
    found = next((h for h in w.case_of(stream).handoffs.values() if str(h.id) == told["handoff"]),
                 None)  # fmt: skip
    told["note"] = Said("We looked into it.")
    match found.kind if found else "":
        case "verify_nationality":
            return {**told, "answer": "confirmed"}
        case "arrange_reception":
            reception = {"authority": Said("Social Affairs"), "port": Said("Moc Bai"),
                         "contact": Said("the desk")}  # fmt: skip
            return {**told, "answer": "done", "reception": reception}
        case "confirm_reception":
            return {**told, "answer": "done", "received_at": w.at()}
        case _:
            document = {
                "kind": "emergency_travel_document", "number": Said("N1234567"),
                "issued": w.day(), "expires": w.day(180),
            }  # fmt: skip
            return {**told, "answer": "done", "document": document}


def _hold(w: World, stream: str | None) -> Fields:
    """The newest whose lift is proposed, else the newest."""
    case = w.case_of(stream)
    proposed = [
        step.what for key, step in case.steps.items() if key.startswith("propose_hold_lift")
    ]
    known = [str(hold) for hold in case.holds]
    return {"hold": (proposed or known or [NOBODY])[-1]}


def _step(w: World, stream: str | None) -> Fields:
    state = w.store.states.get(stream or "")
    known = list(state.steps.values()) if state else []
    fitting = [s for s in known if s.type.endswith(("Proposed", "Requested", "DeathRecorded"))]
    return {"step": str(fitting[-1].event) if fitting else NOBODY}


def _deadline(w: World, stream: str | None) -> str:
    state = w.store.states.get(stream or "")
    movable = [
        key
        for key, deadline in (state.deadlines if state else {}).items()
        if not deadline.silent and deadline.name not in ("reflection", "review_window")
    ]
    return movable[0] if movable else "silence"


def _call(w: World, stream: str | None) -> str:
    case = w.case_of(stream)
    proposed = [str(call) for call in case.answers_on_paper]
    return (proposed or [str(call) for call in case.calls] or [NOBODY])[-1]


def _paper(w: World, stream: str | None) -> Fields:
    call = _call(w, stream)
    owed = next((c for c in w.case_of(stream).calls.values() if str(c.id) == call), None)
    event, answer = {
        "fine-assessment": ("FineAssessed", {"days": 12, "amount": "120.00", "periods": []}),
        "waiver": ("WaiverApplied", {"reference": Said("W-1")}),
        "stay-permit": ("StayPermitIssued", {"number": Said("S-1"), "valid_until": w.day(60)}),
        "exit-permit": ("ExitPermitIssued", {"number": Said("E-1"), "valid_until": w.day(60)}),
        "handoff": ("HandoffDelivered", {"receipt": Said("R-1")}),
    }[owed.operation if owed else "fine-assessment"]
    documents = w.case_of(stream).documents
    paper = {"document": str(documents[-1])} if documents else {}
    return {"call": call, "event": event, "answer": answer, **paper}


def _correction(w: World, stream: str | None) -> str:
    case = w.case_of(stream)
    waiting = [str(id_) for id_, one in case.corrections.items() if not one.effective]
    return (waiting or [str(id_) for id_ in case.corrections] or [NOBODY])[-1]


def _opening(w: World, stream: str | None) -> str:
    history = w.case_of(stream).history
    return str(history[0].id) if history else NOBODY


def _suspects(w: World, *, detained: bool) -> list[str]:
    operations = [s for s in w.store.states.values() if isinstance(s, Operation)]
    return [
        suspect_id(operation.id, one.id)
        for operation in operations
        for one in operation.suspects.values()
        if not detained or (one.detained and not one.released)
    ]


def _suspect(w: World, stream: str | None = None, *, detained: bool = False) -> str:
    accused = getattr(w.store.states.get(stream or ""), "accused", None)
    if accused:
        return str(next(reversed(accused)))
    own = [s for s in _suspects(w, detained=detained) if stream is None or s.startswith(stream)]
    return (own or _suspects(w, detained=detained) or [f"OPS-2022-000000:{NOBODY}"])[-1]


def _asked(w: World, stream: str | None) -> Fields:
    """Which request and person an operation looks for."""
    operation = w.store.states.get(stream or "")
    requests = operation.requests if isinstance(operation, Operation) else ()
    return {"request": (requests or (w.latest("request"),))[-1], "stub": 1}


def _outcomes(w: World, stream: str | None) -> list[Fields]:
    request: Any = w.store.states.get(stream or "")
    people = request.people if request is not None else ()
    return [{"person": n, "outcome": "not_located"} for n in range(len(people))]


def _status(w: World, stream: str | None) -> str:
    case = w.case_of(stream)
    found = case.assessment
    whole = found is not None and found.acts and found.purposes and (case.minor or found.means)
    return "identified" if whole else "presumed"


def _mission(case: Case) -> str:
    agreed = [c.mission for c in case.consents.values() if c.mission]
    return agreed[-1] if agreed else "VN"


def _next_task(case: Case, mission: str) -> str:
    """What a mission is asked next, on the way home."""
    if mission not in case.nationality_confirmed:
        return "verify_nationality"
    return "arrange_reception" if case.travel_document else "issue_travel_document"


def _active(w: World, stream: str | None) -> Fields:
    active = list(w.case_of(stream).consents.values())
    if not active:
        return {"purpose": "interview"}
    last = active[-1]
    return {"purpose": last.purpose} | ({"mission": last.mission} if last.mission else {})


def _closure(case: Case) -> str:
    return {
        "ORDINARY_IMMIGRATION": "ordinary_immigration", "REMAINS": "remains",
        "WITHDRAWN": "withdrawn", "DECEASED": "deceased", "WHEREABOUTS_UNKNOWN": "missing",
    }.get(case.state, "returned")  # fmt: skip


def _number(case: Case) -> str:
    """What is printed on the document that the person travels on."""
    return Said("N1234567")


def _by(case: Case) -> str:
    return "guardian" if case.minor else "person"


GOOD: dict[str, Good] = {
    # requests
    "register_request": lambda w, _: {
        "channel": "hotline", "received_at": w.at(),
        "reporter": {
            "kind": "family", "name": Said("Chen Mei"), "organisation": Said("None"),
            "mission": "VN", "contact": Said("+84 1"), "relation": Said("sister"),
            "anonymous": False, "safe_times": Said("evenings"),
        },
        "language": "vie", "urgency": "high", "allegation": Said("He is locked in."),
        "province": Alias("Sihanoukville"), "place": Said("Building 4"),
        "people": [
            {"name": Said("Lin Wei"), "alias": Said("Xiao Wei"), "nationality": "VN", "sex": "M",
             "age": 22, "contact": Said("@wei"), "note": Said("room 302")},
            {"alias": Said("Bo")},
        ],
        "people_count": 2, "do_not_route_to": [Handle("unit-7")],
    },
    "start_examination": lambda *_: {"urgency": "high", **WHY},
    "ask_reporter": lambda w, _: {"question": Said("Which floor?"), "due": w.day(2)},
    "record_reply": lambda *_: {"reply": Said("The third.")},
    "accept_request": lambda *_: {"corroboration": [Said("A photo")], "province": "KH-18"},
    "propose_decline": lambda *_: {"ground": "already_safe", **WHY},
    "confirm_decline": lambda *_: {},
    "propose_merge": lambda w, s: {
        "into": w.latest("request", but=s, state="REGISTERED"), "evidence": Said("Same photo"),
    },
    "confirm_merge": lambda *_: {},
    "unmerge_request": lambda *_: WHY,
    "reopen_request": lambda *_: WHY,
    "answer_request": lambda w, s: {"outcomes": _outcomes(w, s), "told_reporter": False},
    "answer_inquiry": lambda *_: {},
    "close_request": lambda *_: {},
    # incidents
    "open_incident": lambda w, _: {
        "suspected_at": w.day(), "province": "KH-18", "types": ["x_ForcedCriminality"],
        "requests": [w.latest("request")],
    },
    "link_to_incident": lambda w, _: {
        "requests": [w.latest("request")], "operations": [w.latest("operation")],
        "cases": [w.latest("case")],
    },
    "conclude_incident": lambda *_: {"finding": "substantiated", **WHY},
    # operations
    "plan_operation": lambda w, _: {
        "requests": [w.latest("request", state="ACCEPTED")], "province": "KH-18",
        "target": Said("Building 4"), "objectives": Said("Everybody out"), "units": [Handle("unit-1")],
        "legal_authority": Said("Order 12"), "planned_for": w.at(days=1),
    },
    "authorise_operation": lambda *_: {},
    "reject_operation": lambda *_: WHY,
    "launch_operation": lambda w, _: {"started_at": w.at()},
    "record_rescue": lambda w, s: {
        "identity": PERSON, "rescued_at": w.at(), "province": "KH-18", "place": Said("Room 302"),
        "condition": Said("hungry"), "passport": PASSPORT, **_asked(w, s), "stub": 0,
    },
    "record_search_outcome": lambda w, s: {
        **_asked(w, s), "outcome": "found_not_confined", "spoken_to_privately": True,
        "interpreter": Said("Sari"),
    },
    "record_detention": lambda w, _: {
        "name": Said("Boss Li"), "nationality": "CN", "sex": "M",
        "alleged_role": ["Exploiter"], "case": w.latest("case"),
    },
    "record_suspect": lambda *_: {
        "name": Said("Agent Wu"), "alias": Said("Wu"), "nationality": "CN",
        "alleged_role": ["RecruiterOrIntermediary"], "abroad": True,
    },
    "release_suspect": lambda w, s: {"suspect": _suspect(w, s, detained=True), **WHY},
    "record_exhibit": lambda w, _: {
        "kind": "phone", "description": Said("black"), "seal": Said("S-77"),
        "case": w.latest("case"),
    },
    "conclude_operation": lambda w, _: {"ended_at": w.at(), "others_present": 3},
    "abort_operation": lambda *_: {**WHY, "leak_suspected": True},
    # safety and identification
    "open_case": lambda w, _: {
        "mode": "self_escape", "identity": PERSON, "rescued_at": w.at(), "province": "KH-18",
        "place": Said("At the gate"), "passport": PASSPORT,
        **({"previous_episode": w.latest("case")} if w.streams_of("case") else {}),
    },
    "assign_case": lambda *_: {"role": "officer", "assignee": Handle("sok")},
    "claim_case": lambda *_: {"role": "care"},
    "restrict_case": lambda *_: {"restricted": False, **WHY},
    "record_screening": lambda *_: {
        "needs": NEEDS, "minor": "no", "fear_of_police": "no", "fear_of_own_authorities": "no",
        "separated_from_suspects": True, "rights_explained": True, "language": "vie",
        "indicators_observed": ["isolation"],
    },
    "appoint_guardian": lambda *_: {
        "name": Said("Chan Sophea"), "organisation": Said("Child office"), "conflict_checked": True,
    },
    "assess_age": lambda *_: {
        "minor": False, "method": Said("documents"), "birth_date": "1998-03",
    },
    "place_in_care": lambda w, _: {
        "place": Said("The house"), "kind": "shelter", "deprived_of_liberty": True,
        "legal_basis": Said("Art. 1"), "review_on": w.day(7),
    },
    "discharge_from_care": lambda w, _: {"at": w.at(), "to": Said("a family")},
    "record_care": lambda *_: {
        "kind": "Health", "provider": Said("Clinic"), "note": Said("dressings"),
    },
    "certify_fitness_to_travel": lambda w, _: {
        "fit": True, "conditions": Said("seated"), "valid_until": w.day(60),
    },
    "explain_rights": lambda *_: {
        "topics": ["consular", "reflection", "asylum", "data", "return", "complaint"],
        "language": "vie", "interpreter": Said("Sari"),
    },
    "record_consent": lambda w, s: {
        "purpose": "mission_contact", "given": True, "mission": "VN",
        "by": _by(w.case_of(s)), "language": "vie", "interpreter": Said("Sari"),
    },
    "withdraw_consent": _active,
    "open_interview": lambda w, _: {
        "at": w.at(), "language": "vie", "interpreter": INTERPRETER, "private": True,
    },
    "adjourn_interview": lambda *_: WHY,
    "submit_assessment": lambda *_: {
        "indicators": {
            name: {"finding": "present", "note": Said("as told")} for name in INDICATORS
        },
        "acts": ["recruitment"], "means": ["deception"], "purposes": ["forced_labour"],
        "htcds": _htcds(), "account": Said("Sold twice between groups."),
        "transfers": [{"from": Said("Building 4"), "to": Said("Building 9"), "at": "2022-05",
                       "consented": False}],
        "recommendation": "identified",
    },
    "return_assessment": lambda *_: {"questions": Said("Which month?")},
    "determine_status": lambda w, s: {
        "status": _status(w, s), **WHY, "organisation": "Police", "redecide_by": w.day(30),
    },
    "propose_not_a_victim": lambda *_: {**WHY, "organisation": "Police"},
    "confirm_not_a_victim": lambda *_: {"notified_language": "vie"},
    "request_review": lambda *_: {"new_facts": Said("A witness")},
    "hand_to_immigration": lambda *_: {"receipt": Said("R-9")},
    "extend_reflection": lambda w, _: {"until": w.day(60), **WHY},
    "waive_reflection": lambda *_: {"informed": True, "language": "vie"},
    # stay and fine
    "request_stay_permit": lambda w, _: {"basis": "reflection", "until": w.day(60)},
    "assess_fine": lambda w, _: {"permitted_until": w.day(-90), "accrual_ends": w.day()},
    "propose_waiver": lambda *_: {"percent": 100, "ground": "humanitarian", **WHY},
    "endorse_waiver": lambda *_: {},
    "return_waiver": lambda *_: {"questions": Said("Since when?")},
    "approve_waiver": lambda *_: {"percent": 100},
    "refuse_waiver": lambda *_: WHY,
    "propose_waiver_revocation": lambda *_: WHY,
    "revoke_waiver": lambda *_: {},
    "record_payment": lambda *_: {"payer": "ngo", "amount": Sum("12.50"), "receipt": Said("R-1")},
    "record_service_answer": _paper,
    "approve_service_answer": lambda w, s: {"call": _call(w, s)},
    # embassy
    "request_handoff": lambda w, s: {
        "mission": (mission := _mission(w.case_of(s))), "kind": _next_task(w.case_of(s), mission),
        "nationality": mission, "message": Said("Please look."), "due": w.day(7),
    },
    "accept_handoff": _handoff,
    "decline_handoff": lambda w, s: {**_handoff(w, s), **WHY},
    "ask_about_handoff": lambda w, s: {**_handoff(w, s), "question": Said("Which village?")},
    "answer_question": lambda w, s: {**_handoff(w, s), "answer": Said("Tay Ninh")},
    "answer_handoff": _answer,
    "withdraw_handoff": lambda w, s: {**_handoff(w, s), **WHY},
    "choose_nationality": lambda w, s: {
        "country": next(iter(sorted(w.case_of(s).nationality_confirmed)), "VN"),
    },
    "declare_stateless": lambda *_: {**WHY, "residence_state": "TH"},
    "arrange_reception": lambda *_: {
        "authority": Said("Social Affairs"), "port": Said("Moc Bai"), "contact": Said("the desk"),
        "country": "VN",
    },
    "record_passport": lambda w, _: {
        "passport": {**PASSPORT, "status": "held_by_authority", "expires": w.day(400)},
    },
    # risk, protection, justice
    "assess_return_risk": lambda w, _: {
        "level": "low", "factors": [Said("family is kind")], "valid_until": w.day(120),
    },
    "approve_return_risk": lambda *_: {},
    "raise_protection_claim": lambda *_: {"kind": "reprisal", "account": Said("They know us.")},
    "resolve_protection_claim": lambda *_: {"outcome": "withdrawn", "decision": Said("D-1")},
    "determine_best_interests": lambda *_: {
        "panel": [Handle("child"), Handle("care")], "return_is_best": True,
        "receiving_guardian": Said("the aunt"), **WHY,
    },
    "review_non_punishment": lambda *_: {"outcome": "charge", **WHY},
    "place_hold": lambda w, _: {
        "kind": "SAFETY", "basis": Said("A threat"), "document": Said("D-4"),
        "review_on": w.day(14), **({"court": w.latest("court")} if w.streams_of("court") else {}),
    },
    "propose_hold_lift": lambda w, s: {**_hold(w, s), **WHY},
    "lift_hold": _hold,
    "record_statement": lambda w, _: {
        "kind": "video", "at": w.at(), "reference": Said("V-1"),
    },
    # return
    "open_return_preparation": lambda *_: {
        "mode": "assisted_voluntary_return", "wish_recorded": True,
    },
    "change_of_mind": lambda *_: {"account": Said("Not yet.")},
    "request_deportation_order": lambda w, _: {
        "basis": Said("Art. 9"), "reentry_ban": True, "ban_until": w.day(900),
        "ban_reason": Said("none better"),
    },
    "sign_deportation_order": lambda w, _: {
        "number": Said("O-1"), "notified_language": "vie", "appeal_until": w.day(15),
    },
    "request_exit_permit": lambda *_: {"basis": Said("Return home")},
    "book_travel": lambda w, _: {
        "carrier": Said("Bus"), "number": Said("MB-1"), "departs_at": w.at(days=3),
        "exit_point": Said("Bavet"), "destination": Said("Moc Bai"), "escort": [Said("A nurse")],
        "manifest": Said("M-1"), "payer": "mission",
    },
    "cancel_travel": lambda *_: {"reasons": Said("Ill")},
    "clear_for_departure": lambda *_: {
        "overrides": [{"guard": "fitness", "reason": Said("seen by a doctor")}],
    },
    "revoke_clearance": lambda *_: WHY,
    "record_departure": lambda w, s: {
        "at": w.at(), "exit_point": Said("Bavet"), "document_number": _number(w.case_of(s)),
    },
    "record_departure_failure": lambda *_: {"cause": "missed", "note": Said("The road")},
    "confirm_reception": lambda w, _: {
        "at": w.at(), "by_authority": Said("Social Affairs"), "condition": Said("well"),
    },
    "record_follow_up": lambda w, _: {
        "at": w.day(), "outcome": "safe", "note": Said("at school"),
    },
    "close_case": lambda w, s: {"outcome": _closure(w.case_of(s))},
    "reopen_case": lambda *_: WHY,
    # at any time
    "grant_stay": lambda w, _: {"basis": "humanitarian", "until": w.day(365)},
    "withdraw_case": lambda *_: {"voluntary": True, "private": True, "language": "vie"},
    "confirm_withdrawal": lambda *_: {},
    "record_death": lambda w, _: {
        "at": w.at(), "place": Said("Hospital"), "certificate": Said("C-1"),
        "kin_notified": False,
    },
    "confirm_death": lambda *_: {"certificate": Said("C-1")},
    "report_missing": lambda w, _: {"last_seen": w.at(), "place": Said("The market")},
    "report_found": lambda w, _: {
        "at": w.at(), "exploited_again": True,
        "rescue": {"mode": "self_escape", "province": "KH-12", "place": Said("The port"),
                   "passport": PASSPORT},
    },
    "link_cases": lambda w, s: {"case": w.latest("case", but=s), "relation": "family"},
    "correct_record": lambda w, s: {
        "event": _opening(w, s), "field": "identity.name_romanised",
        "value": Said("TRAN THI MY"), **WHY,
    },
    "approve_correction": lambda w, s: {"correction": _correction(w, s)},
    "attach_document": lambda w, s: {
        "name": Said("passport.jpg"), "media_type": "image/jpeg", "sha256": "a" * 64,
        "size": 1024, "about": _opening(w, s),
    },
    "add_note": lambda w, s: {
        "text": Said("A note"), "about": _opening(w, s), "task": "screen",
        "restricted_to": ["supervisor"],
    },
    "reject_step": lambda w, s: {**_step(w, s), **WHY},
    "extend_deadline": lambda w, s: {
        "deadline": _deadline(w, s), "until": w.at(days=400), "reasons": Said("Holidays"),
    },
    "declare_interest": lambda *_: {
        "user": Handle("somebody"), "unit": Handle("unit-x"), "ground": Said("A cousin"),
    },
    "break_glass": lambda *_: {"reason": Said("An emergency")},
    "request_erasure": lambda *_: {"basis": Said("Art. 2")},
    "approve_erasure": lambda *_: {},
    # courts
    "open_court_case": lambda w, _: {
        "court": Said("Phnom Penh Court"), "reference": Said("CR-1"),
        "charges": [Said("trafficking")], "province": "KH-12",
        "operations": [w.latest("operation", state="UNDERWAY")],
    },
    "bring_before_court": lambda w, _: {"suspect": _suspect(w), "at": w.at()},
    "link_witness": lambda w, _: {"case": w.latest("case")},
    "record_hearing": lambda w, _: {"at": w.at(), "next": w.at(days=30)},
    "record_verdict": lambda w, s: {
        "suspect": _suspect(w, s), "verdict": "convicted", "sentence_months": 24,
    },
    "close_court_case": lambda *_: {},
}  # fmt: skip
