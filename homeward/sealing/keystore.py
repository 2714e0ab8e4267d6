"""Where wrapped keys lie, and who of those they belong to is forgotten.

es_keys may be a database of its own (HOMEWARD_KEYS_DATABASE_URL); who is forgotten always stands in
the main one, written in the transaction of the fact that says so.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from homeward.eventstore.pool import Pool, reaching
from homeward.ports_keys import Wrapped
from homeward.sealing.box import Owned

COLUMNS = "key_id, subject, compartment, wrapped, kek, proof"
BY_OWNER = f"""
select {COLUMNS} from es_keys.subject_key
  join unnest($1::text[], $2::text[]) as wanted (subject, compartment) using (subject, compartment)
"""  # noqa: S608 - COLUMNS is a constant
BY_ID = f"select {COLUMNS} from es_keys.subject_key where key_id = any ($1)"  # noqa: S608
ADD = """
insert into es_keys.subject_key (key_id, subject, compartment, wrapped, kek, proof, created_at)
select *, $7::timestamptz
  from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::int[], $6::bytea[])
on conflict (subject, compartment) do nothing
"""
FORGOTTEN = """
select (select coalesce(max(number), 0) from es.erasure) as erasures,
       array(select subject from es.erased where subject = any ($1)) as forgotten
"""
DESTROY = """
update es_keys.subject_key set wrapped = null, destroyed_at = $2
 where subject = any ($1) and destroyed_at is null
"""
OLD = f"""
select {COLUMNS} from es_keys.subject_key
 where kek < $1 and wrapped is not null and key_id > $2 order by key_id limit $3
"""  # noqa: S608
REPLACE = """
update es_keys.subject_key k set wrapped = n.wrapped, kek = n.kek
  from unnest($1::text[], $2::bytea[], $3::int[], $4::int[]) as n (key_id, wrapped, kek, was)
 where k.key_id = n.key_id and k.kek = n.was and k.wrapped is not null
"""
LISTED = """
select key_id as key, subject, compartment, kek as version, created_at::text as created,
       destroyed_at::text as destroyed
  from es_keys.subject_key where $1 = '' or subject = $1 order by created_at, key_id limit $2
"""
COUNTS = """
select kek, count(*) filter (where wrapped is not null) as living,
       count(*) filter (where wrapped is null) as destroyed
  from es_keys.subject_key group by kek order by kek
"""


class KeyRow(msgspec.Struct, frozen=True):
    """One person's key of one compartment, as it is kept. `wrapped` None: destroyed."""

    id: str
    subject: str
    compartment: str
    wrapped: Wrapped | None
    proof: bytes
    """Tells the right key from another one, and nothing about it (`proof_of`)."""

    @property
    def owner(self) -> Owned:
        return (self.subject, self.compartment)  # type: ignore[return-value] # as it was kept


class Forgotten(msgspec.Struct, frozen=True):
    """Which of the subjects that were asked about, and how many erasures are on record."""

    subjects: frozenset[str]
    erasures: int


class Count(msgspec.Struct, frozen=True):
    """How many keys one version wraps, and how many it wrapped that are destroyed."""

    kek: int
    living: int
    destroyed: int


class KeyStore(Protocol):
    """Raises Unavailable("postgresql")."""

    async def of(self, owners: Collection[Owned]) -> list[KeyRow]: ...

    async def named(self, ids: Collection[str]) -> list[KeyRow]: ...

    async def add(self, rows: Sequence[KeyRow], at: datetime) -> None:
        """Of two that make a key for the same owner, the first is kept: read it again."""
        ...

    async def forgotten(self, subjects: Collection[str]) -> Forgotten: ...


class PostgresKeyStore:
    """`keys` holds es_keys, `main` the record."""

    def __init__(self, main: Pool, keys: Pool | None = None) -> None:
        self._main = main
        self._keys = keys or main

    async def of(self, owners: Collection[Owned]) -> list[KeyRow]:
        pairs = sorted(owners)
        with reaching():
            found = await self._keys.fetch(BY_OWNER, [s for s, _ in pairs], [c for _, c in pairs])
        return [_row(*row) for row in found]

    async def named(self, ids: Collection[str]) -> list[KeyRow]:
        with reaching():
            return [_row(*row) for row in await self._keys.fetch(BY_ID, list(ids))]

    async def add(self, rows: Sequence[KeyRow], at: datetime) -> None:
        made = [(row, row.wrapped) for row in rows if row.wrapped is not None]
        with reaching():
            await self._keys.execute(
                ADD, [row.id for row, _ in made], [row.subject for row, _ in made],
                [row.compartment for row, _ in made], [wrapped.box for _, wrapped in made],
                [wrapped.kek for _, wrapped in made], [row.proof for row, _ in made], at,
            )  # fmt: skip

    async def forgotten(self, subjects: Collection[str]) -> Forgotten:
        with reaching():
            row = await self._main.fetchrow(FORGOTTEN, list(subjects))
        assert row is not None
        return Forgotten(frozenset(row["forgotten"]), row["erasures"])

    async def destroy(self, subjects: Iterable[str], at: datetime) -> int:
        """Every key of these subjects, for good; how many there were. Harmless to repeat."""
        with reaching():
            done = await self._keys.execute(DESTROY, sorted(subjects), at)
        return int(done.split()[-1])

    async def older(self, kek: int, after: str, limit: int) -> list[KeyRow]:
        """Keys that a version before `kek` wraps, by id."""
        with reaching():
            return [_row(*row) for row in await self._keys.fetch(OLD, kek, after, limit)]

    async def replace(self, rows: Sequence[tuple[KeyRow, Wrapped]]) -> None:
        """The same keys, wrapped anew; one that was destroyed meanwhile stays destroyed."""
        with reaching():
            await self._keys.execute(
                REPLACE, [row.id for row, _ in rows], [new.box for _, new in rows],
                [new.kek for _, new in rows],
                [row.wrapped.kek if row.wrapped else 0 for row, _ in rows],
            )  # fmt: skip

    async def counts(self) -> list[Count]:
        with reaching():
            return [Count(*row) for row in await self._keys.fetch(COUNTS)]

    async def listed(self, subject: str, limit: int) -> list[dict[str, Any]]:
        """For people: everything but the keys; of one subject, or of all (empty)."""
        with reaching():
            return [dict(row) for row in await self._keys.fetch(LISTED, subject, limit)]

    async def close(self) -> None:
        if self._keys is not self._main:
            await self._keys.close()


def proof_of(id_: str, secret: bytes) -> bytes:
    return hmac.digest(secret, b"homeward key " + id_.encode(), hashlib.sha256)[:16]


def _row(
    id_: str, subject: str, compartment: str, wrapped: bytes | None, kek: int, proof: bytes
) -> KeyRow:
    box = None if wrapped is None else Wrapped(wrapped, kek)
    return KeyRow(id_, subject, compartment, box, proof)
