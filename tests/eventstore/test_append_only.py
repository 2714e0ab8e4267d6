import asyncpg
import pytest

from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.readmodel import access_log
from tests.eventstore.telling import new, note, tell

KEPT = {
    "event": "stream_id", "command": "stream_id", "reservation": "stream_id", "access_log": "what",
    "ledger": "stream_id", "node": "hash", "erasure": "case_id", "checkpoint": "note",
    "public_key": "key", "cosignature": "line",
}  # fmt: skip
"""Each table that keeps what happened, and a column of it."""
FILLED = """
insert into es.ledger select 0, stream_id, version, hash from es.event;
insert into es.node select 1, 0, leaf from es.ledger;
select es.record_erasure('VIC-2026-482911', gen_random_uuid(), '{VIC-2026-482911}', '2026-03-02');
insert into es.checkpoint values (1, 1, '2026-03-02', 'a note');
insert into es.public_key values ('a key', false, '2026-03-02');
insert into es.cosignature values (1, 'court', 'a line');
"""
DEFACING = ("update es.{0} set {1} = {1}", "delete from es.{0}", "truncate es.{0} cascade")
SETTINGS = (
    "select 1",
    "set session_replication_role = replica",
    "set eventstore.enable_hard_deletes = on",
    "set row_security = off",
)


@pytest.fixture
async def filled(store: PostgresEventStore, pool: Pool) -> None:
    commit = tell(new(), note())
    await store.append(commit)
    await store.reserve(commit.order.command_id, "told", ["case"], 2026)
    at = commit.events[0].recorded_at
    await access_log.record(pool, "sokha", "case", commit.order.stream, ["identity"], at)
    await pool.execute(FILLED)


@pytest.mark.parametrize("setting", SETTINGS)
async def test_what_happened_cannot_be_changed_or_removed_whatever_a_session_sets(
    filled: None, database_url: str, setting: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(setting)
    for table, column in KEPT.items():
        for statement in DEFACING:
            with pytest.raises(asyncpg.PostgresError, match="append-only") as refusal:
                await connection.execute(statement.format(table, column))
            assert refusal.value.sqlstate == "P0A01"
        assert await connection.fetchval(f"select count(*) from es.{table}") == 1
    await connection.close()
