import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from homeward.domain.actors import person
from homeward.eventstore import statements
from homeward.eventstore.pool import SESSION, Pool
from homeward.eventstore.postgres import PostgresEventStore, _arguments
from homeward.ports import Commit, KnownCommand, Unavailable
from tests.eventstore.telling import armed, new, note, tell

CUT_OFF_WHO_WAITS = """select pg_terminate_backend(pid) from pg_stat_activity
  where wait_event_type = 'Lock' and datname = current_database()"""


def first_answer(commit: Commit) -> KnownCommand:
    return KnownCommand(commit.order.fingerprint, commit.order.actor.id, commit.answer)


async def test_one_command_sent_eight_times_at_once_is_done_once(store: PostgresEventStore) -> None:
    commit = tell(new(), note())
    answers = await asyncio.gather(*(store.append(commit) for _ in range(8)))

    assert Counter(answer.status for answer in answers) == {"done": 1, "repeat": 7}
    assert all(answer.known == first_answer(commit) for answer in answers if answer.known)
    assert len(await store.read(commit.order.stream)) == 1


async def test_of_eight_commands_at_one_version_one_is_done_and_the_others_load_again(
    store: PostgresEventStore,
) -> None:
    blank = new()
    opening = tell(blank, note())
    await store.append(opening)
    opened = opening.after[blank.id]
    answers = await asyncio.gather(*(store.append(tell(opened, note())) for _ in range(8)))

    assert Counter(answer.status for answer in answers) == {"done": 1, "conflict": 7}
    assert [event.version for event in await store.read(blank.id)] == [1, 2]


async def test_of_eight_commands_that_open_one_stream_one_does(store: PostgresEventStore) -> None:
    blank = new()
    answers = await asyncio.gather(*(store.append(tell(blank, note())) for _ in range(8)))

    assert Counter(answer.status for answer in answers) == {"done": 1, "conflict": 7}
    assert len(await store.read(blank.id)) == 1


async def test_a_late_repeat_gets_the_first_answer_whatever_has_changed(
    store: PostgresEventStore,
) -> None:
    first = tell(new(), note())
    await store.append(first)
    await store.append(tell(first.after[first.order.stream], note("2222")))
    again = await store.append(first)

    assert again.status == "repeat"
    assert again.known == first_answer(first)
    assert await store.command(first.order.command_id) == again.known


@pytest.mark.parametrize(
    "changed", [{"fingerprint": "another body"}, {"actor": person("dara", ["officer"])}]
)
async def test_a_command_id_used_again_for_something_else_is_a_duplicate_key(
    store: PostgresEventStore, changed: dict[str, Any]
) -> None:
    first = tell(new(), note())
    await store.append(first)
    other = await store.append(
        tell(new(), note("2222"), command_id=first.order.command_id, **changed)
    )

    assert other.status == "duplicate_key"
    assert other.known == first_answer(first)


async def test_one_command_id_on_two_streams_at_once_is_done_on_one(
    store: PostgresEventStore, pool: Pool
) -> None:
    command_id = uuid4()
    commits = [tell(new(), note(), command_id=command_id) for _ in range(8)]
    answers = await asyncio.gather(*(store.append(commit) for commit in commits))

    assert Counter(answer.status for answer in answers) == {"done": 1, "repeat": 7}
    assert await pool.fetchval("select count(*) from es.event") == 1
    assert await pool.fetchval("select count(*) from es.stream") == 1


async def test_several_streams_get_their_events_together_or_not_at_all(
    store: PostgresEventStore,
) -> None:
    one, two = new("INC"), new("CRT")
    first = tell(one, note(), on=[(two, note())])
    assert (await store.append(first)).status == "done"
    again = tell(first.after[one.id], note(), on=[(two, note())])
    assert (await store.append(again)).status == "conflict"

    assert len(await store.read(one.id)) == 1
    (told,) = await store.read(two.id)
    assert told.cause == first.events[0].id


async def test_appends_to_the_same_streams_in_any_order_never_block_each_other(
    store: PostgresEventStore,
) -> None:
    one, two = new("INC"), new("CRT")
    commits = [
        tell(a, note(), on=[(b, note())]) for a, b in [(one, two), (two, one)] for _ in range(5)
    ]
    answers = await asyncio.gather(*(store.append(commit) for commit in commits))
    assert Counter(answer.status for answer in answers) == {"done": 1, "conflict": 9}


async def test_a_conflict_leaves_no_trace_of_a_stream_it_would_have_opened(
    store: PostgresEventStore, pool: Pool
) -> None:
    known, blank = new(), new("CRT")
    await store.append(tell(known, note()))
    late = tell(known, note(), on=[(blank, note())])

    assert (await store.append(late)).status == "conflict"
    assert await store.command(late.order.command_id) is None
    assert not await pool.fetchval("select count(*) from es.stream where stream_id = $1", blank.id)


async def test_a_command_without_events_leaves_no_row(
    store: PostgresEventStore, pool: Pool
) -> None:
    commit = tell(new())
    assert (await store.append(commit)).status == "done"
    assert await store.command(commit.order.command_id) is None


async def test_a_connection_cut_before_the_commit_leaves_nothing(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    commit = tell(new(), note())
    connection = await asyncpg.connect(database_url, server_settings=SESSION)
    transaction = connection.transaction()
    await transaction.start()
    row = await connection.fetchrow(statements.APPEND, *_arguments(commit))
    assert row is not None
    assert row["status"] == "done"
    await pool.execute("select pg_terminate_backend($1)", connection.get_server_pid())

    assert (await store.append(commit)).status == "done"
    assert len(await store.read(commit.order.stream)) == 1
    connection.terminate()


async def test_a_server_that_cuts_us_off_is_away_and_then_there_again(
    store: PostgresEventStore, pool: Pool, database_url: str
) -> None:
    blocked = new()
    commit = tell(blocked, note())
    await store.append(commit)
    other = await asyncpg.connect(database_url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("select from es.stream for update")
    waiting = asyncio.create_task(store.append(tell(commit.after[blocked.id], note())))
    while not await other.fetch(CUT_OFF_WHO_WAITS):  # noqa: ASYNC110 - only the server knows
        await asyncio.sleep(0)

    with pytest.raises(Unavailable, match="postgresql"):
        await waiting
    await transaction.rollback()
    await other.close()
    assert (await store.append(commit)).status == "repeat"


async def test_a_reserved_id_is_the_same_for_every_repeat(store: PostgresEventStore) -> None:
    command_id = uuid4()
    first, *others = await asyncio.gather(
        *(store.reserve(command_id, f"body {n}", ["request", "case"], 2026) for n in range(8))
    )
    assert all(other == first for other in others)
    assert first["case"].startswith("VIC-2026-")
    assert len(first["case"]) == len("VIC-2026-482911")
    assert await store.reserve(command_id, "later", ["case"], 2027) == {"case": first["case"]}


async def test_taken_digits_are_drawn_again(
    store: PostgresEventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    digits = iter([7, 7, 7, 8])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(digits))
    first = await store.reserve(uuid4(), "one", ["case"], 2026)
    second = await store.reserve(uuid4(), "two", ["case"], 2026)
    assert (first["case"], second["case"]) == ("VIC-2026-000007", "VIC-2026-000008")


async def test_sweep_hands_a_stream_to_one_worker_and_again_only_later(
    store: PostgresEventStore,
) -> None:
    due = tell(new(), note()).events[0].recorded_at
    minute = timedelta(minutes=1)
    streams = [new() for _ in range(20)]
    for stream in streams:
        await store.append(tell(stream, note(arms=(armed("silence", due),))))

    assert await store.sweep(due + minute / 2, minute, 100) == []
    later = due + 2 * minute
    handed = await asyncio.gather(*(store.sweep(later, minute, 7) for _ in range(6)))
    given = [each.stream for batch in handed for each in batch]
    assert sorted(given) == sorted(stream.id for stream in streams)
    assert all(each.due == due for batch in handed for each in batch)
    assert await store.sweep(later + minute, minute, 100) == []
    assert len(await store.sweep(later + 3 * minute, minute, 100)) == len(streams)
