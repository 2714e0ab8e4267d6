"""Court cases and incidents: who may be charged, when it is decided, what belongs together."""

from typing import Any

import pytest
from msgspec.structs import replace

from homeward.domain.case.state import Case
from homeward.domain.court import Court
from homeward.domain.incident import Incident
from tests.domain.handmade import Desk
from tests.domain.test_operation_rules import FOUND, underway
from tests.domain.test_request_rules import registered

AT = "2022-08-01T08:00:00+07:00"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def opened(desk: Desk, **more: Any) -> str:
    return desk.do(
        "just", "open_court_case", role="justice", court="Preah Sihanouk", reference="44/2022",
        charges=["Trafficking"], province="KH-18", **more,
    )["stream"]  # fmt: skip


def detained(desk: Desk, operation: str, **more: Any) -> str:
    return desk.do(
        "field", "record_detention", operation, role="field", name="Boss", nationality="CN",
        sex="M", alleged_role=["Exploiter"], **more,
    )["suspect"]  # fmt: skip


def court_of(desk: Desk, stream: str) -> Court:
    state = desk.states[stream]
    assert isinstance(state, Court)
    return state


def brought(desk: Desk, court: str, suspect: Any) -> str:
    return desk.do("just", "bring_before_court", court, role="justice", suspect=suspect, at=AT)[
        "suspect"
    ]


@pytest.mark.parametrize("linked", [True, False])
def test_a_suspect_is_found_wherever_they_were_recorded(desk: Desk, linked: bool) -> None:
    operation = underway(desk)
    suspect = detained(desk, operation)
    court = opened(desk, **({"operations": [operation]} if linked else {}))
    brought(desk, court, suspect)
    assert court_of(desk, court).state == "IN_COURT"


def test_a_suspect_of_a_linked_operation_may_be_named_by_the_event_alone(desk: Desk) -> None:
    operation = underway(desk)
    suspect = detained(desk, operation)
    brought(desk, opened(desk, operations=[operation]), suspect.rpartition(":")[2])


def test_nobody_unknown_is_brought_before_a_court(desk: Desk) -> None:
    desk.refuses(
        "invalid", "suspect", who="just", does="bring_before_court", stream=opened(desk),
        role="justice", suspect=str(desk.given_id()), at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("review", "allowed"), [(None, False), ("do_not_charge", False), ("charge", True)]
)
def test_a_victim_is_charged_only_after_a_review_that_says_so(
    desk: Desk, review: str | None, allowed: bool
) -> None:
    operation = underway(desk)
    case = desk.do("field", "record_rescue", operation, role="field", **FOUND)["case"]
    suspect = detained(desk, operation, case=case)
    victim = desk.states[case]
    assert isinstance(victim, Case)
    desk.states[case] = replace(victim, non_punishment=review)
    court = opened(desk)
    if allowed:
        brought(desk, court, suspect)
    else:
        desk.refuses(
            "wrong_state", who="just", does="bring_before_court", stream=court, role="justice",
            suspect=suspect, at=AT,
        )  # fmt: skip


def test_the_last_verdict_decides_the_case(desk: Desk) -> None:
    court = opened(desk)
    first, second = (
        brought(desk, court, {"name": name, "nationality": "CN", "sex": "M"}) for name in "AB"
    )
    desk.do("just", "record_hearing", court, role="justice", at=AT)
    told: dict[str, Any] = {"role": "justice", "verdict": "convicted"}
    desk.do("just", "record_verdict", court, suspect=first, sentence_months=84, **told)
    assert court_of(desk, court).state == "IN_COURT"
    desk.refuses("wrong_state", who="just", does="close_court_case", stream=court, role="justice")
    desk.do("just", "record_verdict", court, suspect=second, **told)
    assert court_of(desk, court).state == "DECIDED"
    desk.do("just", "close_court_case", court, role="justice")
    assert court_of(desk, court).state == "CLOSED"


def test_only_a_conviction_carries_a_sentence_and_only_of_those_before_the_court(
    desk: Desk,
) -> None:
    court = opened(desk)
    brought(desk, court, {"name": "A", "nationality": "CN", "sex": "M"})
    desk.refuses(
        "invalid", "suspect", "sentence_months", who="just", does="record_verdict", stream=court,
        role="justice", suspect=str(desk.given_id()), verdict="acquitted", sentence_months=3,
    )  # fmt: skip


def test_a_witness_is_linked_in_both_streams(desk: Desk) -> None:
    operation = underway(desk)
    case = desk.do("field", "record_rescue", operation, role="field", **FOUND)["case"]
    court = opened(desk)
    desk.do("just", "link_witness", court, role="justice", case=case)
    assert court_of(desk, court).witnesses == (case,)
    assert desk.log[case][-1] == "WitnessLinked"
    victim = desk.states[case]
    assert isinstance(victim, Case)
    assert victim.courts == (court,)


def test_an_incident_gathers_what_belongs_together_and_is_concluded_once(desk: Desk) -> None:
    request, operation = registered(desk), underway(desk)
    incident = desk.do(
        "emma", "open_incident", role="examiner", suspected_at="2022-07-20", province="KH-18",
        types=["ForcedLabour", "x_ForcedCriminality"], requests=[request],
    )["stream"]  # fmt: skip
    link: dict[str, Any] = {"does": "link_to_incident", "role": "planner", "stream": incident}
    desk.refuses("invalid", "requests", "operations", "cases", who="piseth", **link)
    desk.refuses("invalid", "cases.0", who="piseth", cases=["VIC-2022-999999"], **link)
    desk.do(
        "piseth", "link_to_incident", incident, role="planner", operations=[operation],
        requests=[request],
    )  # fmt: skip
    state = desk.states[incident]
    assert isinstance(state, Incident)
    assert (state.requests, state.operations) == ((request,), (operation,))
    end: dict[str, Any] = {"role": "examiner", "finding": "substantiated", "reasons": "x"}
    desk.do("emma", "conclude_incident", incident, **end)
    assert desk.states[incident].state == "SUBSTANTIATED"
    desk.refuses("wrong_state", who="emma", does="conclude_incident", stream=incident, **end)
