"""Shelter and care, leave to stay, and partners who answer on paper."""

from typing import Any

import msgspec
import pytest

from homeward import ports_partners
from homeward.domain.facts.case_stay import StayPermitExpired
from tests.domain.casework import Casework

SHELTER: dict[str, Any] = {"place": "House 5", "kind": "shelter", "deprived_of_liberty": False}
PERMIT = {"basis": "reflection", "until": "2022-10-30"}
ISSUED = {"number": "SP-4", "valid_until": "2022-10-30"}


def test_nobody_is_deprived_of_liberty_without_legal_basis_and_day_of_review() -> None:
    work = Casework()
    detained = SHELTER | {"kind": "detention_centre", "deprived_of_liberty": True}
    refusal = work.refused("care", "place_in_care", detained)
    assert (refusal.code, set(refusal.names)) == ("invalid", {"legal_basis", "review_on"})
    work.tell(
        "visal", "place_in_care",
        detained | {"legal_basis": "Immigration law, art. 35", "review_on": "2022-08-08"},
    )  # fmt: skip
    assert work.state.placement is not None
    assert work.state.placement.deprived_of_liberty


def test_placed_again_is_moved_and_who_left_can_leave_no_more() -> None:
    work = Casework()
    left = {"at": work.now.isoformat(), "to": "With her sister"}
    assert work.refused("care", "discharge_from_care", left).code == "wrong_state"
    work.tell("care", "place_in_care", SHELTER)
    work.tell("care", "place_in_care", SHELTER | {"kind": "hospital"})
    assert work.state.placement is not None
    assert work.state.placement.kind == "hospital"
    work.tell("care", "discharge_from_care", left)
    assert work.state.care == "DISCHARGED"
    assert work.state.placement is None
    assert work.refused("care", "discharge_from_care", left).code == "wrong_state"


def test_care_is_recorded_in_the_standards_words() -> None:
    work = Casework()
    work.tell("care", "record_care", {"kind": "Health", "provider": "Calmette", "note": "Seen"})
    assert [given.kind for given in work.state.care_given] == ["Health"]
    refusal = work.refused("care", "record_care", {"kind": "Massage", "provider": "-"})
    assert (refusal.code, refusal.names) == ("invalid", ("kind",))


def test_fitness_to_travel_is_the_last_certificate() -> None:
    work = Casework()
    fit = {"fit": True, "valid_until": "2022-09-01"}
    work.tell("care", "certify_fitness_to_travel", fit)
    work.tell("care", "certify_fitness_to_travel", fit | {"fit": False, "conditions": "Fever"})
    assert work.state.fitness is not None
    assert not work.state.fitness.fit


def test_a_stay_permit_is_asked_for_once_and_issued_by_the_service() -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    assert work.state.stay_permit == "REQUESTED"
    assert work.refused("sok", "request_stay_permit", PERMIT).code == "wrong_state"
    assert work.answers(work.owed("stay-permit"), **ISSUED) == ["StayPermitIssued"]
    assert work.state.stay_permit == "ACTIVE"
    assert str(work.state.stay_permit_until) == "2022-10-30"


def test_a_refused_permit_leaves_what_there_was() -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    assert work.answers(work.owed("stay-permit"), refused="Incomplete") == ["StayPermitRefused"]
    assert work.state.stay_permit == "NONE"
    work.tell("sok", "request_stay_permit", PERMIT)
    work.answers(work.owed("stay-permit"), **ISSUED)
    work.tell("sok", "request_stay_permit", PERMIT | {"until": "2022-12-30"})
    work.answers(work.owed("stay-permit"), refused="Too early")
    assert work.state.stay_permit == "ACTIVE"


def test_a_permit_that_expires_while_the_next_is_asked_for_does_not_come_back() -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    work.answers(work.owed("stay-permit"), **ISSUED)
    work.tell("sok", "request_stay_permit", PERMIT | {"until": "2022-12-30"})
    work.happens(work.case, StayPermitExpired(), "system")
    assert work.state.stay_permit == "REQUESTED"
    work.answers(work.owed("stay-permit"), refused="Too late")
    assert work.state.stay_permit == "EXPIRED"


def on_paper(work: Casework, event: str = "StayPermitIssued", **answer: Any) -> dict[str, Any]:
    return {"call": str(work.owed("stay-permit")), "event": event, "answer": answer}


def test_an_answer_on_paper_takes_two_people_and_is_what_the_service_would_have_said() -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    told = on_paper(work, **ISSUED)
    call = work.owed("stay-permit")
    assert work.tell("doubler", "record_service_answer", told) == ["ServiceAnswerProposed"]
    assert work.state.stay_permit == "REQUESTED"
    named = {"call": str(call)}
    assert work.refused("doubler", "approve_service_answer", named).code == "separation_of_duties"
    assert work.tell("visal", "approve_service_answer", named) == ["StayPermitIssued"]
    assert work.state.stay_permit == "ACTIVE"
    assert work.answers(call, **ISSUED) == ["LateAnswerQuarantined"]
    assert work.refused("sok", "record_service_answer", told).code == "wrong_state"


def test_the_services_own_answer_leaves_nothing_to_approve_on_paper() -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    call = work.owed("stay-permit")
    work.tell("sok", "record_service_answer", on_paper(work, "StayPermitRefused", reason="No"))
    work.answers(call, **ISSUED)
    assert not work.state.steps
    assert (
        work.refused("visal", "approve_service_answer", {"call": str(call)}).code == "wrong_state"
    )
    assert work.state.stay_permit == "ACTIVE"


@pytest.mark.parametrize(
    ("event", "answer", "names"),
    [
        ("StayPermitIssued", {"number": "SP-4", "valid_until": "soon"}, {"answer.valid_until"}),
        ("StayPermitIssued", {"valid": True}, {"answer.number", "answer.valid_until", "answer.valid"}),
        ("WaiverApplied", {"reference": "W"}, {"event"}),
    ],
)  # fmt: skip
def test_an_answer_on_paper_is_checked_as_the_services_own(
    event: str, answer: dict[str, Any], names: set[str]
) -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    refusal = work.refused("sok", "record_service_answer", on_paper(work, event, **answer))
    assert (refusal.code, set(refusal.names)) == ("invalid", names)


def test_a_sum_without_days_is_no_answer() -> None:
    work = Casework()
    work.tell("sok", "assess_fine", {"accrual_ends": "2022-08-01"})
    told = {
        "call": str(work.owed("fine-assessment")), "event": "FineAssessed",
        "answer": {"days": None, "amount": "0.00"},
    }  # fmt: skip
    refusal = work.refused("sok", "record_service_answer", told)
    assert (refusal.code, refusal.names) == ("invalid", ("answer.amount",))


def test_a_document_beside_the_answer_must_be_attached_to_the_case() -> None:
    work = Casework()
    work.tell("sok", "request_stay_permit", PERMIT)
    told = on_paper(work, **ISSUED) | {"document": str(work.given_id())}
    refusal = work.refused("sok", "record_service_answer", told)
    assert (refusal.code, refusal.names) == ("invalid", ("document",))


def test_what_is_asked_and_answered_is_in_the_partners_own_words() -> None:
    work = Casework()
    work.tell("sok", "assess_fine", {"permitted_until": "2022-07-31", "accrual_ends": "2022-08-01"})
    work.tell("sok", "request_stay_permit", PERMIT)
    asked = {call.operation: msgspec.json.encode(call.asks) for call in work.state.calls.values()}
    ports_partners.FineAssessmentAsked.model_validate_json(asked["fine-assessment"])
    ports_partners.StayPermitAsked.model_validate_json(asked["stay-permit"])
    period = {
        "from": "2022-08-01", "to": "2022-08-01", "days": 1, "rate": "10.00", "amount": "10.00",
    }  # fmt: skip
    fine = ports_partners.FineAssessed.model_validate_json(
        msgspec.json.encode({"days": 1, "amount": "10.00", "periods": [period]})
    )
    told = fine.model_dump(mode="json")
    assert work.answers(work.owed("fine-assessment"), **told) == ["FineAssessed"]
    assert work.state.fine is not None
    assert work.state.fine.amount == "10.00"
    work.tell("sok", "propose_waiver", {"percent": 50, "ground": "other", "reasons": "Hardship"})
    work.tell("enda", "endorse_waiver")
    work.tell("maly", "approve_waiver", {"percent": 50})
    waiver = msgspec.json.encode(work.state.calls[work.owed("waiver")].asks)
    ports_partners.WaiverAsked.model_validate_json(waiver)
