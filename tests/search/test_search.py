"""People are found unread, only by who may know of them, and every search is kept."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from homeward.domain.actors import Actor
from homeward.domain.case.state import Case, Identity, Passport
from homeward.domain.facts import ConflictRecorded, Fact
from homeward.domain.facts.case_opening import CaseOpened
from homeward.domain.facts.request import Reporter, RequestRegistered, Stub
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.sealed import Sealed
from homeward.domain.streams import StreamState
from homeward.edge.edge import PostgresReadLog
from homeward.edge.indexing import Indexing
from homeward.edge.searching import Searching, TooMany
from homeward.eventstore.ledger import sequence
from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.readmodel import access_log
from homeward.sealing.keyring import Keyring
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.memory import memory_keyring
from tests.eventstore.telling import NOON, new, tell
from tests.logins import login

EMMA = Actor("emma", frozenset({"examiner"}))
SOK = Actor("sok", frozenset({"officer", "examiner"}))


@dataclass
class World:
    pool: Pool
    app: Pool
    keyring: Keyring
    store: PostgresEventStore
    searching: Searching
    now: datetime = NOON

    async def append(self, state: StreamState, fact: Fact, **more: Any) -> StreamState:
        commit = tell(state, fact, now=self.now)
        assert (await self.store.append(commit)).status == "done"
        return commit.after[state.id]

    async def sealed(self, subject: str, field: str, value: Any) -> Sealed:
        sealer = await self.keyring.closing([(subject, "identity"), (subject, "account")])
        return sealer.close(value, subject, "identity", field)

    async def request(self, *names: str) -> str:
        """A request for these people."""
        state = new("REQ")
        people = [
            Stub(name=await self.sealed(f"{state.id}/stub/{n}", "people.name", name))
            for n, name in enumerate(names)
        ]
        told = await self.sealed(f"{state.id}/reporter", "reporter.name", "Sok Vanna")
        await self.append(
            state,
            RequestRegistered(
                channel="family", received_at=NOON, language="vie", urgency="high",
                reporter=Reporter(kind="family", anonymous=False, name=told),
                people=tuple(people), people_count=len(people),
            ),
        )  # fmt: skip
        return state.id

    async def case(
        self, name: str, born: str = "", number: str = "", *, restricted: bool = False
    ) -> Case:
        """A rescued person's case, as its projection shows it."""
        state = blank(f"VIC-2026-{uuid4().int % 1_000_000:06}")
        assert isinstance(state, Case)
        fact = CaseOpened(
            mode="self_escape", rescued_at=NOON, province="KH-1",
            identity=Identity(
                name_romanised=await self.sealed(state.id, "identity.name_romanised", name),
                birth_date=await self.sealed(state.id, "identity.birth_date", born),
                sex="M", languages=("ind",), nationalities=(),
            ),
            passport=Passport(
                status="lost", number=await self.sealed(state.id, "passport.number", number)
            ),
        )  # fmt: skip
        after = await self.append(state, fact)
        assert isinstance(after, Case)
        if restricted:
            await self.pool.execute(
                "update es.summary set restricted = true where stream_id = $1", state.id
            )
        return after

    async def indexed(self) -> None:
        while await sequence(self.pool):
            pass
        while await Indexing(self.app, self.keyring).once():
            pass

    async def found(self, actor: Actor = SOK, **asked: str) -> list[str]:
        return [row["stream"] for row in (await self.searching.search(actor, asked))["rows"]]


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    pool = await connect(database_url, max_size=4)
    app = await connect(login(database_url, "app"), max_size=4)
    keyring = memory_keyring(PostgresKeyStore(pool), bytes(32))
    store = PostgresEventStore(pool)
    searching = Searching(PostgresEventStore(app), keyring, PostgresReadLog(app), lambda: made.now)
    searching.pool = app
    made = World(pool, app, keyring, store, searching)
    yield made
    app.terminate()
    pool.terminate()


async def test_two_requests_for_one_person_are_candidates_and_stay_two(world: World) -> None:
    family = await world.request("Nguyễn Thị Hương")
    mission = await world.request("Le Van Long", "HUONG NGUYEN THI")
    await world.request("Nguyen Van Duc")
    await world.indexed()
    (one,) = (await world.searching.candidates("request", family, EMMA))["people"]
    assert [(row["stream"], row["person"]) for row in one["rows"]] == [(mission, 1)]
    first, second = (await world.searching.candidates("request", mission, EMMA))["people"]
    assert first == {"person": 0, "rows": []}
    assert [row["stream"] for row in second["rows"]] == [family]
    for stream in (family, mission):
        assert [event.type for event in await world.store.read(stream)] == ["RequestRegistered"]


async def test_a_case_is_a_candidate_for_who_may_read_cases_alone(world: World) -> None:
    request = await world.request("សុខ វណ្ណា")
    case = await world.case("SOK VANNA")
    await world.indexed()
    told = await world.searching.candidates("request", request, SOK)
    assert [row["stream"] for row in told["people"][0]["rows"]] == [case.id]
    told = await world.searching.candidates("request", request, EMMA)
    assert told["people"][0]["rows"] == []


async def test_a_person_is_found_by_name_document_and_birth_date(world: World) -> None:
    case = await world.case("BUDI SANTOSO", born="1998-03-14", number="C1234567")
    await world.case("AGUS WIJAYA", born="1998-03-14", number="C7654321")
    await world.indexed()
    assert await world.found(name="Santosa Budi") == [case.id]
    assert await world.found(document="c 123 4567") == [case.id]
    assert await world.found(name="Budi", born="1998-03-14") == [case.id]
    assert await world.found(name="Budi") == []
    assert await world.found(name="Somebody Else") == []


async def test_what_may_not_be_known_is_not_found(world: World) -> None:
    case = await world.case("SOK VANNA", restricted=True)
    conflicted = await world.case("SOK VANNA")
    ground = await world.sealed(conflicted.id, "ground", "x")
    await world.append(conflicted, ConflictRecorded(user="sok", ground=ground))
    await world.indexed()
    assert await world.found(SOK, name="Sok Vanna") == []
    visal = Actor("visal", frozenset({"supervisor"}))
    assert set(await world.found(visal, name="Sok Vanna")) == {case.id, conflicted.id}


@pytest.mark.parametrize("roles", [{"liaison"}, {"statistician"}, {"liaison", "officer"}])
async def test_missions_and_who_reads_nothing_search_nothing(world: World, roles: set[str]) -> None:
    with pytest.raises(Refused, match="forbidden"):
        await world.found(Actor("vn", frozenset(roles), mission="VN"), name="Sok Vanna")


async def test_the_requester_is_not_found_as_somebody_sought(world: World) -> None:
    await world.request("Tran Thi Mai")
    await world.indexed()
    assert await world.found(name="Sok Vanna") == []


async def test_each_search_is_kept_without_its_words(world: World) -> None:
    await world.found(name="Sok Vanna", document="N0012345")
    (line,) = await access_log.reads(world.pool, actor="sok")
    assert (line.what, line.stream, set(line.sections)) == ("search", None, {"name", "document"})


async def test_a_person_searches_thirty_times_an_hour_and_no_more(world: World) -> None:
    left = [(await world.searching.search(SOK, {"name": "Sok Vanna"}))["left"] for _ in range(30)]
    assert left == list(range(29, -1, -1))
    with pytest.raises(TooMany) as refused:
        await world.found(name="Sok Vanna")
    assert refused.value.code == "too_many"
    assert refused.value.retry_after == 3600
    assert await world.found(EMMA, name="Sok Vanna") == []
    world.now += timedelta(hours=1, seconds=1)
    assert await world.found(name="Sok Vanna") == []


async def test_nothing_kept_for_finding_can_be_read(world: World) -> None:
    await world.case("BUDI SANTOSO", born="1998-03-14", number="C1234567")
    await world.indexed()
    rows = await world.pool.fetch("select kind, term from es.search_term")
    assert rows
    clear = {b"budi", b"santoso", b"C1234567", b"1998", b"1998-03-14"}
    assert not {bytes(row["term"]) for row in rows} & clear
    assert {len(row["term"]) for row in rows if row["kind"] not in ("number", "born")} == {5}


async def test_who_was_forgotten_is_found_no_more(world: World) -> None:
    case = await world.case("BUDI SANTOSO")
    other = await world.case("BUDI SANTOSO")
    await world.indexed()
    assert set(await world.found(name="Budi Santoso")) == {case.id, other.id}
    await world.pool.execute(
        "select es.record_erasure($1, $2, $3, $4)", case.id, uuid4(), [case.id], NOON
    )
    assert await world.found(name="Budi Santoso") == [other.id]


async def test_the_index_made_anew_is_the_same_and_a_batch_told_twice_changes_nothing(
    world: World,
) -> None:
    await world.request("Nguyễn Thị Hương", "Le Van Long")
    await world.case("BUDI SANTOSO", born="1998-03-14", number="C1234567")
    await world.indexed()
    every = "select * from es.search_term order by kind, term, subject, value, part"
    before = await world.pool.fetch(every)
    await world.pool.execute("delete from es.search_term")
    await world.pool.execute("update es.subscription set position = 0 where name = 'search'")
    await asyncio.gather(world.indexed(), world.indexed())
    assert await world.pool.fetch(every) == before


@pytest.mark.parametrize(
    ("asked", "faults"),
    [
        ({}, {"name"}),
        ({"born": "1998"}, {"name"}),
        ({"name": "Budi", "born": "yesterday"}, {"born"}),
        ({"name": "Budi", "born": "1998-13-01"}, {"born"}),
        ({"name": 7, "document": "x" * 201, "colour": "red"}, {"name", "document", "colour"}),
        ({"name": "!?", "document": "--"}, {"name", "document"}),
        ({"name": "a\x00b"}, {"name"}),
    ],
)
async def test_what_cannot_be_searched_for_is_refused_naming_every_fault(
    world: World, asked: dict[str, Any], faults: set[str]
) -> None:
    with pytest.raises(Refused) as refused:
        await world.searching.search(SOK, asked)
    assert refused.value.code == "invalid"
    assert set(refused.value.names) == faults


async def test_khmer_digits_are_a_date_too(world: World) -> None:
    case = await world.case("BUDI SANTOSO", born="1998-03-14")
    await world.indexed()
    assert await world.found(name="Budi", born="១៩៩៨-០៣-១៤") == [case.id]
