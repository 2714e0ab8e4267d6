from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from homeward.domain.actors import Actor, person
from homeward.domain.case.state import Case
from homeward.domain.facts import ConflictRecorded, Deadline
from homeward.domain.request import Request
from homeward.domain.sealed import Sealed
from homeward.domain.streams import StreamState
from homeward.domain.tasks import Task
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.readmodel import worklist
from homeward.readmodel.page import Page
from homeward.readmodel.worklist import WORKLISTS, TaskLine
from tests.eventstore.telling import armed, note, tell

DAY = timedelta(days=1)
OFFICER = person("sokha", ["officer"])
OTHER = person("dara", ["officer"])
SUPERVISOR = person("boss", ["supervisor"])
VN = person("lan", ["liaison"], mission="VN")
TH = person("mali", ["liaison"], mission="TH")


OpenTasks = dict[str, list[Task]]
Put = Callable[..., Awaitable[UUID]]


@pytest.fixture
def open_tasks(monkeypatch: pytest.MonkeyPatch) -> OpenTasks:
    """Stream id -> the tasks it stands for."""
    kept: OpenTasks = {}
    monkeypatch.setattr(
        "homeward.eventstore.projection.tasks", lambda state, _: tuple(kept.get(state.id, ()))
    )
    return kept


@pytest.fixture
def put(store: PostgresEventStore) -> Put:
    """The stream in this state, by one command of this actor."""

    async def put(state: StreamState, actor: Actor = SUPERVISOR) -> UUID:
        after = replace(state, version=1)
        commit = tell(replace(state, version=0), note(), after=after, actor=actor)
        assert (await store.append(commit)).status == "done"
        return commit.events[0].id

    return put


def task(key: str, at: datetime, *roles: str, **more: Any) -> Task:
    said = {"kind": key, "about": None, "person": None, "mission": None, "due": None} | more
    return Task(key=key, since=at, roles=roles, **said)


def keys(page: Page[TaskLine]) -> list[str]:
    return [line.key for line in page.lines]


async def test_my_day_has_the_tasks_of_my_roles_and_mine_due_first(
    pool: Pool, at: datetime, case: Case, put: Put, open_tasks: OpenTasks
) -> None:
    open_tasks[case.id] = [
        task("later", at, "officer", due=at + 2 * DAY),
        task("whenever", at, "officer", "supervisor"),
        task("soon", at, "officer", due=at + DAY),
        task("mine", at, "officer", person="sokha", due=at),
        task("theirs", at, "officer", person="dara", due=at),
        task("care", at, "care", due=at),
    ]
    await put(case)
    both = person("sokha", ["officer", "supervisor"])

    assert keys(await worklist.my_day(pool, OFFICER, at)) == ["mine", "soon", "later", "whenever"]
    assert keys(await worklist.my_day(pool, OTHER, at)) == ["theirs", "soon", "later", "whenever"]
    assert keys(await worklist.my_day(pool, both, at)) == ["mine", "soon", "later", "whenever"]
    assert keys(await worklist.my_day(pool, person("x", ["statistician"]), at)) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_pages_follow_each_other_without_gap_or_repeat(
    pool: Pool, at: datetime, case: Case, put: Put, open_tasks: OpenTasks, limit: int
) -> None:
    open_tasks[case.id] = [
        task(f"{nth}", at, "officer", "care", due=None if nth > 4 else at + DAY * (nth // 2))
        for nth in range(7)
    ]
    await put(case)
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await worklist.my_day(pool, person("a", ["officer", "care"]), at, limit, after)
        assert len(page.lines) <= limit
        seen += keys(page)
        after = page.after
        if after is None:
            break
    assert seen == [f"{nth}" for nth in range(7)]


@pytest.mark.parametrize("after", ["", "nonsense", "bm8", "WzEsMl0", "WyJhIiwiYiIsImMiXQ"])
async def test_a_place_that_no_page_ended_at_is_refused(
    pool: Pool, at: datetime, after: str
) -> None:
    with pytest.raises(ValueError, match="after"):
        await worklist.my_day(pool, OFFICER, at, 5, after)


async def test_a_restricted_case_is_in_nobodys_lists_but_its_own_peoples(
    pool: Pool, at: datetime, case: Case, put: Put, open_tasks: OpenTasks
) -> None:
    open_tasks[case.id] = [task("interview", at, "officer", "supervisor", "auditor")]
    await put(replace(case, restricted=True, state="RETURN_PREPARATION"))

    for may_know, actor in [
        (True, OFFICER), (True, SUPERVISOR), (True, person("a", ["auditor"])), (False, OTHER),
    ]:  # fmt: skip
        assert bool((await worklist.my_day(pool, actor, at)).lines) is may_know
        assert bool((await worklist.blocked(pool, actor, at)).lines) is may_know


@pytest.mark.parametrize(
    "actor", [SUPERVISOR, Actor("x", frozenset({"supervisor"}), unit="post-7")]
)
async def test_who_is_in_a_conflict_of_interest_sees_no_line_of_the_case(
    pool: Pool, at: datetime, case: Case, put: Put, open_tasks: OpenTasks, actor: Actor
) -> None:
    ground = Sealed(case.id, "account", "ground", "k", "cc")
    conflict = ConflictRecorded(user="boss", unit="post-7", ground=ground)
    open_tasks[case.id] = [task("confirm:x", at, "supervisor", kind="confirm", due=at)]
    await put(replace(case, conflicts=(conflict,), state="RETURN_PREPARATION"), actor=OFFICER)

    for name, ask in WORKLISTS.items():
        assert (await ask(pool, actor, at)).lines == (), name
    assert (await worklist.second_decisions(pool, person("y", ["supervisor"]), at)).lines


async def test_a_second_decision_is_offered_to_others_than_who_took_the_first(
    pool: Pool, at: datetime, case: Case, put: Put, open_tasks: OpenTasks, store: PostgresEventStore
) -> None:
    first = tell(replace(case, version=0), note(), actor=OFFICER)
    open_tasks[case.id] = [
        task("confirm:x", at, "officer", kind="confirm", about=first.events[0].id),
        task("interview", at, "officer"),
    ]
    await store.append(first)

    assert keys(await worklist.second_decisions(pool, OTHER, at)) == ["confirm:x"]
    assert keys(await worklist.second_decisions(pool, OFFICER, at)) == []


async def test_sent_on_is_what_i_gave_to_others(
    pool: Pool, at: datetime, case: Case, open_tasks: OpenTasks, store: PostgresEventStore
) -> None:
    first = tell(replace(case, version=0), note(), actor=OFFICER)
    about = first.events[0].id
    open_tasks[case.id] = [
        task("for approval", at, "approver", "endorser", about=about),
        task("for all officers", at, "officer", about=about),
        task("for dara", at, "officer", person="dara", about=about, due=at),
        task("handoff:1", at, "liaison", mission="VN", about=about),
        task("from elsewhere", at, "approver"),
    ]
    await store.append(first)
    page = await worklist.sent_on(pool, OFFICER, at)

    assert keys(page) == ["for dara", "for approval", "handoff:1"]
    assert {line.sent_by for line in page.lines} == {"sokha"}
    assert keys(await worklist.sent_on(pool, OTHER, at)) == []


async def test_a_liaison_is_told_of_its_own_missions_visible_handoffs_alone(
    pool: Pool, at: datetime, case: Case, put: Put, open_tasks: OpenTasks, store: PostgresEventStore
) -> None:
    (handoff,) = case.handoffs
    open_tasks[case.id] = [
        task("handoff:1", at, "liaison", mission="VN"), task("prepare_return", at, "officer"),
    ]  # fmt: skip
    await put(case)
    (line,) = (await WORKLISTS["handoffs"](pool, VN, at)).lines
    assert (line.handoff, line.kind, line.state) == (handoff, "confirm_nationality", "OPENED")
    (mine,) = (await worklist.my_day(pool, VN, at)).lines
    assert (mine.key, mine.state, mine.sent_by) == ("handoff:1", None, None)
    for name, ask in WORKLISTS.items():
        assert (await ask(pool, TH, at)).lines == (), name
        assert name in {"my_day", "handoffs"} or (await ask(pool, VN, at)).lines == (), name

    hidden = replace(case, version=2, consents={})
    await store.append(tell(replace(case, version=1), note(), after=hidden))
    for name, ask in WORKLISTS.items():
        assert (await ask(pool, VN, at)).lines == (), name


async def test_an_answered_handoff_leaves_the_inbox_thirty_days_after_reception(
    pool: Pool, at: datetime, case: Case, put: Put
) -> None:
    ((key, handoff),) = case.handoffs.items()
    answered = {key: replace(handoff, state="ANSWERED")}
    await put(replace(case, handoffs=answered, state="RECEIVED", received_at=at))
    inbox = WORKLISTS["handoffs"]

    assert (await inbox(pool, VN, at + 29 * DAY)).lines
    assert not (await inbox(pool, VN, at + 31 * DAY)).lines


async def test_unassigned_are_open_cases_without_a_holder_for_one_of_my_roles(
    pool: Pool, at: datetime, case: Case, put: Put
) -> None:
    await put(case)
    await put(replace(case, id="VIC-2026-000002", assigned={}, opened_at=at - DAY))
    await put(replace(case, id="VIC-2026-000003", assigned={}, state="CLOSED"))

    async def ids(*roles: str) -> list[str]:
        return [
            line.stream for line in (await worklist.unassigned(pool, person("x", roles), at)).lines
        ]

    assert await ids("officer") == ["VIC-2026-000002"]
    assert await ids("officer", "care") == ["VIC-2026-000002", "VIC-2026-482911"]
    assert await ids("statistician") == await ids("examiner") == []


async def test_blocked_tells_which_guards_stand_in_the_way(
    pool: Pool, at: datetime, case: Case, put: Put
) -> None:
    await put(replace(case, state="RETURN_PREPARATION"))
    (line,) = (await worklist.blocked(pool, OFFICER, at)).lines
    assert "reflection" in line.failing
    assert (await worklist.blocked(pool, OFFICER, at, guard="reflection")).lines == (line,)
    assert (await worklist.blocked(pool, OFFICER, at, guard="screened")).lines == ()


async def test_requests_not_yet_answered_come_by_urgency_and_age(
    pool: Pool, at: datetime, put: Put
) -> None:
    def request(nth: int, urgency: str, state: str = "REGISTERED", **more: Any) -> Request:
        return Request(
            id=f"REQ-2026-00000{nth}",
            state=state,
            urgency=urgency,
            opened_at=at - nth * DAY,
            **more,
        )

    for each in (
        request(1, "normal"), request(2, "imminent"), request(3, "normal"),
        request(4, "high", mission="VN"), request(5, "imminent", state="ANSWERED"),
        request(6, "imminent", do_not_route_to=("post-7",)),
    ):  # fmt: skip
        await put(each)

    async def numbers(actor: Actor, **more: Any) -> list[int]:
        return [
            int(line.stream[-1])
            for line in (await worklist.requests(pool, actor, at, **more)).lines
        ]

    examiner = person("x", ["examiner"])
    assert await numbers(examiner) == [6, 2, 4, 3, 1]
    assert await numbers(person("x", ["examiner"], unit="post-7")) == [2, 4, 3, 1]
    assert await numbers(VN) == [4]
    (theirs,) = (await worklist.requests(pool, VN, at)).lines
    assert (theirs.state, theirs.next_due, theirs.assigned) == ("received", None, {})
    assert await numbers(TH) == []
    first = await worklist.requests(pool, examiner, at, 2)
    assert await numbers(examiner, after=first.after) == [4, 3, 1]
    assert first.lines[0].urgency == "imminent"


async def test_late_comes_by_level_and_to_whom_it_was_told(
    pool: Pool, at: datetime, case: Case, put: Put
) -> None:
    def overdue(name: str, passed: int, tells: str, since: datetime) -> tuple[Deadline, datetime]:
        return replace(armed(name, at, at + DAY, tells=tells), passed=passed), since

    await put(replace(case, overdue={
        "interview": overdue("interview", 1, "interviewer", at),
        "guardian": overdue("guardian", 2, "supervisor", at + DAY),
        "reception": overdue("reception", 1, "mfa", at - DAY),
    }))  # fmt: skip

    async def names(actor: Actor, **more: Any) -> tuple[list[str], str | None]:
        page = await WORKLISTS["late"](pool, actor, at, **more)
        return [line.deadline for line in page.lines], page.after

    assert (await names(SUPERVISOR))[0] == ["guardian", "reception", "interview"]
    assert (await names(person("x", ["mfa"])))[0] == ["reception"]
    head, after = await names(SUPERVISOR, limit=1)
    assert head + (await names(SUPERVISOR, after=after))[0] == [
        "guardian",
        "reception",
        "interview",
    ]
