"""What the stories found, each rule where it can be seen without telling the whole story."""

from uuid import UUID

from homeward.domain.control import open_calls
from homeward.domain.streams import fold
from tests.domain.story import Story, refused

NOWHERE = "018f2b6e-0001-7000-8000-000000000001"


def hold(story: Story, case: str, kind: str = "SAFETY") -> str:
    return story.by("care", "place_hold", case, kind=kind, basis="x", review_on=story.day(9))[
        "hold"
    ]


def assess_slowly(story: Story, case: str) -> str:
    story.service("immigration", fine={"slow": 7200})
    told = {"permitted_until": "2022-04-24", "accrual_ends": story.day()}
    return story.by("sok", "assess_fine", case, **told)["event"]


def on_paper(story: Story, case: str, call: str) -> None:
    answer = {"days": 7, "amount": "70.00"}
    told = {"call": call, "event": "FineAssessed", "answer": answer}
    story.by("sok", "record_service_answer", case, **told)
    story.by("visal", "approve_service_answer", case, call=call)


def test_a_hold_that_is_not_there_is_invalid_for_whoever_proposed_another() -> None:
    story = Story()
    case = story.screened()
    told = {"hold": hold(story, case), "reasons": "x"}
    story.by("visal", "propose_hold_lift", case, **told)
    refusal = refused(lambda: story.by("visal", "lift_hold", case, hold=NOWHERE))
    assert (refusal.code, refusal.names) == ("invalid", ("hold",))


def test_a_lift_of_a_hold_that_never_was_is_invalid_though_nothing_is_on_hold() -> None:
    story = Story()
    case = story.screened()
    told = {"hold": NOWHERE, "reasons": "x"}
    refusal = refused(lambda: story.by("visal", "propose_hold_lift", case, **told))
    assert (refusal.code, refusal.names) == ("invalid", ("hold",))
    assert not story.read("visal", case)["possible"]["propose_hold_lift"]["now"]


def test_a_service_is_heard_out_after_its_answer_came_on_paper() -> None:
    story = Story()
    case = story.identified()
    call = assess_slowly(story, case)
    on_paper(story, case, call)
    assert list(open_calls(story.state(case))) == [UUID(call)]
    assert story.state(case).calls == {}
    story.wait("2h")
    assert story.events(case).count("LateAnswerQuarantined") == 1
    assert open_calls(story.state(case)) == {}


def test_a_call_that_was_overtaken_is_nobodys_task_and_has_no_deadline() -> None:
    story = Story()
    case = story.identified()
    on_paper(story, case, assess_slowly(story, case))
    assert not [key for key in story.state(case).deadlines if key.startswith("service_call")]
    story.wait("1h")
    assert "service_call_failed" not in story.kinds(case)


def test_the_services_own_answer_leaves_nothing_to_be_heard() -> None:
    story = Story()
    case = story.waived()
    assert story.state(case).overtaken == {}
    assert "LateAnswerQuarantined" not in story.events(case)


def test_a_revoked_handoff_is_not_brought_to_its_mission_any_more() -> None:
    story = Story()
    story.service("mission", deliver={"slow": 7200})
    case, _ = story.asked()
    told = {"purpose": "mission_contact", "mission": "VN"}
    story.by("sok", "withdraw_consent", case, **told)
    assert open_calls(story.state(case)) == {}


def test_a_handoff_delivered_on_paper_is_forgotten_by_the_service_once_it_ends() -> None:
    story = Story()
    story.service("mission", deliver={"slow": 7200})
    case, handoff = story.asked()
    told = {"call": handoff, "event": "HandoffDelivered", "answer": {}}
    story.by("mfa", "record_service_answer", case, **told)
    story.by("visal", "approve_service_answer", case, call=handoff)
    assert list(story.state(case).overtaken) == [UUID(handoff)]
    story.by("sok", "withdraw_handoff", case, handoff=handoff, reasons="x")
    assert story.state(case).overtaken == {}


def test_what_a_service_still_owes_is_the_same_when_the_case_is_read_again() -> None:
    story = Story()
    case = story.identified()
    on_paper(story, case, assess_slowly(story, case))
    again = fold(type(story.state(case))(id=case), story.history(case))
    assert open_calls(again) == open_calls(story.state(case))


def test_a_refused_permit_is_asked_no_more_and_may_come_on_paper() -> None:
    story = Story()
    story.service("immigration", stay_permit={"refuse": "No photograph"})
    case = story.screened()
    ask = {"basis": "reflection", "until": story.day(30)}
    call = story.by("sok", "request_stay_permit", case, **ask)["event"]
    assert open_calls(story.state(case)) == {}
    answer = {"number": "SP 1", "valid_until": story.day(30)}
    told = {"call": call, "event": "StayPermitIssued", "answer": answer}
    story.by("sok", "record_service_answer", case, **told)
    story.by("visal", "approve_service_answer", case, call=call)
    assert story.state(case).stay_permit == "ACTIVE"


def test_a_permit_asked_for_anew_ends_the_paper_way_of_the_one_refused() -> None:
    story = Story()
    story.service("immigration", stay_permit={"refuse": "No photograph"})
    case = story.screened()
    ask = {"basis": "reflection", "until": story.day(30)}
    call = story.by("sok", "request_stay_permit", case, **ask)["event"]
    story.service("immigration", stay_permit={})
    story.by("sok", "request_stay_permit", case, **ask)
    answer = {"number": "SP 1", "valid_until": story.day(30)}
    told = {"call": call, "event": "StayPermitIssued", "answer": answer}
    refusal = refused(lambda: story.by("sok", "record_service_answer", case, **told))
    assert refusal.code == "wrong_state"


def test_a_permit_refused_late_leaves_no_failed_call_behind() -> None:
    story = Story()
    story.service("immigration", stay_permit={"refuse": "No photograph", "slow": 7200})
    case = story.screened()
    ask = {"basis": "reflection", "until": story.day(30)}
    story.by("sok", "request_stay_permit", case, **ask)
    story.wait("1h")
    assert "service_call_failed" in story.kinds(case)
    story.wait("1h")
    assert "StayPermitRefused" in story.events(case)
    assert "service_call_failed" not in story.kinds(case)


def correct(story: Story, case: str, kind: str, field: str, value: object) -> tuple[str, ...]:
    event = str(story.last(case, kind).id)
    told = {"event": event, "field": field, "value": value, "reasons": "x"}
    return refused(lambda: story.by("sok", "correct_record", case, **told)).names


def test_the_month_of_majority_is_the_edges_and_nobody_corrects_it() -> None:
    story = Story()
    case = story.rescued(birth_date="2010-01-01")
    assert correct(story, case, "CaseOpened", "identity.turns_18", "2020-01") == ("field",)


def test_a_sum_that_a_service_told_is_corrected_by_a_sum() -> None:
    story = Story()
    case = story.waived()
    assert correct(story, case, "FineAssessed", "amount", "much") == ("value",)


def test_a_state_that_confirmed_is_corrected_by_a_state() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "confirmed")
    assert correct(story, case, "NationalityConfirmed", "country", "Atlantis") == ("value",)
