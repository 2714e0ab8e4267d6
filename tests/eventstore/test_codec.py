import json

import pytest

from homeward.domain.facts import Fact, NoteAdded
from homeward.domain.streams import fold
from homeward.eventstore import codec
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from tests.eventstore.telling import NOON, armed, new, note, tell


def test_a_fact_is_read_as_it_was_written_with_its_keys_in_order() -> None:
    fact = note(task="notify_kin", arms=(armed("silence", NOON),))
    data = codec.encode(fact)

    assert codec.decode("NoteAdded", 1, data) == fact
    assert data == json.dumps(json.loads(data), sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(("name", "version"), [("NeverHeardOf", 1), ("NoteAdded", 99)])
def test_a_fact_of_a_later_release_is_shown_as_it_is(name: str, version: int) -> None:
    fact = codec.decode(name, version, b'{"anything": [1]}')

    assert isinstance(fact, codec.UnknownFact)
    assert (fact.name, fact.version, fact.raw) == (name, version, {"anything": [1]})
    assert "UnknownFact" not in Fact.kinds


async def test_an_unknown_event_is_read_and_folds_as_nothing(
    store: PostgresEventStore, pool: Pool
) -> None:
    blank = new()
    commit = tell(blank, note())
    await store.append(commit)
    await pool.execute(
        """insert into es.event select stream_id, 2, ins, gen_random_uuid(), gen_random_uuid(),
             command, 'LaterFact', 1::smallint, actor, roles, cause, occurred_at, recorded_at,
             '{"new": true}', hash, hash from es.event""".replace(
            "insert into es.event", "insert into es.event overriding system value"
        )
    )
    loaded = await store.load([blank.id])
    state = fold(blank, loaded.events[blank.id])

    assert [type(event.fact) for event in loaded.events[blank.id]] == [NoteAdded, codec.UnknownFact]
    assert state.version == 2
    assert state.notes == commit.after[blank.id].notes


def test_an_older_shape_is_read_through_its_upcasters(monkeypatch: pytest.MonkeyPatch) -> None:
    fact = note("77")
    monkeypatch.setattr(NoteAdded, "schema", 3)
    monkeypatch.setitem(codec.UPCASTERS, ("NoteAdded", 1), lambda body: {"body": body["words"]})
    monkeypatch.setitem(codec.UPCASTERS, ("NoteAdded", 2), lambda body: {"text": body["body"]})
    codec.reader.cache_clear()
    words = json.loads(codec.encode(fact))["text"]

    assert codec.decode("NoteAdded", 1, json.dumps({"words": words}).encode()) == fact
    assert codec.decode("NoteAdded", 2, json.dumps({"body": words}).encode()) == fact
    assert codec.decode("NoteAdded", 3, codec.encode(fact)) == fact
    codec.reader.cache_clear()


def test_bytes_that_are_not_what_their_type_says_are_not_read_as_nothing() -> None:
    with pytest.raises(codec.Unreadable, match=r"NoteAdded 1: .*text"):
        codec.decode("NoteAdded", 1, b'{"about": null}')
