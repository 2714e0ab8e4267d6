"""Return: prepared, ordered, permitted, cleared, gone, received."""

from typing import Any

import pytest

from tests.domain.story import Story, refused


def test_no_return_is_prepared_while_the_reflection_period_runs() -> None:
    story = Story()
    case = story.identified()
    mode = {"mode": "assisted_voluntary_return", "wish_recorded": True}
    refusal = refused(lambda: story.by("sok", "open_return_preparation", case, **mode))
    assert refusal.code == "wrong_state"


def test_who_asks_for_an_order_does_not_sign_it_and_the_permit_follows() -> None:
    story = Story()
    case = story.deported()
    both = ["officer", "approver"]
    asked = {"basis": "Law", "reentry_ban": False}
    story.do("twice", both, "request_deportation_order", case, asked)
    signed = {"number": "GDI-1", "notified_language": "vie"}
    refusal = refused(lambda: story.do("twice", both, "sign_deportation_order", case, signed))
    assert refusal.code == "separation_of_duties"
    story.by("maly", "sign_deportation_order", case, **signed)
    assert story.events(case)[-2:] == ["DeportationOrderSigned", "ExitPermitIssued"]


def test_a_victims_ban_needs_its_reason() -> None:
    story = Story()
    case = story.deported()
    asked = {"basis": "Law", "reentry_ban": True}
    refusal = refused(lambda: story.by("sok", "request_deportation_order", case, **asked))
    assert (refusal.code, refusal.names) == ("invalid", ("ban_reason",))


def test_a_refused_permit_leads_back_and_may_be_asked_for_again() -> None:
    story = Story()
    case = story.deported()
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    story.service("immigration", exit_permit={"refuse": "No photo"})
    signed = {"number": "GDI-1", "notified_language": "vie"}
    story.by("maly", "sign_deportation_order", case, **signed)
    assert story.events(case)[-1] == "ExitPermitRefused"
    assert story.state(case).exit == "ORDER_SIGNED"
    story.service("immigration", exit_permit={})
    story.by("sok", "request_exit_permit", case, basis="Photo added")
    assert story.state(case).exit == "EXIT_PERMIT_ISSUED"


def test_a_permit_is_not_asked_for_twice_at_a_time() -> None:
    story = Story()
    case = story.deported()
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    story.service("immigration", exit_permit={"slow": 900})
    story.by("maly", "sign_deportation_order", case, number="GDI-1", notified_language="vie")
    refusal = refused(lambda: story.by("sok", "request_exit_permit", case, basis="Again"))
    assert refusal.code == "wrong_state"


def test_in_a_deportation_a_permit_that_covers_the_day_of_travel_is_enough() -> None:
    story = Story()
    case = story.deported()
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    story.by("maly", "sign_deportation_order", case, number="GDI-1", notified_language="vie")
    again = {"basis": "Again"}
    assert (
        refused(lambda: story.by("sok", "request_exit_permit", case, **again)).code == "wrong_state"
    )
    story.book(case, "40d")
    story.by("sok", "request_exit_permit", case, **again)


def test_in_another_mode_order_and_permit_lapse() -> None:
    story = Story()
    case = story.deported()
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    story.service("immigration", exit_permit={"slow": 900})
    story.by("maly", "sign_deportation_order", case, number="GDI-1", notified_language="vie")
    story.by("care", "change_of_mind", case)
    mode = {"mode": "assisted_voluntary_return", "wish_recorded": True}
    story.by("sok", "open_return_preparation", case, **mode)
    assert story.state(case).exit == "NONE"
    assert story.state(case).order is None
    story.wait("1h")
    assert "ExitPermitIssued" not in story.events(case)


@pytest.mark.parametrize("command", ["request_deportation_order", "sign_deportation_order"])
def test_an_order_is_for_a_deportation_alone(command: str) -> None:
    story = Story()
    case = story.prepared()
    told: dict[str, dict[str, Any]] = {
        "request_deportation_order": {"basis": "Law", "reentry_ban": False},
        "sign_deportation_order": {"number": "GDI-1", "notified_language": "vie"},
    }
    by = "sok" if command.startswith("request") else "maly"
    refusal = refused(lambda: story.by(by, command, case, **told[command]))
    assert refusal.code == "wrong_state"


def test_a_person_who_changes_their_mind_is_not_cleared_any_more() -> None:
    story = Story()
    case = story.cleared()
    story.by("care", "change_of_mind", case, account="She is afraid")
    assert story.events(case)[-2:] == ["ReturnSuspended", "ClearanceRevoked"]
    assert story.state(case).state == "IDENTIFIED"


ENDING_CLEARANCE = {
    "a hold": lambda s, c: s.by(
        "care", "place_hold", c, kind="SAFETY", basis="x", review_on=s.day(5)
    ),
    "withdrawn consent": lambda s, c: s.by("sok", "withdraw_consent", c, purpose="return"),
    "cancelled travel": lambda s, c: s.by("sok", "cancel_travel", c, reasons="x"),
    "a new risk": lambda s, c: s.by(
        "care", "assess_return_risk", c, level="high", factors=["x"], valid_until=s.day(30)
    ),
    "unfitness": lambda s, c: s.by(
        "care", "certify_fitness_to_travel", c, fit=False, valid_until=s.day(9)
    ),
}


@pytest.mark.parametrize("what", ENDING_CLEARANCE)
def test_a_clearance_ends_with_the_first_guard_that_stops_holding(what: str) -> None:
    story = Story()
    case = story.cleared()
    ENDING_CLEARANCE[what](story, case)
    assert story.events(case)[-1] == "ClearanceRevoked"
    assert story.state(case).state == "RETURN_PREPARATION"


def test_a_review_takes_the_clearance_back() -> None:
    story = Story()
    case = story.cleared()
    story.by("care", "request_review", case, new_facts="x")
    assert story.events(case)[-2:] == ["ReviewRequested", "ClearanceRevoked"]
    assert story.state(case).state == "ASSESSED"


def test_a_clearance_lapses_a_day_after_the_departure_that_did_not_come() -> None:
    story = Story()
    case = story.cleared()
    story.wait("95h")
    assert story.state(case).state == "CLEARED"
    story.wait("1h")
    assert story.state(case).state == "RETURN_PREPARATION"
    assert story.last(case, "ClearanceRevoked").fact.guards == ("travel",)


def test_a_departure_within_a_clearance_that_ran_out_may_still_be_told() -> None:
    story = Story()
    case = story.cleared()
    left = story.at("3d")
    story.wait("5d")
    story.depart(case, at=left)
    assert story.state(case).state == "IN_TRANSIT"


def test_a_departure_after_the_clearance_ran_out_is_none() -> None:
    story = Story()
    case = story.cleared()
    story.wait("5d")
    assert refused(lambda: story.depart(case)).code == "wrong_state"


def test_a_departure_is_not_told_of_a_time_before_the_clearance() -> None:
    story = Story()
    case = story.prepared()
    early = story.at()
    story.wait("1h")
    story.by("enda", "clear_for_departure", case)
    refusal = refused(lambda: story.depart(case, at=early))
    assert (refusal.code, refusal.names) == ("invalid", ("at",))


def test_a_clearance_ends_at_the_midnight_that_ends_its_documents() -> None:
    story = Story()
    case = story.cleared(risk_days=3)
    story.wait("3d")
    assert story.state(case).state == "CLEARED"
    story.wait("16h")
    assert "return_risk" in story.last(case, "ClearanceRevoked").fact.guards
    assert story.state(case).risk.track == "EXPIRED"


def test_the_document_shown_at_the_border_is_the_one_we_know() -> None:
    story = Story()
    case = story.cleared()
    refusal = refused(lambda: story.depart(case, "X9999999"))
    assert (refusal.code, refusal.names) == ("invalid", ("document_number",))


def test_a_missed_departure_is_prepared_anew() -> None:
    story = Story()
    case = story.departed()
    story.by("sok", "record_departure_failure", case, cause="turned_back")
    assert story.state(case).state == "RETURN_PREPARATION"
    assert "prepare_return" in story.kinds(case)
    assert "confirm_reception" not in story.kinds(case)


def test_who_recorded_the_departure_does_not_confirm_the_reception() -> None:
    story = Story()
    case = story.departed()
    told = {"at": story.at(), "by_authority": "Social Affairs"}
    refusal = refused(lambda: story.by("sok", "confirm_reception", case, **told))
    assert refusal.code == "separation_of_duties"
    story.by("vn", "confirm_reception", case, **told)
    assert story.state(case).state == "RECEIVED"


def test_a_mission_may_confirm_the_reception_through_its_task() -> None:
    story = Story()
    case = story.departed()
    handoff = story.ask(case, "confirm_reception")
    story.answer(case, handoff, "done", received_at=story.at())
    assert story.state(case).state == "RECEIVED"


def test_the_whole_road_ends_without_a_task() -> None:
    story = Story()
    case = story.departed()
    story.by("mfa", "confirm_reception", case, at=story.at(), by_authority="Social Affairs")
    story.by("care", "record_follow_up", case, at=story.day(), outcome="safe")
    story.by("sok", "close_case", case, outcome="returned")
    assert story.state(case).state == "CLOSED"
    assert story.tasks(case) == []
    assert story.state(case).deadlines == {}


def test_what_is_not_a_ban_has_neither_end_nor_reason() -> None:
    story = Story()
    case = story.deported()
    asked = {"basis": "Law", "reentry_ban": False, "ban_until": "2027-01-01", "ban_reason": "x"}
    refusal = refused(lambda: story.by("sok", "request_deportation_order", case, **asked))
    assert (refusal.code, refusal.names) == ("invalid", ("ban_until", "ban_reason"))


def test_nobody_leaves_who_was_never_cleared() -> None:
    story = Story()
    case = story.prepared()
    refusal = refused(lambda: story.depart(case))
    assert refusal.code == "wrong_state"


def test_nobody_left_before_they_were_cleared() -> None:
    story = Story()
    earlier = story.at()
    case = story.cleared()
    refusal = refused(lambda: story.depart(case, at=earlier))
    assert (refusal.code, refusal.names) == ("invalid", ("at",))
