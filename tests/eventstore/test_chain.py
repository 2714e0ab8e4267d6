from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from homeward.eventstore import chain
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.readmodel import access_log
from tests.eventstore.telling import new, note, tell

EVENTS = "select * from es.event order by stream_id, version"


def rehash(prev: bytes, row: Mapping[str, Any]) -> bytes:
    return chain.event_hash(
        prev, stream=row["stream_id"], version=row["version"], event_id=row["event_id"],
        command_id=row["command_id"], command=row["command"], type_=row["type"],
        schema_v=row["schema_v"], actor=row["actor"], roles=row["roles"], cause=row["cause"],
        occurred_at=row["occurred_at"], recorded_at=row["recorded_at"], data=row["data"],
    )  # fmt: skip


async def test_the_chain_is_what_its_twin_in_python_computes(
    store: PostgresEventStore, pool: Pool
) -> None:
    one, two = new("INC"), new("CRT")
    state = one
    for nth in range(4):
        commit = tell(state, note(f"{nth}" * 40), note(task="ភាសាខ្មែរ"))
        await store.append(commit)
        state = commit.after[one.id]
    await store.append(tell(two, note(), on=[(state, note())]))

    rows = await pool.fetch("select stream_id, head from es.stream")
    heads = {row["stream_id"]: row["head"] for row in rows}
    computed: dict[str, bytes] = {}
    for row in await pool.fetch(EVENTS):
        prev = computed.get(row["stream_id"], chain.GENESIS)
        assert row["prev"] == prev
        computed[row["stream_id"]] = rehash(prev, dict(row))
        assert row["hash"] == computed[row["stream_id"]]
    assert computed == heads


async def test_any_change_of_an_event_changes_its_hash(
    store: PostgresEventStore, pool: Pool
) -> None:
    await store.append(tell(new(), note()))
    row = dict((await pool.fetch(EVENTS))[0])
    true = rehash(chain.GENESIS, row)
    later = row["occurred_at"] + timedelta(microseconds=1)
    for column, other in {
        "stream_id": "INC-2026-000000", "version": 2, "event_id": row["command_id"],
        "command_id": row["event_id"], "command": "", "type": "Note", "schema_v": 2,
        "actor": "dara", "roles": ["supervisor"], "cause": row["event_id"],
        "occurred_at": later, "recorded_at": later, "data": row["data"] + b" ",
    }.items():  # fmt: skip
        assert rehash(chain.GENESIS, {**row, column: other}) != true, column


async def test_reads_are_chained_over_all_streams(store: PostgresEventStore, pool: Pool) -> None:
    at = tell(new(), note()).events[0].recorded_at
    await access_log.record(pool, "sokha", "case", "VIC-2026-000001", ["identity", "health"], at)
    await access_log.record(
        pool, "dara", "handoffs", ["VIC-2026-000001", "VIC-2026-000002"], [], at
    )
    await access_log.record(pool, "dara", "report", None, [], at)

    prev = chain.GENESIS
    rows = await pool.fetch("select * from es.access_log order by id")
    for row in rows:
        assert row["prev"] == prev
        prev = chain.read_hash(
            prev, at=row["at"], actor=row["actor"], what=row["what"], stream=row["stream_id"],
            sections=row["sections"],
        )  # fmt: skip
        assert row["hash"] == prev
    assert len(rows) == 4
    newest, *_ = await access_log.reads(pool, stream="VIC-2026-000001")
    assert (newest.actor, newest.what, newest.at) == ("dara", "handoffs", at)
    assert [read.sections for read in await access_log.reads(pool, actor="sokha")] == [
        ("health", "identity")
    ]
