"""Stored bytes are read for ever: every event type has examples of every shape that it has had."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from homeward.domain.facts import Fact, NoteAdded
from homeward.eventstore import codec
from tests.eventstore import keeping

KEPT = sorted(keeping.KEPT.glob("*.json"))
NEW = "{0} has no kept example of what it is written as today. Write it: {1}"
CHANGED = """
{0}
Stored bytes are never rewritten, so today's class must go on reading them. A new field needs a
default. For any other change of shape: raise the class's `schema` by one, leave in
homeward/eventstore/codec.py UPCASTERS[type, old version] what makes the new body of the old one,
and write the new version's example: {1}
"""


def named(file: str) -> tuple[str, int]:
    name, version = file.removesuffix(".json").split(".")
    return name, int(version)


@pytest.mark.parametrize("cls", keeping.stored_types(), ids=lambda cls: cls.__name__)
def test_every_event_type_has_a_kept_example_of_what_it_is_written_as(cls: type[Fact]) -> None:
    assert keeping.missing(cls) == [], NEW.format(cls.__name__, keeping.AGAIN)


@pytest.mark.parametrize("file", [kept.name for kept in KEPT])
def test_what_was_once_written_is_read_by_todays_class(file: str) -> None:
    name, version = named(file)
    cls = Fact.kinds.get(name)
    assert cls is not None, f"{name} was stored once, so its class stays."
    lost = keeping.lost(cls, version)
    assert lost == [], CHANGED.format("\n".join(lost), keeping.AGAIN)


def test_every_version_up_to_todays_has_its_example_and_its_upcaster() -> None:
    kept = {named(file.name) for file in KEPT}
    for cls in keeping.stored_types():
        older = range(1, cls.schema)
        assert {(cls.__name__, version) for version in older} <= kept
        assert {(cls.__name__, version) for version in older} <= codec.UPCASTERS.keys()


@pytest.fixture
def other_note() -> Iterator[type[Fact]]:
    class Changed(Fact, kw_only=True):
        schema: ClassVar[int] = 1
        words: str
        task: str | None = None

    Changed.__name__ = "NoteAdded"
    del Fact.kinds["Changed"]
    Fact.kinds["NoteAdded"] = Changed
    codec.reader.cache_clear()
    yield Changed
    Fact.kinds["NoteAdded"] = NoteAdded
    codec.reader.cache_clear()


def test_a_changed_shape_without_a_new_version_is_told_field_by_field(
    other_note: type[Fact],
) -> None:
    told = "\n".join(keeping.lost(other_note, 1))

    assert "NoteAdded 1 is not read" in told
    assert "words" in told
    assert keeping.missing(other_note)


def test_a_field_that_is_gone_is_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    class Less(Fact, kw_only=True):
        text: object = None

    Less.__name__ = "NoteAdded"
    del Fact.kinds["Less"]
    monkeypatch.setitem(Fact.kinds, "NoteAdded", Less)
    codec.reader.cache_clear()
    assert "NoteAdded 1 loses restricted_to" in keeping.lost(Less, 1)
    codec.reader.cache_clear()
