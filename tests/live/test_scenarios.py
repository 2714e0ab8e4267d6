"""The stories on the real stack: the same files, the same answers."""

from pathlib import Path

import pytest

from homeward.dev.scenario.format import find_scenarios, read_story
from homeward.dev.scenario.live import LiveEngine
from homeward.dev.scenario.runner import Telling

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]
STORIES = find_scenarios([Path(__file__).parents[1] / "scenarios"])


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
async def test_the_story_holds_on_the_real_stack(path: Path, live: LiveEngine) -> None:
    await Telling(read_story(path), live).tell()
