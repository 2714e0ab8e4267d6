import asyncpg
import pytest

from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.readmodel import access_log
from tests.eventstore.telling import new, note, tell

KEPT = ("event", "command", "reservation", "access_log")
DEFACING = ("update es.{0} set {1} = {1}", "delete from es.{0}", "truncate es.{0}")
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


@pytest.mark.parametrize("setting", SETTINGS)
async def test_what_happened_cannot_be_changed_or_removed_whatever_a_session_sets(
    filled: None, database_url: str, setting: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(setting)
    for table in KEPT:
        column = "what" if table == "access_log" else "stream_id"
        for statement in DEFACING:
            with pytest.raises(asyncpg.PostgresError, match="append-only") as refusal:
                await connection.execute(statement.format(table, column))
            assert refusal.value.sqlstate == "P0A01"
        assert await connection.fetchval(f"select count(*) from es.{table}") == 1
    await connection.close()
