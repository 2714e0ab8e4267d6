"""Deadlines: started with an event, ended by another, told to somebody level by level."""

from typing import Any

import pytest

from homeward.domain.deadlinerows import ROWS
from tests.domain.story import Story, refused


def passed(story: Story, stream: str) -> list[tuple[str, int, str]]:
    return [
        (event.fact.name, event.fact.level, event.fact.tells)
        for event in story.history(stream)
        if event.type == "DeadlinePassed"
    ]


def test_every_deadline_of_the_contract_has_its_row() -> None:
    told = {row.name for row in ROWS if not row.name.startswith("lapse.")}
    assert told == {
        "triage", "examination", "information", "operation.reconfirm", "screening",
        "consular_right", "guardian", "interview", "interview.submit", "silence", "determination",
        "redetermination", "reflection", "review_window", "waiver.endorse", "waiver.approve",
        "handoff.accept", "handoff.answer", "travel_document", "expiry", "detention_review",
        "hold_review", "reception", "follow_up", "service_call",
    }  # fmt: skip


@pytest.mark.parametrize(("urgency", "hours"), [("imminent", 1), ("high", 24)])
def test_triage_of_an_imminent_threat_takes_an_hour(urgency: str, hours: int) -> None:
    story = Story()
    request = story.by(
        "intan",
        "register_request",
        channel="hotline",
        received_at=story.at(),
        reporter={"kind": "hotline", "anonymous": True},
        language="vie",
        urgency=urgency,
        place="Room 819",
        people=[],
        people_count=1,
    )["stream"]
    story.wait(f"{hours * 60 - 1}m")
    assert passed(story, request) == []
    story.wait("1m")
    assert passed(story, request) == [("triage", 1, "examiner")]
    assert "overdue" in story.kinds(request)
    story.by("emma", "start_examination", request, urgency=urgency, reasons="x")
    assert "overdue" not in story.kinds(request)


@pytest.mark.parametrize(("born", "hours"), [("1998-03-14", 24), ("2010-03-14", 4)])
def test_a_child_is_screened_within_four_hours(born: str, hours: int) -> None:
    story = Story()
    case = story.rescued(birth_date=born)
    story.wait(f"{hours * 60 - 1}m")
    assert passed(story, case) == []
    story.wait("1m")
    assert passed(story, case) == [("screening", 1, "supervisor")]


def test_a_silent_embassy_is_escalated_step_by_step() -> None:
    story = Story()
    case, _ = story.asked()
    story.wait("20bd")
    assert [p for p in passed(story, case) if p[0].startswith("handoff")] == [
        ("handoff.accept", 1, "officer"),
        ("handoff.answer", 1, "officer"),
        ("handoff.answer", 2, "mfa"),
        ("handoff.answer", 3, "supervisor"),
    ]


def test_a_document_is_asked_after_sooner() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "confirmed")
    story.ask(case, "issue_travel_document")
    story.wait("5bd")
    assert ("travel_document", 1, "mfa") in passed(story, case)


def test_an_answered_handoff_is_late_no_more() -> None:
    story = Story()
    case, handoff = story.asked()
    story.wait("6bd")
    assert "overdue" in story.kinds(case)
    story.answer(case, handoff, "confirmed")
    story.wait("20bd")
    late = [p for p in passed(story, case) if p[0] == "handoff.answer"]
    assert late == [("handoff.answer", 1, "officer")]
    names = {deadline.name for deadline in story.state(case).deadlines.values()}
    assert not names & {"handoff.accept", "handoff.answer"}


def test_the_reflection_period_ends_by_itself_and_tells_nobody_that_it_is_late() -> None:
    story = Story()
    case = story.identified()
    story.wait("30d")
    assert story.events(case).count("ReflectionEnded") == 1
    assert not any(name == "reflection" for name, _, _ in passed(story, case))


def test_an_extended_reflection_ends_at_the_midnight_of_its_last_day() -> None:
    story = Story()
    case = story.identified()
    story.by("care", "extend_reflection", case, until=story.day(40), reasons="Not ready")
    story.wait("40d")
    assert story.state(case).reflection == "RUNNING"
    story.wait("16h")
    assert story.state(case).reflection == "ENDED"


def test_silence_is_broken_by_a_person_not_by_the_system() -> None:
    story = Story()
    case = story.identified()
    story.wait("39d")
    assert ("silence", 1, "supervisor") not in passed(story, case)
    story.wait("1d")
    assert ("silence", 1, "supervisor") in passed(story, case)
    story.by("care", "add_note", case, text="Seen today")
    assert not any(key == "silence" for key in story.state(case).overdue)


def test_a_placement_without_liberty_is_reviewed_every_week() -> None:
    story = Story()
    case = story.screened()
    told = {"place": "Cell 4", "kind": "detention_centre", "deprived_of_liberty": True}
    review = {"legal_basis": "Order 9", "review_on": story.day(30)}
    story.by("care", "place_in_care", case, **told, **review)
    story.wait("21d")
    weeks = [p for p in passed(story, case) if p[0] == "detention_review"]
    assert weeks == [("detention_review", n, "supervisor") for n in (1, 2, 3)]
    story.by("care", "place_in_care", case, place="Home", kind="shelter", deprived_of_liberty=False)
    assert "detention_review" not in story.state(case).deadlines


def test_a_hold_is_reviewed_on_its_day_and_by_who_placed_it() -> None:
    story = Story()
    case = story.screened()
    held = {"kind": "SAFETY", "basis": "x", "review_on": story.day(5)}
    hold = story.by("care", "place_hold", case, **held)["hold"]
    story.wait("6d")
    assert ("hold_review", 1, "supervisor") in passed(story, case)
    reviews = [task for task in story.tasks(case) if task.kind == "review_hold"]
    assert [(str(task.about), task.person) for task in reviews] == [(hold, "care")]


def test_documents_are_watched_fourteen_days_before_they_end() -> None:
    story = Story()
    case = story.documented(expires=60)
    story.wait("46d")
    assert not any(name == "expiry" for name, _, _ in passed(story, case))
    story.wait("1d")
    assert ("expiry", 1, "officer") in passed(story, case)


def test_an_unconfirmed_reception_is_asked_after_and_never_assumed() -> None:
    story = Story()
    case = story.departed()
    story.wait("48h")
    assert ("reception", 1, "mfa") in passed(story, case)
    assert story.state(case).state == "IN_TRANSIT"


def test_each_follow_up_ends_the_earliest_that_is_due() -> None:
    story = Story()
    case = story.departed()
    story.by("mfa", "confirm_reception", case, at=story.at(), by_authority="x")
    follow_up = {"at": story.day(), "outcome": "safe"}
    story.by("care", "record_follow_up", case, **follow_up)
    story.wait("30d")
    assert not any(name == "follow_up" for name, _, _ in passed(story, case))
    story.wait("60d")
    assert [p for p in passed(story, case) if p[0] == "follow_up"] == [("follow_up", 1, "care")]
    for _ in range(2):
        story.by("care", "record_follow_up", case, **follow_up)
    assert "follow_up" not in story.kinds(case)


def test_a_partner_that_stays_away_for_an_hour_is_somebodys_task() -> None:
    story = Story()
    case = story.identified()
    story.service("immigration", fine={"fail": 503})
    story.by("sok", "assess_fine", case, permitted_until="2022-04-24", accrual_ends=story.day())
    story.wait("1h")
    assert story.events(case)[-1] == "ServiceCallFailed"
    assert "service_call_failed" in story.kinds(case)
    story.service("immigration", fine={})
    story.wait("1m")
    assert story.events(case)[-1] == "FineAssessed"
    assert "service_call_failed" not in story.kinds(case)


def test_a_longer_deadline_keeps_the_distance_of_its_later_levels() -> None:
    story = Story()
    case, handoff = story.asked()
    until = story.at("30d")
    key = f"handoff.answer:{handoff}"
    before = story.state(case).deadlines[key].levels
    told = {"deadline": key, "until": until, "reasons": "Holidays"}
    story.by("visal", "extend_deadline", case, **told)
    after = story.state(case).deadlines[key].levels
    assert after[0].due.isoformat() == until
    assert after[2].due - after[0].due == before[2].due - before[0].due


@pytest.mark.parametrize("name", ["reflection", "review_window", "lapse.withdrawal", "nothing"])
def test_what_is_not_ours_to_move_is_not_moved(name: str) -> None:
    story = Story()
    case = story.identified()
    told = {"deadline": name, "until": story.at("60d"), "reasons": "x"}
    refusal = refused(lambda: story.by("visal", "extend_deadline", case, **told))
    assert (refusal.code, refusal.names) == ("invalid", ("deadline",))


def test_a_deadline_told_twice_passes_once() -> None:
    story = Story()
    case = story.rescued()
    deadline: Any = story.state(case).deadlines["screening"]
    story.wait("25h")
    assert passed(story, case) == [("screening", 1, "supervisor")]
    assert deadline.due is not None
    assert story.state(case).deadlines["screening"].due is None


def test_a_reopened_case_starts_its_unfinished_deadlines_again() -> None:
    story = Story()
    case = story.assessed()
    told = {"voluntary": True, "private": True, "language": "vie"}
    story.by("care", "withdraw_case", case, **told)
    story.by("visal", "confirm_withdrawal", case)
    assert story.state(case).deadlines == {}
    story.by("sok", "close_case", case, outcome="withdrawn")
    story.wait("60d")
    story.by("visal", "reopen_case", case, reasons="She came back")
    assert "determination" in story.state(case).deadlines
    story.wait("4bd")
    assert not any(name == "determination" for name, _, _ in passed(story, case))
    story.wait("1bd")
    assert ("determination", 1, "supervisor") in passed(story, case)
