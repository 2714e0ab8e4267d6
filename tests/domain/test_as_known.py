"""A record as it was known at a moment: what was written by then, to those who may read it now."""

from datetime import timedelta

import pytest

from tests.domain.story import Story, refused


def test_a_case_is_shown_as_it_was_known_and_the_correction_since_is_not_in_it() -> None:
    story = Story()
    case = story.identified()
    opened = story.last(case, "CaseOpened").id
    then = story.now
    story.wait("2d")
    told = {"event": str(opened), "field": "province", "value": "KH-12", "reasons": "Misread"}
    correction = story.by("sok", "correct_record", case, **told)["correction"]
    story.by("visal", "approve_correction", case, correction=correction)
    assert story.read("sok", case)["identity"]["province"] == "KH-12"
    before = story.read_as_known("sok", case, then)
    assert before["identity"]["province"] == "KH-18"
    assert (before["corrections"], before["state"]) == ([], "IDENTIFIED")
    assert story.read_as_known("sok", case, story.now)["identity"]["province"] == "KH-12"


def test_of_a_moment_before_it_was_opened_there_is_no_such_case() -> None:
    story = Story()
    case = story.rescued()
    early = story.now - timedelta(seconds=1)
    assert refused(lambda: story.read_as_known("sok", case, early)).code == "not_found"
    assert refused(lambda: story.timeline("sok", case, as_known_at=early)).code == "not_found"


def test_its_history_too_ends_where_the_moment_was() -> None:
    story = Story()
    case = story.screened()
    then, so_far = story.now, story.timeline("sok", case)
    story.wait("1h")
    story.consent(case, "interview")
    assert story.timeline("sok", case, as_known_at=then) == so_far
    assert len(story.timeline("sok", case)) == len(so_far) + 1


def test_nothing_is_possible_in_the_past() -> None:
    story = Story()
    case = story.identified()
    assert story.read_as_known("sok", case, story.now)["possible"] == {}


def test_glass_broken_then_is_closed_now() -> None:
    story = Story()
    case = story.identified()
    story.by("sok", "break_glass", case, reason="She is in danger")
    then = story.now
    assert "interview" in story.read_as_known("sok", case, then)
    story.wait("61m")
    assert "interview" not in story.read_as_known("sok", case, then)


def test_whoever_has_a_conflict_now_reads_nothing_of_the_past() -> None:
    story = Story()
    case = story.identified()
    then = story.now
    story.wait("1m")
    story.by("aud", "declare_interest", case, user="sok", ground="Named as a driver")
    assert refused(lambda: story.read_as_known("sok", case, then)).code == "not_found"


def test_a_case_restricted_since_is_its_assignees_for_the_past_too() -> None:
    story = Story()
    case = story.identified()
    then = story.now
    story.wait("1m")
    story.by("visal", "restrict_case", case, restricted=True, reasons="x")
    assert refused(lambda: story.read_as_known("care", case, then)).code == "not_found"


@pytest.mark.parametrize("roles", [(), ("liaison", "intake")])
def test_a_mission_has_no_past_whether_the_case_is_there_or_not(roles: tuple[str, ...]) -> None:
    story = Story()
    case, _ = story.asked()
    now = story.now
    assert story.read("vn", case, roles)["mission"] == "VN"
    for stream in (case, "VIC-2022-999999"):
        told = refused(lambda s=stream: story.read_as_known("vn", s, now, roles))  # type: ignore[misc]
        assert told.code == "forbidden"


def test_every_kind_of_stream_has_a_past() -> None:
    story = Story()
    charges = {"court": "Phnom Penh", "reference": "1/22", "charges": ["x"], "province": "KH-12"}
    court = story.by("just", "open_court_case", **charges)["stream"]
    then = story.now
    story.wait("1h")
    name = {"name": "Chen", "nationality": "CN", "sex": "M"}
    story.by("just", "bring_before_court", court, suspect=name, at=story.at())
    assert story.read_as_known("just", court, then)["state"] == "OPENED"
    assert story.read("just", court)["state"] == "IN_COURT"
