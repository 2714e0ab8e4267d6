from datetime import datetime, timedelta
from uuid import uuid4

from msgspec.structs import replace

from homeward.domain.case.state import Case
from homeward.domain.facts import (
    ConflictRecorded,
    DeadlineExtended,
    DeadlinePassed,
    ServiceCallFailed,
)
from homeward.domain.sealed import Sealed
from homeward.domain.streams import Call
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.projection import summary
from tests.eventstore.telling import armed, new, note, tell

DAY = timedelta(days=1)


async def test_deadlines_follow_their_streams(store: PostgresEventStore, at: datetime) -> None:
    blank = new()
    first = tell(blank, note(arms=(
        armed("patience", at + 40 * DAY), armed("courtesy", at + DAY, at + 3 * DAY, instance="x"),
    )))  # fmt: skip
    await store.append(first)
    assert await store.next_due() == at + DAY
    assert await store.next_due([blank.id], at) is None
    assert await store.due_now(None, at + DAY) == [blank.id]
    assert await store.due_now([new("CRT").id], at + DAY) == []

    passed = DeadlinePassed(
        name="courtesy", instance="x", level=1, tells="supervisor", due=at + DAY
    )
    moved = DeadlineExtended(deadline="patience", until=at + 2 * DAY, reasons="asked")
    await store.append(tell(first.after[blank.id], passed, moved))
    assert await store.next_due() == at + 2 * DAY
    assert await store.due_now(None, at + DAY) == []


async def test_the_late_list_tells_the_level_that_has_passed(
    store: PostgresEventStore, at: datetime, pool: Pool
) -> None:
    blank = new()
    first = tell(blank, note(arms=(armed("courtesy", at + DAY, at + 3 * DAY),)))
    await store.append(first)
    passed = DeadlinePassed(name="courtesy", level=1, tells="supervisor", due=at + DAY)
    await store.append(tell(first.after[blank.id], passed, now=at + DAY))

    (row,) = await pool.fetch("select * from es.late")
    assert (row["stream_id"], row["key"], row["level"], row["due"]) == (
        blank.id,
        "courtesy",
        1,
        at + DAY,
    )
    (running,) = await pool.fetch("select * from es.deadline")
    assert (running["level"], running["due"]) == (2, at + 3 * DAY)


async def test_calls_are_owed_until_they_are_answered(
    store: PostgresEventStore, at: datetime, case: Case
) -> None:
    call = Call(uuid4(), "immigration", "assess_fine", at, {})
    owing = replace(case, version=1, calls={call.id: call})
    await store.append(tell(replace(case, version=0), note(), after=owing))
    (owed,) = await store.owed()
    assert (owed.call, owed.stream, owed.failed) == (call.id, case.id, False)
    assert [due.stream for due in await store.sweep(at + DAY, timedelta(minutes=1))] == [case.id]

    failing = tell(
        owing, ServiceCallFailed(call=call.id, service="immigration", operation="assess_fine")
    )
    await store.append(failing)
    assert (await store.owed([case.id]))[0].failed
    answered = replace(owing, version=3, calls={})
    await store.append(tell(failing.after[case.id], note(), after=answered))
    assert await store.owed() == []


async def test_a_handoff_is_visible_while_its_mission_may_know(
    store: PostgresEventStore, at: datetime, pool: Pool, case: Case
) -> None:
    state = replace(case, version=0)
    for nth, (after, visible) in enumerate(
        [(case, True), (replace(case, consents={}), False), (case, True),
         (replace(case, state="CLOSED"), False)], start=1,
    ):  # fmt: skip
        reached = replace(after, version=nth)
        await store.append(tell(state, note(), after=reached))
        state = reached
        assert await pool.fetchval("select visible from es.handoff") is visible


def test_the_summary_names_codes_and_nothing_personal(case: Case, at: datetime) -> None:
    conflict = ConflictRecorded(
        user="dara", unit="post-7", ground=Sealed("x", "account", "ground", "k", "bb")
    )
    line = summary(replace(case, state="RETURN_PREPARATION", conflicts=(conflict,)), at)

    assert line["nationality"] == ["VN"]
    assert line["conflicts"] == ["dara", "unit:post-7"]
    assert "screened" not in line["failing"]
    assert line["failing"]
    assert "Sealed" not in repr(line)
