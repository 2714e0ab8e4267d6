"""The project's own stories, each a file beside this one, told to the pure engine."""

import re
from pathlib import Path

import pytest

from homeward.dev.scenario.format import Story, find_scenarios, read_story
from homeward.dev.scenario.memory import MemoryEngine
from homeward.dev.scenario.runner import Telling

HERE = Path(__file__).parent
STORIES = [read_story(path) for path in find_scenarios([HERE])]
TOLD_ELSEWHERE = {1, 2, 3, 9, 31, 63, 64, 68, 69, 70, 72, 74, 76}
"""Edge cases of candidates, imports, groups (`test_groups.py`), reports, exports, erasure and the
log of reads."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
async def test_it_holds_that(story: Story) -> None:
    await Telling(story, MemoryEngine()).tell()


def test_every_edge_case_of_the_domain_has_its_story() -> None:
    told = {int(found[0]) for s in STORIES if (found := re.match(r"[0-9]+", s.path.name))}
    assert set(range(1, 81)) - told == TOLD_ELSEWHERE


def test_every_story_begins_with_its_rule_and_no_two_tell_the_same() -> None:
    titles = [story.title for story in STORIES]
    assert len(set(titles)) == len(titles)
    for story in STORIES:
        assert story.path.read_text(encoding="utf-8").startswith("scenario: ")
