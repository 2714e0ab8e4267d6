"""Brings a schema's owners, rights and row-level security to what `rights.py` says.

Run after every migration, so that a migration need not think of it: a new table is nobody's until
it is written down. Only what differs is touched.
"""

from hashlib import sha256
from pathlib import Path

from homeward.eventstore import rights
from homeward.eventstore.pool import CONTEXT, Connection, Pool
from homeward.eventstore.rights import Schema
from homeward.eventstore.roles import LOGINS, OWNER, name_of

IN_CONTEXT = f"(select current_setting('{CONTEXT}', true)) <> ''"
ROWS = "true"
"""Which rows a role that is in a context may touch. All, so far: who may read which case is decided
above (homeward/domain/access.py). A rule per table would stand in its place."""
PINNED = "pg_catalog, pg_temp"

TABLES = """
select c.oid, c.relname as name, pg_get_userbyid(c.relowner) as owner,
       c.relrowsecurity and c.relforcerowsecurity as guarded
  from pg_class c where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'm', 'v')
 order by c.relname
"""
SEQUENCES = """
select c.relname from pg_class c
 where c.relnamespace = $1::regnamespace and c.relkind = 'S' and pg_get_userbyid(c.relowner) <> $2
   and not exists (select from pg_depend d
                    where d.objid = c.oid and d.classid = 'pg_class'::regclass
                      and d.deptype in ('a', 'i'))
"""
FUNCTIONS = """
select p.oid::regprocedure::text as signature, p.proname as name, p.prosecdef as definer,
       pg_get_userbyid(p.proowner) as owner, p.prokind as kind
  from pg_proc p where p.pronamespace = $1::regnamespace order by 1
"""


class Unlisted(Exception):  # noqa: N818 - says what is not written down
    """A table or a function with the owner's rights of which nobody has said whose it is."""


def mark() -> str:
    """Of this release's rights; the schema's comment, so that a second run has nothing to do."""
    written = [Path(str(module)).read_bytes() for module in (rights.__file__, __file__)]
    return f"rights {sha256(b''.join(written)).hexdigest()[:16]}"


async def in_force(connection: Connection | Pool, schema: str) -> bool:
    """Whether the schema has this release's rights."""
    told = await connection.fetchval(
        "select obj_description(to_regnamespace($1), 'pg_namespace')", schema
    )
    return bool(told == mark())


async def apply(connection: Connection, schema: str) -> None:
    """Raises `Unlisted`, and asyncpg's refusals where the user may not. In one transaction."""
    written = rights.SCHEMAS[schema]
    await connection.execute(_of_schema(schema, written))
    await _tables(connection, schema, written)
    await _functions(connection, schema, written)
    await connection.execute(f"comment on schema {schema} is '{mark()}'")


def _of_schema(schema: str, written: Schema) -> str:
    users, every = (", ".join(map(name_of, which)) for which in (written.users(), LOGINS))
    return f"""
do $$ begin
  if (select nspowner <> '{OWNER}'::regrole from pg_namespace where nspname = '{schema}') then
    alter schema {schema} owner to {OWNER};
  end if;
  if (select pg_has_role(datdba, 'usage') from pg_database where datname = current_database()) then
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to {every}', current_database());
  end if;
end $$;
revoke all on schema {schema} from public, {every};
grant usage on schema {schema} to {users};
"""  # noqa: S608 - names of ours


async def _tables(connection: Connection, schema: str, written: Schema) -> None:
    found = await connection.fetch(TABLES, schema)
    if unlisted := [
        f"{schema}.{row['name']}" for row in found if row["name"] not in written.tables
    ]:
        raise Unlisted(
            f"{', '.join(unlisted)}: say in homeward/eventstore/rights.py which role may do what."
        )
    for row in await connection.fetch(SEQUENCES, schema, OWNER):
        await connection.execute(f"alter sequence {schema}.{row['relname']} owner to {OWNER}")
    for row in found:
        table = f"{schema}.{row['name']}"
        if row["owner"] != OWNER:
            await connection.execute(f"alter table {table} owner to {OWNER}")
        await connection.execute(guard(table) + grants(table, written.rights(row["name"])))
    every = f"all sequences in schema {schema}"
    await connection.execute(grants(every, {"backup": "select"} if written.backed_up else {}))


def guard(table: str, rows: str = ROWS) -> str:
    """Row-level security that holds for the owner too: no context, no rows."""
    return f"""
alter table {table} enable row level security, force row level security;
drop policy if exists context on {table};
create policy context on {table} as restrictive using ({IN_CONTEXT}) with check ({IN_CONTEXT});
drop policy if exists rows on {table};
create policy rows on {table} using ({rows}) with check ({rows});
"""


def grants(table: str, given: rights.Rights) -> str:
    """The role's privileges and no others, whatever it had."""
    every = ", ".join(map(name_of, LOGINS))
    lines = [f"revoke all on {table} from public, {every};"]
    lines += [f"grant {what} on {table} to {name_of(role)};" for role, what in given.items()]
    return "\n".join(lines)


async def _functions(connection: Connection, schema: str, written: Schema) -> None:
    every = ", ".join(map(name_of, LOGINS))
    found = await connection.fetch(FUNCTIONS, schema)
    for row in found:
        known = written.functions.get(row["name"], rights.Function())
        signature = row["signature"]
        if row["definer"] and not known.definer:
            raise Unlisted(
                f"{signature} runs with the owner's rights, and homeward/eventstore/rights.py does "
                "not say so."
            )
        lines = [f"revoke all on routine {signature} from public, {every};"]
        if row["owner"] != OWNER:
            lines.insert(0, f"alter routine {signature} owner to {OWNER};")
        if known.definer:
            lines.append(f"alter function {signature} security definer set search_path = {PINNED};")
        lines += [
            f"grant execute on routine {signature} to {name_of(role)};" for role in known.roles
        ]
        await connection.execute("\n".join(lines))
    if gone := sorted(written.functions.keys() - {row["name"] for row in found}):
        raise Unlisted(f"There is no {', '.join(gone)} in {schema}, which rights.py speaks of.")
