"""Nobody can count what is hidden from them."""

import pytest

from tests.domain.story import Story, refused


@pytest.mark.parametrize("name", ["sok", "maly", "care", "visal", "aud"])
def test_the_steps_that_a_reader_sees_are_numbered_without_a_gap(name: str) -> None:
    story = Story()
    case = story.documented()
    place = {"place": "House 12", "kind": "shelter", "deprived_of_liberty": False}
    story.by("care", "place_in_care", case, **place)
    story.by("care", "raise_protection_claim", case, kind="asylum")
    story.by("care", "add_note", case, text="-")
    seen = story.timeline(name, case)
    assert [step["number"] for step in seen] == list(range(1, len(seen) + 1))
    assert all(("version" in step) == (name == "aud") for step in seen)


def test_pages_of_a_history_follow_each_other_for_whom_much_is_hidden() -> None:
    story = Story()
    case = story.documented()
    whole = story.timeline("maly", case)
    assert len(whole) < len(story.events(case))
    paged = [
        step for at in range(0, 99, 3) for step in story.timeline("maly", case, after=at, limit=3)
    ]
    assert paged == whole


def test_a_mission_is_answered_with_its_own_steps_and_no_version() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answered("vn", "accept_handoff", case, handoff=handoff)
    fields = {"handoff": handoff, "answer": "not_ours"}
    answer = story.answered("vn", "answer_handoff", case, **fields)
    assert "HoldPlaced" in story.events(case)
    assert [event["type"] for event in answer.events] == ["HandoffAnswered", "NationalityDenied"]
    assert answer.version is None


def test_a_mission_that_is_refused_is_told_no_version_and_may_not_guess_one() -> None:
    story = Story()
    case, handoff = story.asked()
    told = refused(lambda: story.by("vn", "answer_handoff", case, handoff=handoff, answer="done"))
    assert (told.code, told.version) == ("wrong_state", None)
    fields = {"handoff": handoff}
    for guess in (1, 999):
        told = refused(
            lambda n=guess: story.do(  # type: ignore[misc]
                "vn", (), "accept_handoff", case, fields, expected_version=n
            )
        )
        assert (told.code, told.names) == ("invalid", ("expected_version",))
