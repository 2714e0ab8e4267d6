"""Operations: one plans, another authorises; whoever was asked for has an outcome in the end."""

from typing import Any

import pytest

from homeward.domain.case.state import Case
from homeward.domain.operation import Operation
from homeward.domain.request import Request
from tests.domain.handmade import Desk
from tests.domain.test_request_rules import accepted, examined

FOUND: dict[str, Any] = {
    "identity": {
        "name_romanised": "TRAN THI MAI", "sex": "F", "languages": ["vie"],
        "nationalities": [{"country": "VN", "status": "claimed"}],
    },
    "rescued_at": "2022-08-01T08:00:00+07:00", "province": "KH-18", "place": "Floor 8",
    "condition": "Unhurt", "passport": {"status": "confiscated_by_trafficker", "issuer": "VN"},
}  # fmt: skip
TWO = {"people": [{"name": "Mai"}, {"alias": "star88"}], "people_count": 2}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def planned(desk: Desk, *requests: str, **changed: Any) -> str:
    fields: dict[str, Any] = {
        "requests": list(requests), "province": "KH-18", "target": "Blue tower",
        "objectives": "Free those on floor 8", "units": ["gdi"], "legal_authority": "Warrant 112",
        "planned_for": "2022-08-02T05:00:00+07:00",
    }  # fmt: skip
    return desk.do("piseth", "plan_operation", role="planner", **(fields | changed))["stream"]


def underway(desk: Desk, *requests: str) -> str:
    operation = planned(desk, *requests)
    desk.do("auth", "authorise_operation", operation, role="authoriser")
    desk.do(
        "piseth", "launch_operation", operation, role="planner",
        started_at="2022-08-01T07:00:00+07:00",
    )  # fmt: skip
    return operation


def conclude(desk: Desk, operation: str) -> None:
    desk.do(
        "piseth", "conclude_operation", operation, role="planner",
        ended_at="2022-08-01T08:20:00+07:00", others_present=40,
    )  # fmt: skip


def request_of(desk: Desk, stream: str) -> Request:
    state = desk.states[stream]
    assert isinstance(state, Request)
    return state


def operation_of(desk: Desk, stream: str) -> Operation:
    state = desk.states[stream]
    assert isinstance(state, Operation)
    return state


def searched(desk: Desk, operation: str, request: str, stub: int, **told: Any) -> None:
    desk.do(
        "field", "record_search_outcome", operation, role="field", request=request, stub=stub,
        **({"outcome": "not_located"} | told),
    )  # fmt: skip


def test_planning_attaches_every_request(desk: Desk) -> None:
    first, second = accepted(desk), accepted(desk)
    planned(desk, first, second)
    assert {request_of(desk, one).state for one in (first, second)} == {"ATTACHED"}


def test_only_accepted_requests_are_planned_for_and_the_others_are_named(desk: Desk) -> None:
    good, bad = accepted(desk), examined(desk)
    with pytest.raises(Exception, match="wrong_state") as refusal:
        planned(desk, good, bad)
    assert refusal.value.names == (bad,)  # type: ignore[attr-defined]
    assert request_of(desk, good).state == "ACCEPTED"


def test_a_request_that_is_not_there_is_named_by_its_place(desk: Desk) -> None:
    with pytest.raises(Exception, match=r"requests\.0"):
        planned(desk, "REQ-2022-999999")


def test_a_unit_that_a_reporter_barred_gets_no_operation(desk: Desk) -> None:
    request = accepted(desk, do_not_route_to=["local-police"])
    with pytest.raises(Exception, match=r"units\.1"):
        planned(desk, request, units=["gdi", "local-police"])


def test_who_planned_neither_authorises_nor_rejects(desk: Desk) -> None:
    operation = planned(desk)
    desk.refuses(
        "separation_of_duties", who="piseth", does="authorise_operation", stream=operation,
        role="authoriser",
    )  # fmt: skip
    desk.refuses(
        "separation_of_duties", who="piseth", does="reject_operation", stream=operation,
        role="authoriser", reasons="x",
    )  # fmt: skip
    desk.do("auth", "authorise_operation", operation, role="authoriser")
    desk.refuses(
        "wrong_state", who="auth", does="authorise_operation", stream=operation, role="authoriser"
    )


@pytest.mark.parametrize("ending", ["reject_operation", "abort_operation"])
def test_a_request_is_free_again_when_its_operation_does_not_happen(
    desk: Desk, ending: str
) -> None:
    request = accepted(desk)
    operation = planned(desk, request)
    more: dict[str, Any] = {"leak_suspected": True} if ending == "abort_operation" else {}
    desk.do("auth", ending, operation, role="authoriser", reasons="Leaked", **more)
    assert request_of(desk, request).state == "ACCEPTED"
    assert desk.log[request][-1] == "RequestDetached"
    planned(desk, request)


def test_a_rescue_opens_a_case_that_knows_its_request(desk: Desk) -> None:
    request = accepted(desk)
    operation = underway(desk, request)
    result = desk.do(
        "field", "record_rescue", operation, role="field", request=request, stub=0, **FOUND
    )
    case = desk.states[result["case"]]
    assert isinstance(case, Case)
    assert (case.state, case.mode, case.operation) == ("RESCUED", "operation", operation)
    assert (case.request, case.stub) == (request, 0)
    assert operation_of(desk, operation).found_out(request)[0].case == case.id


def test_people_nobody_had_reported_are_recorded_the_same_way(desk: Desk) -> None:
    operation = underway(desk)
    cases = {
        desk.do("field", "record_rescue", operation, role="field", **FOUND)["case"]
        for _ in range(3)
    }
    assert operation_of(desk, operation).cases == tuple(sorted(cases))


def test_a_rescue_names_a_person_whom_the_request_names(desk: Desk) -> None:
    request = accepted(desk)
    operation = underway(desk, request)
    told = {"who": "field", "does": "record_rescue", "stream": operation, "role": "field"} | FOUND
    desk.refuses("invalid", "stub", request=request, stub=1, **told)
    desk.refuses("invalid", "request", stub=0, **told)
    desk.refuses("invalid", "request", request="REQ-2022-999999", stub=0, **told)


@pytest.mark.parametrize("outcome", ["found_not_confined", "refused_rescue"])
def test_words_said_before_guards_are_no_outcome(desk: Desk, outcome: str) -> None:
    request = accepted(desk)
    operation = underway(desk, request)
    told: dict[str, Any] = {"request": request, "stub": 0, "outcome": outcome, "role": "field"}
    for private in ({}, {"spoken_to_privately": False}):
        desk.refuses(
            "invalid", "spoken_to_privately", who="field", does="record_search_outcome",
            stream=operation, **told, **private,
        )  # fmt: skip
    desk.do("field", "record_search_outcome", operation, spoken_to_privately=True, **told)


def test_an_operation_ends_only_when_everyone_asked_for_has_an_outcome(desk: Desk) -> None:
    request = accepted(desk, **TWO)
    operation = underway(desk, request)
    desk.do("field", "record_rescue", operation, role="field", request=request, stub=0, **FOUND)
    desk.refuses(
        "invalid", f"outcomes.{request}:1", who="piseth", does="conclude_operation",
        stream=operation, role="planner", ended_at="2022-08-01T08:20:00+07:00", others_present=0,
    )  # fmt: skip
    searched(desk, operation, request, 1)
    conclude(desk, operation)
    assert operation_of(desk, operation).state == "CONCLUDED"


def test_whoever_was_not_found_is_looked_for_again_and_only_they(desk: Desk) -> None:
    request = accepted(desk, **TWO)
    first = underway(desk, request)
    desk.do("field", "record_rescue", first, role="field", request=request, stub=0, **FOUND)
    searched(desk, first, request, 1)
    conclude(desk, first)
    assert request_of(desk, request).state == "ACCEPTED"
    second = underway(desk, request)
    desk.refuses(
        "invalid", f"outcomes.{request}:1", who="piseth", does="conclude_operation",
        stream=second, role="planner", ended_at="2022-08-01T08:20:00+07:00", others_present=0,
    )  # fmt: skip
    searched(desk, second, request, 1, outcome="transferred_abroad")
    conclude(desk, second)
    assert request_of(desk, request).state == "ATTACHED"


def test_a_request_answered_meanwhile_is_not_pulled_back(desk: Desk) -> None:
    request = accepted(desk)
    operation = underway(desk, request)
    desk.do(
        "emma", "answer_request", request, role="examiner", told_reporter=False,
        outcomes=[{"person": 0, "outcome": "transferred_abroad"}],
    )  # fmt: skip
    conclude(desk, operation)
    assert request_of(desk, request).state == "ANSWERED"


def test_an_operation_does_not_end_before_it_started(desk: Desk) -> None:
    desk.refuses(
        "invalid", "ended_at", who="piseth", does="conclude_operation", stream=underway(desk),
        role="planner", ended_at="2022-08-01T06:59:00+07:00", others_present=0,
    )  # fmt: skip


def test_a_detained_suspect_is_released_once(desk: Desk) -> None:
    operation = underway(desk)
    suspect = desk.do(
        "field", "record_detention", operation, role="field", name="Boss", nationality="CN",
        sex="M", alleged_role=["Exploiter"],
    )["suspect"]  # fmt: skip
    desk.refuses(
        "invalid", "suspect", who="just", does="release_suspect", stream=operation, role="justice",
        suspect=str(desk.given_id()), reasons="x",
    )  # fmt: skip
    desk.do("just", "release_suspect", operation, role="justice", suspect=suspect, reasons="x")
    desk.refuses(
        "wrong_state", who="just", does="release_suspect", stream=operation, role="justice",
        suspect=suspect, reasons="x",
    )  # fmt: skip


def test_a_known_suspect_who_was_never_detained_cannot_be_released(desk: Desk) -> None:
    operation = planned(desk)
    suspect = desk.do(
        "ivan", "record_suspect", operation, role="interviewer", alias="Uncle",
        alleged_role=["RecruiterOrIntermediary"], abroad=True,
    )["suspect"]  # fmt: skip
    desk.refuses(
        "wrong_state", who="just", does="release_suspect", stream=operation, role="justice",
        suspect=suspect, reasons="x",
    )  # fmt: skip


def test_an_exhibit_is_recorded_during_and_after_but_not_before(desk: Desk) -> None:
    told: dict[str, Any] = {
        "role": "field", "kind": "ledger", "description": "Debts", "seal": "A-1",
    }  # fmt: skip
    desk.refuses("wrong_state", who="field", does="record_exhibit", stream=planned(desk), **told)
    operation = underway(desk)
    desk.refuses(
        "invalid", "case", who="field", does="record_exhibit", stream=operation,
        case="VIC-2022-999999", **told,
    )  # fmt: skip
    conclude(desk, operation)
    desk.do("field", "record_exhibit", operation, **told)
    assert len(operation_of(desk, operation).exhibits) == 1
