import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from homeward.eventstore import chain
from homeward.eventstore.pool import Pool
from tests.eventstore.telling import NOON

CASE = "VIC-2026-482911"
RECORD = "select * from es.record_erasure($1, $2, $3, $4)"


async def record(pool: Pool, event: UUID, *subjects: str) -> asyncpg.Record:
    row = await pool.fetchrow(RECORD, CASE, event, list(subjects), NOON)
    assert row is not None
    return row


async def test_erasures_are_numbered_and_chained_as_the_format_says(pool: Pool) -> None:
    tip = chain.GENESIS
    for number, subjects in enumerate([["b", "a", "É", "Z"], [CASE]], start=1):
        row = await record(pool, event := uuid4(), *subjects)
        assert row["number"] == number
        assert row["subjects"] == sorted(subjects)
        assert row["prev"] == tip
        tip = chain.erasure_hash(tip, case=CASE, event=event, subjects=subjects, at=NOON)
        assert row["hash"] == tip


async def test_an_erasure_told_again_or_by_many_at_once_is_one_line(pool: Pool) -> None:
    event = uuid4()
    first = await record(pool, event, CASE)
    later = await pool.fetchrow(RECORD, CASE, event, ["else"], NOON + timedelta(days=1))
    assert later == first
    await asyncio.gather(*(record(pool, each, CASE) for each in [uuid4() for _ in range(4)] * 2))
    numbers = await pool.fetch("select number from es.erasure order by number")
    assert [row[0] for row in numbers] == [1, 2, 3, 4, 5]


async def test_a_subject_of_two_lines_is_refused(pool: Pool) -> None:
    with pytest.raises(asyncpg.InvalidParameterValueError):
        await record(pool, uuid4(), "one\ntwo")


async def test_reads_are_numbered_without_a_gap_whatever_is_rolled_back(pool: Pool) -> None:
    read = "select es.record_read($1, 'sokha', 'case', $2, '{identity}')"
    await pool.execute(read, NOON, [CASE])
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(read, NOON, [CASE, CASE])
        await transaction.rollback()
    await pool.execute(read, NOON, [None, CASE])
    numbers = await pool.fetch("select id from es.access_log order by id")
    assert [row[0] for row in numbers] == [1, 2, 3]
