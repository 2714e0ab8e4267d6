"""After stories about everything that is sealed: not one word of it on any disk, in any log."""

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest

from homeward.dev.running import settings_of
from homeward.dev.scenario.format import Crash, Do, Read, Story, read_story
from homeward.dev.scenario.live import open_live
from homeward.dev.scenario.runner import Telling
from homeward.dev.stack import Stack
from tests.sentinel.planting import CONTROL, Planter, PlantingEngine, every_field
from tests.stacks import own_stack

pytestmark = [pytest.mark.sentinel, pytest.mark.timeout(1500)]
TOLD = Path(__file__).parents[1] / "scenarios"
STORIES = (
    "61b-found-unharmed", "54-victim-and-suspect", "note-stateless-is-not-sent-home",
    "request-declined-and-merged", "note-open-interview", "repetition-tells-the-first-answer",
    "note-place-in-care", "08-room-819-only", "note-about", "operation-rules",
    "24-waiver-outlives-the-status", "track-handoff", "59-family-recruited-the-child",
    "state-close-case", "note-waiver-grounds", "44-passport-found-as-an-exhibit",
    "correction-of-a-birth-date", "note-deportation-and-fear", "note-assessment-returned",
    "10-not-confined-said-before-guards", "operation-suspects", "note-reflection",
    "note-restricted-case", "task-of-the-way-home", "incident-rules", "read-break-glass",
    "note-screening", "service-refuses-permits", "service-refuses",
    "service-mission-answers-in-full", "court-case", "note-overrides", "note-deportation-order",
    "61-found-in-another-compound", "15-no-interpreter-in-the-language", "erasure",
)  # fmt: skip
"""Together they give every command that takes sealed words, and partners speak."""
A_PARTNERS_OWN = ("sandbox.sqlite3",)
"""The books of the partners that are played; they are not ours."""
ROWS = """
select format('%I.%I', table_schema, table_name) from information_schema.tables
 where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
"""


@pytest.fixture
def stack() -> Iterator[Stack]:
    with own_stack() as stack:
        yield stack


@pytest.fixture
async def engine(stack: Stack) -> AsyncIterator[PlantingEngine]:
    assert stack.wiring is not None
    async with AsyncExitStack() as closing:
        live = await open_live(settings_of(stack.wiring.env()), closing)
        live.__class__ = PlantingEngine
        assert isinstance(live, PlantingEngine)
        live.planter = Planter()
        live.listen()
        yield live


def without_refusals(story: Story) -> Story:
    """Only what comes about: sentinels are planted in what is told, not in what is expected."""
    steps = [
        (where, step)
        for where, step in story.steps
        if not isinstance(step, (Read, Crash)) and not (isinstance(step, Do) and step.refused)
    ]
    return story.model_copy(update={"steps": steps, "then": []})


def forms_of(word: bytes) -> Iterator[bytes]:
    """The word, and how it reads within base64, wherever it begins."""
    yield word
    for before in range(3):
        within = base64.b64encode(bytes(before) + word)
        yield within[4 if before else 0 : -4]


def on_disk(folders: tuple[Path, ...], words: set[bytes]) -> set[str]:
    """Each file and word found in it; WAL, logs and Temporal's file among them."""
    return {
        f"{path.name}: {word.decode()}"
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(A_PARTNERS_OWN)
        for content in (path.read_bytes(),)
        for word in words
        if word in content
    }


async def in_rows(url: str, words: set[bytes]) -> set[str]:
    """As `on_disk`, of every table's rows: what PostgreSQL may have compressed."""
    connection = await asyncpg.connect(url)
    found = set()
    try:
        for (table,) in await connection.fetch(ROWS):
            for row in await connection.fetch(f"select * from {table}"):
                content = b"\n".join(
                    value if isinstance(value, bytes) else str(value).encode()
                    for value in row.values()
                )
                found |= {f"{table}: {word.decode()}" for word in words if word in content}
    finally:
        await connection.close()
    return found


async def test_not_one_sealed_word_is_found_in_clear(stack: Stack, engine: PlantingEngine) -> None:
    assert stack.wiring is not None
    planter = engine.planter
    for name in STORIES:
        story = without_refusals(read_story(TOLD / f"{name}.yaml"))
        await Telling(story, engine).tell()
    words = {form for word in planter.planted for form in forms_of(word.encode())}
    disks = (stack.home.path, stack.home.postgres)
    assert on_disk(disks, words) == set()
    assert await in_rows(stack.wiring.database_url, words) == set()
    control = {CONTROL.encode()}
    assert on_disk((stack.home.postgres,), control)
    assert await in_rows(stack.wiring.database_url, control)
    assert on_disk((stack.home.path,), {b"VIC-2022-"}) >= {
        f"{stack.home.temporal_file.name}: VIC-2022-"
    }
    assert len(planter.errors) > len(STORIES)
    assert [word for word in planter.planted for error in planter.errors if word in error] == []
    assert sorted(every_field() - planter.accepted) == []
    sealed = {word for word, where in planter.planted.items() if not where.endswith(" fault")}
    assert len(sealed) >= 200
