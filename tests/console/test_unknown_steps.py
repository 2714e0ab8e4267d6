"""What a later release wrote is a step like any other: never dropped, never judged harmless."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from homeward.domain.facts import Event
from homeward.domain.streams import fold
from homeward.edge.people import PEOPLE
from homeward.eventstore import codec
from tests.console.conftest import Browser
from tests.console.memory_edge import MemoryEdge

BOX = {"subject": "s", "compartment": "health", "field": "f", "key": "k", "box": "Y2xvc2Vk"}


def later(type_: str, version: int, stream: str, after: Event) -> Event:
    data = codec._encode({"finding": "grave", "report": BOX})
    return Event(
        id=uuid4(), stream=stream, version=after.version + 1,
        fact=codec.decode(type_, version, data), by="visal", roles=("supervisor",),
        command="examine_again", command_id=uuid4(), cause=None,
        occurred_at=after.occurred_at, recorded_at=after.recorded_at,
    )  # fmt: skip


@pytest.fixture
def case(edge: MemoryEdge, case_in: Any) -> Iterator[str]:
    """A case to which a later release has added two steps."""
    stream: str = case_in("SCREENED")
    store = edge.engine.store
    events, state = store.streams[stream], store.states[stream]
    new = [later("ExaminedAgain", 1, stream, events[-1])]
    new.append(later("HoldPlaced", 99, stream, new[0]))
    store.streams[stream] = [*events, *new]
    store.states[stream] = fold(state, new)
    yield stream
    store.streams[stream], store.states[stream] = events, state


async def told(edge: MemoryEdge, case: str, who: str) -> list[dict[str, Any]]:
    actor = PEOPLE[who].actor(who)
    found = (await edge.timeline("case", case, actor, limit=500))["events"]
    return [
        event for event in found if event["type"] in ("ExaminedAgain", "HoldPlaced", "UnknownFact")
    ]


async def test_an_auditor_reads_a_step_of_a_later_release_with_all_it_holds(
    edge: MemoryEdge, case: str
) -> None:
    *_, examined, held = await told(edge, case, "aud")
    assert (examined["type"], held["type"]) == ("ExaminedAgain", "HoldPlaced")
    assert examined["fields"]["finding"] == "grave"
    assert examined["fields"]["report"] == {"unreadable": "missing"}  # no key of ours opens it


@pytest.mark.parametrize("who", ["sok", "visal", "care"])
async def test_others_see_that_something_happened_and_nothing_of_what(
    edge: MemoryEdge, case: str, who: str
) -> None:
    unknown = [event for event in await told(edge, case, who) if event["type"] == "UnknownFact"]
    assert len(unknown) == 1  # of a hold in a newer shape not even that: it may be a secret
    assert (unknown[0]["fields"], unknown[0]["command"], unknown[0]["why"]) == ({}, "", None)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "A step that this release does not know"), ("km", "ជំហានដែលកំណែនេះមិនទាន់ស្គាល់")],
)
async def test_the_console_shows_it_in_both_languages(
    browser: Browser, case: str, lang: str, words: str
) -> None:
    await browser.sign_in("sok")
    page = await browser.get(f"/cases/{case}/history", params={"lang": lang})
    assert page.status_code == 200
    assert words in page.text
    assert "grave" not in page.text
    await browser.sign_in("aud")
    page = await browser.get(f"/cases/{case}/history", params={"lang": lang})
    assert "grave" in page.text
