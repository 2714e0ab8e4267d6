"""The API in front of the real engine: what a caller is told, whatever is sent or away."""

import asyncio
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest

from homeward.dev.scenario.live import LiveEngine
from homeward.dev.stack import Stack
from homeward.domain.actors import Actor
from homeward.settings import Settings

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]
INTAKE = Actor("intan", frozenset({"intake"}))
EXAMINER = Actor("emma", frozenset({"examiner"}))
REQUEST: dict[str, Any] = {
    "channel": "hotline",
    "received_at": "2022-08-01T08:30:00+07:00",
    "reporter": {"kind": "hotline", "anonymous": True},
    "language": "eng",
    "urgency": "high",
    "place": "Room 819",
    "people": [],
    "people_count": 1,
}


@pytest.fixture
async def api(config: Settings) -> Any:
    async with httpx.AsyncClient(base_url=config.api_url, timeout=40) as client:
        yield client


def headers(live: LiveEngine, actor: Actor = INTAKE) -> dict[str, str]:
    return live._headers(actor)


async def register(api: httpx.AsyncClient, live: LiveEngine, command_id: str) -> httpx.Response:
    return await api.post(
        "/api/v1/commands/register_request",
        json={"command_id": command_id, "fields": REQUEST},
        headers=headers(live),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{", b'{"fields": {"people_count": NaN}}', b'{"fields": {}, "fields": {}}',
        b"[" * 50_000, b'{"fields": {"x": "\\ud800"}}', b"null", b'"text"', b"a" * 20_000_000,
    ],
    ids=["cut", "nan", "twice", "deep", "half", "null", "text", "large"],
)  # fmt: skip
async def test_a_body_that_is_no_command_is_a_problem_that_names_its_fault(
    api: httpx.AsyncClient, live: LiveEngine, body: bytes
) -> None:
    answer = await api.post(
        "/api/v1/commands/register_request",
        content=body,
        headers={**headers(live), "Content-Type": "application/json"},
    )
    assert answer.status_code in (413, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["code"] in ("invalid", "too_large")
    assert problem["detail"]


async def test_every_wrong_field_is_named_at_once_and_nothing_is_appended(
    api: httpx.AsyncClient, live: LiveEngine
) -> None:
    command_id = str(uuid4())
    wrong = {
        **REQUEST, "received_at": "2199-01-01T00:00:00+07:00", "urgency": "very",
        "people_count": "1", "province": "Atlantis", "shoe_size": 38,
    }  # fmt: skip
    answer = await api.post(
        "/api/v1/commands/register_request",
        json={"command_id": command_id, "fields": wrong},
        headers=headers(live),
    )
    assert answer.status_code == 422
    assert set(answer.json()["names"]) == {
        "received_at", "urgency", "people_count", "province", "shoe_size",
    }  # fmt: skip
    known = await api.get(f"/api/v1/commands/{command_id}", headers=headers(live))
    assert known.json()["state"] == "unknown"


async def test_the_same_command_sent_twice_is_one_fact_with_one_answer(
    api: httpx.AsyncClient, live: LiveEngine
) -> None:
    command_id = str(uuid4())
    first = await register(api, live, command_id)
    again = await register(api, live, command_id)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    known = await api.get(f"/api/v1/commands/{command_id}", headers=headers(live))
    assert known.json()["answer"] == first.json()


@pytest.mark.parametrize("part", ["postgres", "temporal"])
async def test_while_a_part_is_away_callers_are_told_when_to_come_back_and_nothing_is_lost(
    api: httpx.AsyncClient, live: LiveEngine, stack: Stack, part: str
) -> None:
    before = await register(api, live, str(uuid4()))
    assert before.status_code == 200
    command_id = str(uuid4())
    stack.kill9(part)
    answer = await register(api, live, command_id)
    assert answer.status_code in (200, 202, 503)
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.json()["command_id"] == command_id
    await asyncio.to_thread(stack.await_ready, part)
    while answer.status_code != 200:
        await asyncio.sleep(0.3)
        answer = await register(api, live, command_id)
    seen = await api.get(
        f"/api/v1/requests/{before.json()['stream']}", headers=headers(live, EXAMINER)
    )
    assert seen.json()["state"] == "REGISTERED"
    events = await live.events([answer.json()["stream"]])
    assert [event.type for event in events].count("RequestRegistered") == 1


async def test_each_process_is_known_to_the_database_as_its_own_role(config: Settings) -> None:
    if urlsplit(config.database_url).hostname:
        pytest.skip("the given server knows one login alone")
    connection = await asyncpg.connect(config.database_url)
    seen = await connection.fetch(
        """select distinct usename from pg_stat_activity
            where datname = current_database() and application_name = 'homeward'"""
    )
    assert {"homeward_app", "homeward_worker"} <= {row[0] for row in seen}
    await connection.close()
