"""The contract's requests: registered, examined, declined or merged by two, answered with care."""

from typing import Any

import pytest
from msgspec.structs import replace

from homeward.domain.case.state import Consent, Screening
from homeward.domain.request import Request
from tests.domain.handmade import START, Desk

REPORTER = {"kind": "family", "relation": "brother", "anonymous": False}
ASKED: dict[str, Any] = {
    "channel": "family", "received_at": "2022-08-01T08:30:00+07:00", "reporter": REPORTER,
    "language": "vie", "urgency": "high", "province": "Sihanoukville",
    "people": [{"name": "Trần Thị Mai", "nationality": "VN", "sex": "F", "age": 24}],
    "people_count": 1,
}  # fmt: skip
NOTE: dict[str, Any] = ASKED | {
    "channel": "mission", "reporter": {"kind": "mission", "mission": "VN", "anonymous": False},
}  # fmt: skip


def registered(desk: Desk, **changed: Any) -> str:
    return desk.do("intan", "register_request", role="intake", **(ASKED | changed))["stream"]


def examined(desk: Desk, **changed: Any) -> str:
    request = registered(desk, **changed)
    desk.do(
        "emma", "start_examination", request, role="examiner", urgency="high", reasons="Confined"
    )
    return request


def accepted(desk: Desk, **changed: Any) -> str:
    request = examined(desk, **changed)
    desk.do(
        "emma", "accept_request", request, role="examiner",
        corroboration=["A call with the person"], province="KH-18",
    )  # fmt: skip
    return request


def found_person(
    desk: Desk, *, consents: tuple[str, ...] = (), fear: str = "no", screened: bool = True
) -> str:
    case = desk.do(
        "field", "open_case", role="field", mode="self_escape", province="KH-18",
        identity={
            "name_romanised": "MAI", "sex": "F", "languages": ["vie"],
            "nationalities": [{"country": "VN", "status": "claimed"}],
        },
        rescued_at="2022-08-01T05:00:00+07:00", passport={"status": "never_had"},
    )["stream"]  # fmt: skip
    state: Any = desk.states[case]
    screening = Screening(
        event=desk.given_id(), by="sreymom", at=START, minor="no", fear_of_police="no",
        fear_of_own_authorities=fear, medical_urgent=False, language="vie", fact=None,
    )  # fmt: skip
    given = {
        key: Consent(
            purpose=key.split(":")[0], mission=key.partition(":")[2] or None, by="person",
            at=START, event=screening.event, language="vie",
        )
        for key in consents
    }  # fmt: skip
    desk.states[case] = replace(
        state, state="SCREENED", screening=screening if screened else None, consents=given
    )
    return case


@pytest.fixture
def desk() -> Desk:
    return Desk()


def request_of(desk: Desk, stream: str) -> Request:
    state = desk.states[stream]
    assert isinstance(state, Request)
    return state


def test_a_town_is_read_as_its_province_and_kept_as_it_was_told(desk: Desk) -> None:
    request = request_of(desk, registered(desk))
    assert (request.province, request.province_told) == ("KH-18", "Sihanoukville")
    assert request.state == "REGISTERED"


def test_a_request_needs_people_or_a_place(desk: Desk) -> None:
    desk.refuses(
        "invalid", "people", "place", who="intan", does="register_request", role="intake",
        **(ASKED | {"people": []}),
    )  # fmt: skip


def test_a_place_alone_is_enough(desk: Desk) -> None:
    assert registered(desk, people=[], place="room 819", people_count=3)


def test_every_fault_of_a_request_is_named(desk: Desk) -> None:
    desk.refuses(
        "invalid", "province", "people.0.nationality", "language", "reporter.anonymous",
        who="intan", does="register_request", role="intake",
        **(
            ASKED
            | {"province": "Atlantis", "people": [{"nationality": "XX"}], "language": "zz"}
            | {"reporter": {"kind": "family"}}
        ),
    )  # fmt: skip


def test_a_request_received_tomorrow_is_refused(desk: Desk) -> None:
    desk.refuses(
        "invalid", "received_at", who="intan", does="register_request", role="intake",
        **(ASKED | {"received_at": "2022-08-01T08:36:00+07:00"}),
    )  # fmt: skip


def test_a_liaison_registers_its_own_missions_request_and_alone_knows_of_it(desk: Desk) -> None:
    request = desk.do("vn", "register_request", role="liaison", mission="VN", **NOTE)["stream"]
    assert request_of(desk, request).mission == "VN"
    desk.do("emma", "start_examination", request, role="examiner", urgency="high", reasons="x")
    desk.do("emma", "ask_reporter", request, role="examiner", question="Which floor?")
    desk.refuses(
        "not_found", who="id", does="record_reply", stream=request, role="liaison", mission="ID",
        reply="Eight",
    )  # fmt: skip
    desk.do("vn", "record_reply", request, role="liaison", mission="VN", reply="Eight")
    assert request_of(desk, request).state == "UNDER_EXAMINATION"
    assert request_of(desk, request).exchanges[0].reply is not None


def test_a_liaison_registers_nothing_for_another_mission(desk: Desk) -> None:
    desk.refuses(
        "invalid", "reporter.mission", who="id", does="register_request", role="liaison",
        mission="ID", **NOTE,
    )  # fmt: skip


def test_a_familys_request_is_unknown_to_its_own_mission(desk: Desk) -> None:
    request = registered(desk, reporter=REPORTER | {"mission": "VN"})
    assert request_of(desk, request).mission is None


def test_a_decline_takes_two_people(desk: Desk) -> None:
    request = examined(desk)
    desk.refuses(
        "wrong_state", who="visal", does="confirm_decline", stream=request, role="supervisor"
    )
    desk.do("emma", "propose_decline", request, role="examiner", ground="already_safe", reasons="x")
    desk.refuses(
        "separation_of_duties", who="emma", does="confirm_decline", stream=request,
        role="supervisor",
    )  # fmt: skip
    desk.do("visal", "confirm_decline", request, role="supervisor")
    assert request_of(desk, request).state == "DECLINED"
    desk.do("emma", "reopen_request", request, role="examiner", reasons="New word")
    assert request_of(desk, request).state == "UNDER_EXAMINATION"


def test_a_request_is_merged_into_another_that_stands_and_unmerged_again(desk: Desk) -> None:
    first, second = registered(desk), registered(desk)
    for into in (second, "REQ-2022-999999"):
        desk.refuses(
            "invalid", "into", who="emma", does="propose_merge", stream=second, role="examiner",
            into=into, evidence="Same room",
        )  # fmt: skip
    desk.do("emma", "propose_merge", second, role="examiner", into=first, evidence="Same room")
    desk.do("visal", "confirm_merge", second, role="supervisor")
    assert request_of(desk, second).state == "MERGED"
    desk.do("visal", "unmerge_request", second, role="supervisor", reasons="Two sisters")
    assert request_of(desk, second).state == "UNDER_EXAMINATION"


def test_two_requests_are_never_merged_into_each_other(desk: Desk) -> None:
    first, second = registered(desk), registered(desk)
    desk.do("emma", "propose_merge", first, role="examiner", into=second, evidence="x")
    desk.do("emma", "propose_merge", second, role="examiner", into=first, evidence="x")
    desk.do("visal", "confirm_merge", first, role="supervisor")
    desk.refuses("wrong_state", who="visal", does="confirm_merge", stream=second, role="supervisor")


def test_every_person_asked_for_needs_one_outcome(desk: Desk) -> None:
    request = accepted(desk)
    for outcomes in ([], [{"person": 1, "outcome": "not_located"}]):
        desk.refuses(
            "invalid", "outcomes", who="emma", does="answer_request", stream=request,
            role="examiner", outcomes=outcomes, told_reporter=False,
        )  # fmt: skip


def test_a_case_that_is_not_there_cannot_be_an_outcome(desk: Desk) -> None:
    desk.refuses(
        "invalid", "outcomes.0.case", who="emma", does="answer_request", stream=accepted(desk),
        role="examiner", told_reporter=False,
        outcomes=[{"person": 0, "outcome": "rescued", "case": "VIC-2022-999999"}],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "consents", "fear", "refused"),
    [
        (ASKED, (), "no", "consent_missing"),
        (ASKED, ("mission_contact:VN",), "no", "consent_missing"),
        (ASKED, ("data_sharing",), "yes", None),
        (NOTE, ("data_sharing",), "no", "consent_missing"),
        (NOTE, ("mission_contact:ID",), "no", "consent_missing"),
        (NOTE, ("mission_contact:VN",), "not_asked", "protection_bar"),
        (NOTE, ("mission_contact:VN",), "no", None),
    ],
)
def test_a_reporter_is_told_only_what_the_person_agreed_to(
    desk: Desk, asked: dict[str, Any], consents: tuple[str, ...], fear: str, refused: str | None
) -> None:
    request, case = accepted(desk, **asked), found_person(desk, consents=consents, fear=fear)
    told: dict[str, Any] = {
        "outcomes": [{"person": 0, "outcome": "rescued", "case": case}], "role": "examiner",
    }  # fmt: skip
    if refused:
        desk.refuses(
            refused, who="emma", does="answer_request", stream=request, told_reporter=True, **told
        )
    desk.do("emma", "answer_request", request, told_reporter=refused is None, **told)
    answer = request_of(desk, request).answer
    assert answer is not None
    assert answer.neutral is (refused is not None)
    assert bool(answer.outcomes) is (refused is None)


def test_that_nobody_was_found_may_be_told(desk: Desk) -> None:
    request = accepted(desk)
    desk.do(
        "emma", "answer_request", request, role="examiner", told_reporter=True,
        outcomes=[{"person": 0, "outcome": "not_located"}],
    )  # fmt: skip
    desk.do("emma", "close_request", request, role="examiner")
    assert request_of(desk, request).state == "CLOSED"


def test_an_inquiry_gets_one_text_whatever_is_true(desk: Desk) -> None:
    request = registered(desk)
    desk.do("mfa", "answer_inquiry", request, role="mfa")
    assert desk.log[request] == ["RequestRegistered", "NeutralAnswerGiven"]
    assert request_of(desk, request).state == "REGISTERED"
