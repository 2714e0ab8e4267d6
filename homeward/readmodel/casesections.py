"""The sections of a case, each as those see it who may read it."""

from collections.abc import Callable
from typing import Any

from homeward.domain.case.guards import unpaid
from homeward.domain.case.state import Case, Correction, Handoff, Hold
from homeward.domain.facts.case_screening import GuardianAppointed
from homeward.readmodel.sections import section_of

Section = dict[str, Any]
HEALTH = ("medical", "psychological", "pregnancy", "suicide_risk")


def fields(value: Any, *without: str) -> Section:
    """A struct's fields by their told names, without the empty ones and bookkeeping."""
    if value is None:
        return {}
    names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    left_out = {*without, "arms", "comment"}
    return {
        told: found
        for told, name in names
        if told not in left_out and (found := getattr(value, name)) not in (None, ())
    }


def identity(case: Case, _: frozenset[str]) -> Section:
    return {
        **fields(case.identity),
        "minor": case.minor,
        "age_assessed": case.age_assessed,
        "guardian": fields(_last(case, GuardianAppointed)) if case.guardian is not None else None,
        "passport": fields(case.passport),
        "stateless": case.stateless,
        "residence_state": case.residence_state,
        "nationality_confirmed": sorted(case.nationality_confirmed),
        "travel_nationality": case.travel_nationality,
        "status": case.status,
        "rescued_at": case.rescued_at,
        "province": case.province,
        "mode": case.mode,
        "previous_episode": case.previous_episode,
    }


def _last(case: Case, kind: type) -> Any:
    return next((e.fact for e in reversed(case.history) if isinstance(e.fact, kind)), None)


def screening(case: Case, readable: frozenset[str]) -> Section:
    found = {"condition": case.condition, "place": case.place}
    told: Section = {name: value for name, value in found.items() if value is not None}
    last = case.screening
    if last is None:
        return told
    needs = fields(last.fact.needs)
    if "health" not in readable:
        needs = {name: value for name, value in needs.items() if name not in HEALTH}
    return told | {**fields(last.fact, "needs"), "needs": needs, "by": last.by, "at": last.at}


def health(case: Case, _: frozenset[str]) -> Section | None:
    needs = fields(case.screening.fact.needs) if case.screening else {}
    care = [fields(given) for given in case.care_given]
    fitness = fields(case.fitness)
    if not (needs or care or fitness):
        return None
    return {"needs": needs, "care": care, "fitness": fitness}


def interview(case: Case, _: frozenset[str]) -> Section | None:
    if case.interview is None:
        return None
    return {
        "interviewer": case.interviewer,
        "session": fields(case.interview),
        "assessment": fields(case.assessment, "indicators", "acts", "means", "purposes"),
        "assessed_by": case.assessed_by,
        "questions": case.interview_returned,
    }


def indicators(case: Case, _: frozenset[str]) -> Section | None:
    found = case.assessment
    if found is None:
        return None
    return {
        "indicators": {name: fields(told) for name, told in found.indicators.items()},
        "acts": list(found.acts),
        "means": list(found.means),
        "purposes": list(found.purposes),
    }


def status_reasons(case: Case, _: frozenset[str]) -> Section | None:
    if not case.statuses and case.not_a_victim_proposed is None and case.review_facts is None:
        return None
    proposed = case.not_a_victim_proposed
    return {
        "decisions": [fields(decision) for decision in case.statuses],
        "proposed": fields(proposed) if proposed is not None else None,
        "review_open": case.review_open,
        "review_window": case.review_window,
        "new_facts": case.review_facts,
    }


def consents(case: Case, _: frozenset[str]) -> list[Section]:
    active = [{**fields(consent), "active": True} for consent in case.consents.values()]
    ended = [{**fields(consent), "active": False} for consent in case.consents_ended]
    return active + ended


def handoff(found: Handoff) -> Section:
    return {
        **fields(found, "thread", "shut"),
        "thread": [fields(message) for message in found.thread],
    }


def handoffs(case: Case, _: frozenset[str]) -> list[Section]:
    return [handoff(found) for found in case.handoffs.values()]


def risk(case: Case, _: frozenset[str]) -> Section | None:
    return None if case.risk.track == "NONE" else fields(case.risk)


def protection(case: Case, _: frozenset[str]) -> Section | None:
    claims = [fields(claim) for claim in case.claims]
    best = fields(case.best_interests)
    if not claims and not best:
        return None
    return {"claims": claims, "best_interests": best}


def justice(case: Case, _: frozenset[str]) -> Section:
    return {
        "track": case.justice,
        "statements": [fields(statement) for statement in case.statements],
        "courts": list(case.courts),
        "courts_closed": sorted(case.courts_closed),
    }


def suspects(case: Case, _: frozenset[str]) -> Section:
    return {
        "operation": case.operation,
        "non_punishment": case.non_punishment,
        "suspect_in": list(case.suspect_in),
    }


def shelter(case: Case, _: frozenset[str]) -> Section | None:
    return None if case.placement is None else fields(case.placement)


def returning(case: Case, readable: frozenset[str]) -> Section:
    """Mode, order, permit and travel; of health only whether the person is fit to travel."""
    fit = case.fitness
    owed = unpaid(case)
    shown: Section = {
        "mode": case.mode_of_return,
        "wish_recorded": case.wish_recorded,
        "fine": fields(case.fine),
        "unpaid": None if owed is None else str(owed),
        "waiver": fields(case.waiver),
        "payments": [fields(payment) for payment in case.payments],
        "stay_permit_until": case.stay_permit_until,
        "order": fields(case.order),
        "exit_permit": {"number": case.exit_permit_number, "until": case.exit_permit_until},
        "travel_document": fields(case.travel_document),
        "travel": fields(case.booking),
        "reception": fields(case.reception),
        "fit_to_travel": None if fit is None else {"fit": fit.fit, "until": fit.valid_until},
        "cleared_at": case.cleared_at,
        "overrides": dict(case.overrides),
        "departed_at": case.departed_at,
        "received_at": case.received_at,
        "follow_ups": [fields(follow_up) for follow_up in case.follow_ups],
    }
    if "handoffs" not in readable and case.travel_document is None:
        shown.pop("travel_document")
    return shown


def corrections(case: Case, readable: frozenset[str]) -> list[Section]:
    return [
        _correction(found, _sees(case, found, readable))
        for found in case.corrections.values()
        if _knows(case, found, readable)
    ]


def _about(case: Case, found: Correction) -> tuple[str, bool]:
    event = case.recorded(found.event)
    return ("state", False) if event is None else section_of(case, event)


def _sees(case: Case, found: Correction, readable: frozenset[str]) -> bool:
    return _about(case, found)[0] in readable


def _knows(case: Case, found: Correction, readable: frozenset[str]) -> bool:
    section, secret = _about(case, found)
    return section in readable or not secret


def _correction(found: Correction, whole: bool) -> Section:
    shown = fields(found, "also")
    return shown if whole else {k: shown[k] for k in ("id", "by", "at", "effective")}


def holds(case: Case, readable: frozenset[str]) -> list[Section]:
    """Kinds for every case role, PROTECTION only for who reads protection; grounds for fewer."""
    return [
        _hold(hold, f"hold:{hold.id}" in readable)
        for hold in case.holds.values()
        if hold.kind != "PROTECTION" or "protection" in readable
    ]


def _hold(hold: Hold, whole: bool) -> Section:
    shown: Section = {"id": str(hold.id), "kind": hold.kind, "at": hold.at}
    if whole:
        shown |= fields(hold, "id", "kind", "at")
    return shown


SECTIONS: dict[str, Callable[[Case, frozenset[str]], Any]] = {
    "identity": identity,
    "screening": screening,
    "health": health,
    "interview": interview,
    "indicators": indicators,
    "status_reasons": status_reasons,
    "consents": consents,
    "handoffs": handoffs,
    "risk": risk,
    "protection": protection,
    "justice": justice,
    "suspects": suspects,
    "shelter": shelter,
    "return": returning,
    "corrections": corrections,
}
