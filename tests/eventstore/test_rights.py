"""Who may do what in the database, read from its own catalogue."""

import re
from urllib.parse import urlsplit

import asyncpg
import pytest

from homeward.eventstore import chain, privileges
from homeward.eventstore.migrate import migrate
from homeward.eventstore.pool import CONTEXT, Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.rights import SCHEMAS
from homeward.eventstore.roles import LOGINS, OWNER, Role, as_role, becoming, name_of
from tests.eventstore.telling import new, note, tell
from tests.eventstore.test_chain import rehash

NEVER = (
    "event",
    "command",
    "reservation",
    "access_log",
    "ledger",
    "node",
    "checkpoint",
    "erasure",
    "erased",
)
"""What happened: nobody may change, remove or empty these."""
DEFINERS = {"append", "record_read", "record_erasure", "erase_again"}
"""Functions that run with the owner's rights. One more is one more way past every grant."""

GRANTS = """
select c.relnamespace::regnamespace::text || '.' || c.relname as relation,
       coalesce(r.rolname, 'PUBLIC') as grantee,
       lower(a.privilege_type) || coalesce('(' || attname || ')', '') as privilege
  from pg_class c
  join lateral (
    select null as attname, c.relacl as acl
    union all
    select attname::text, attacl from pg_attribute where attrelid = c.oid and attacl is not null
  ) of on true
  cross join lateral aclexplode(of.acl) a
  left join pg_roles r on r.oid = a.grantee
 where c.relnamespace = any ($1::regnamespace[]) and r.rolname is distinct from $2
"""
FUNCTION_GRANTS = """
select p.proname, coalesce(r.rolname, 'PUBLIC')
  from pg_proc p
  cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
  left join pg_roles r on r.oid = a.grantee
 where p.pronamespace = any ($1::regnamespace[]) and r.rolname is distinct from $2
"""


@pytest.fixture
def schemas() -> list[str]:
    return list(SCHEMAS)


def privileges_of(given: str) -> set[str]:
    """`select, update(nudged_at)` -> its parts."""
    return set(re.findall(r"\w+(?:\(\w+\))?", given))


async def test_every_table_hides_its_rows_from_whoever_is_in_no_context(
    pool: Pool, schemas: list[str]
) -> None:
    rows = await pool.fetch(
        """select c.oid::regclass::text as name, relrowsecurity and relforcerowsecurity as forced,
             (select count(*) from pg_policy p
               where p.polrelid = c.oid and p.polname = 'context' and not p.polpermissive) as policies
           from pg_class c
          where relnamespace = any ($1::regnamespace[]) and relkind in ('r', 'p', 'm', 'v')""",
        schemas,
    )
    assert rows
    assert [r["name"] for r in rows if not r["forced"] or r["policies"] != 1] == []


async def test_the_owner_of_everything_cannot_log_in(pool: Pool, schemas: list[str]) -> None:
    owners = await pool.fetch(
        """select distinct pg_get_userbyid(owner) from (
             select relowner as owner, relnamespace as n from pg_class
             union select proowner, pronamespace from pg_proc
             union select nspowner, oid from pg_namespace) o
            where n = any ($1::regnamespace[])""",
        schemas,
    )
    assert [row[0] for row in owners] == [OWNER]
    assert not await pool.fetchval("select rolcanlogin from pg_roles where rolname = $1", OWNER)


async def test_no_role_of_ours_stands_above_the_rules(pool: Pool) -> None:
    rows = await pool.fetch(
        """select rolname from pg_roles where rolname like 'homeward\\_%'
              and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"""
    )
    assert rows == []
    members = await pool.fetch(
        """select r.rolname, m.rolname from pg_auth_members a
             join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
            where r.rolname like 'homeward\\_%' and m.rolname like 'homeward\\_%'"""
    )
    assert {tuple(row) for row in members} == {
        (OWNER, "homeward_migrate"),
        ("homeward_sequencer", "homeward_worker"),
    }


async def test_functions_with_the_owners_rights_are_known_and_search_nowhere_else(
    pool: Pool, schemas: list[str]
) -> None:
    rows = await pool.fetch(
        "select proname, proconfig from pg_proc where pronamespace = any ($1::regnamespace[]) and prosecdef",
        schemas,
    )
    assert {row["proname"] for row in rows} == DEFINERS
    for row in rows:
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"]


async def test_nobody_has_more_than_what_is_written(pool: Pool, schemas: list[str]) -> None:
    found = {tuple(row) for row in await pool.fetch(GRANTS, schemas, OWNER)}
    written = {
        (f"{schema}.{table}", name_of(role), privilege)
        for schema, of in SCHEMAS.items()
        for table in of.tables
        for role, given in of.rights(table).items()
        for privilege in privileges_of(given)
    }
    sequences = await pool.fetch(
        "select schemaname || '.' || sequencename from pg_sequences where schemaname = any ($1)",
        [schema for schema, of in SCHEMAS.items() if of.backed_up],
    )
    assert found == written | {(row[0], "homeward_backup", "select") for row in sequences}
    called = {tuple(row) for row in await pool.fetch(FUNCTION_GRANTS, schemas, OWNER)}
    assert called == {
        (name, name_of(role))
        for of in SCHEMAS.values()
        for name, function in of.functions.items()
        for role in function.roles
    }


async def test_what_happened_is_changed_or_removed_by_nobody(pool: Pool) -> None:
    for table in NEVER:
        for role in LOGINS:
            given = SCHEMAS["es"].rights(table).get(role, "")
            assert privileges_of(given) <= {"select", "insert"}, (table, role)
    assert not any("insert" in given for given in SCHEMAS["es"].rights("event").values())


async def test_every_append_only_trigger_fires_always(pool: Pool) -> None:
    lax = await pool.fetch(
        """select tgrelid::regclass::text, tgname from pg_trigger
            where tgrelid::regclass::text like 'es.%' and not tgisinternal and tgenabled <> 'A'"""
    )
    assert lax == []


async def logged_in(url: str, role: Role) -> "asyncpg.Connection[asyncpg.Record]":
    """As a session of ours, but in no context."""
    return await asyncpg.connect(becoming(url, role))


@pytest.fixture
async def filled(store: PostgresEventStore) -> str:
    commit = tell(new(), note())
    await store.append(commit)
    return commit.order.stream


async def test_without_a_context_a_role_sees_no_row_of_any_table(
    filled: str, database_url: str
) -> None:
    for role in LOGINS:
        connection = await logged_in(database_url, role)
        for table in SCHEMAS["es"].tables:
            if "select" in SCHEMAS["es"].rights(table).get(role, ""):
                assert await connection.fetch(f"select from es.{table}") == [], (role, table)
        await connection.close()
    connection = await logged_in(database_url, "app")
    assert await connection.fetchval("select count(*) from es.event") == 0
    await connection.execute(f"set {CONTEXT} = 'engine'")
    assert await connection.fetchval("select count(*) from es.event") == 1
    await connection.close()


REFUSED: list[tuple[Role, str]] = [
    ("app", "insert into es.event default values"),
    ("app", f"select es.append({', '.join(['null'] * 18)})"),
    ("app", "update es.clock set offset_seconds = 1"),
    ("app", "create table es.mine ()"),
    ("app", "set row_security = off; select from es.event"),
    ("worker", "update es.clock set offset_seconds = 1"),
    ("worker", "update es.stream set version = 0"),
    ("worker", "insert into es.event default values"),
    ("worker", "insert into es.task default values"),
    ("worker", "delete from es.event"),
    ("sequencer", "update es.ledger set leaf = ''"),
    ("audit", "insert into es.access_log default values"),
    ("backup", "truncate es.event"),
    ("keys", "select from es.event"),
    ("keys", "delete from es_keys.subject_key"),
    ("app", "select from es_keys.subject_key"),
    ("worker", "select from es_keys.subject_key"),
    ("audit", "select from es_keys.subject_key"),
    ("backup", "select from es_keys.subject_key"),
    ("migrate", "update es.event set actor = 'somebody'"),
]


async def test_a_role_is_refused_what_is_not_its_own(filled: str, database_url: str) -> None:
    for role, statement in REFUSED:
        connection = await logged_in(database_url, role)
        await connection.execute(f"set {CONTEXT} = 'engine'")
        with pytest.raises(asyncpg.PostgresError) as refusal:
            await connection.execute(statement)
        # the owner's rights do not reach what happened either: there the triggers refuse
        expected = "P0A01" if role == "migrate" else "42501"
        assert refusal.value.sqlstate == expected, (role, statement)
        await connection.close()


async def test_a_role_that_logged_in_takes_no_other_role(filled: str, database_url: str) -> None:
    if urlsplit(database_url).hostname:
        pytest.skip("the given server's roles have no passwords here")
    connection = await asyncpg.connect(as_role(database_url, "app"))
    for other in (OWNER, "homeward_worker", "homeward_audit", "postgres"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(f"set role {other}")
    await connection.close()


async def test_no_client_can_tell_the_database_a_hash(pool: Pool, filled: str) -> None:
    """The one way in takes none, and nobody may write into the events past it."""
    told = await pool.fetchval("select pg_get_function_arguments('es.append'::regproc)")
    assert not re.search("hash|prev|head", told)
    kept = await pool.fetchrow("select * from es.event")
    assert kept is not None
    assert kept["hash"] == rehash(chain.GENESIS, dict(kept))


async def test_a_table_that_nobody_was_given_fails_the_migration(
    pool: Pool, database_url: str
) -> None:
    await pool.execute("create table es.forgotten (name text)")
    await pool.execute("comment on schema es is 'older'")
    with pytest.raises(privileges.Unlisted, match=r"es\.forgotten.*rights\.py"):
        await migrate(database_url)


async def test_a_function_may_not_take_the_owners_rights_unwritten(
    pool: Pool, database_url: str
) -> None:
    await pool.execute(
        "create function es.sly() returns int language sql security definer return 1;"
        "comment on schema es is 'older'"
    )
    with pytest.raises(privileges.Unlisted, match=r"es\.sly"):
        await migrate(database_url)


async def test_a_function_made_anew_gets_its_rights_back_and_a_stray_grant_goes(
    pool: Pool, database_url: str, schemas: list[str]
) -> None:
    await pool.execute(
        """alter function es.record_read security invoker reset all;
           grant execute on function es.record_read to public;
           grant update on es.event to homeward_worker;
           alter table es.event no force row level security;
           comment on schema es is 'older'"""
    )
    assert not await privileges.in_force(pool, "es")
    await migrate(database_url)
    await test_functions_with_the_owners_rights_are_known_and_search_nowhere_else(pool, schemas)
    await test_nobody_has_more_than_what_is_written(pool, schemas)
    await test_every_table_hides_its_rows_from_whoever_is_in_no_context(pool, schemas)
