"""What the edge refuses becomes the contract's problem, in the caller's language."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import structlog

from homeward.api.problems import STATUS
from homeward.desk import Accepted
from homeward.domain.actors import person
from homeward.domain.refusals import CODES, Refused
from homeward.edge.tokens import Tokens
from homeward.ports import Unavailable
from tests.api.fake import NOW, FakeEdge
from tests.api.problem import GIVE, problem

COMMAND_ID = UUID("018f5b9e-7f3a-7c4e-9d2b-3f6a1c2d4e5f")


def test_every_code_of_the_contract_has_its_status() -> None:
    assert set(STATUS) == set(CODES)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["en", "km"])
async def test_each_refusal_is_told_in_both_languages(
    officer: httpx.AsyncClient, edge: FakeEdge, code: str, language: str
) -> None:
    edge.outcome = Refused(code, "some_name")
    reply = await officer.post(GIVE, json={}, headers={"Accept-Language": language})
    told = problem(reply, STATUS[code], code)
    assert reply.headers["content-language"] == language
    khmer = any("\u1780" <= letter <= "\u17ff" for letter in told["detail"])
    assert khmer is (language == "km")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("km-KH, en;q=0.5", "km"), ("en, km;q=0.9", "en"), ("fr, km;q=0.2", "km"),
        ("km;q=0, en;q=0.1", "en"), ("*", "en"), (";;;,q=", "en"), ("km;q=high", "en"),
    ],
)  # fmt: skip
async def test_the_weightiest_of_our_languages_is_chosen(
    officer: httpx.AsyncClient, edge: FakeEdge, header: str, expected: str
) -> None:
    edge.outcome = Refused("wrong_state")
    reply = await officer.post(GIVE, json={}, headers={"Accept-Language": header})
    assert reply.headers["content-language"] == expected
    asked = await officer.post(f"{GIVE}?lang=km", json={}, headers={"Accept-Language": "en"})
    assert asked.headers["content-language"] == "km"


async def test_each_fault_of_a_field_has_its_place_in_the_body(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    edge.outcome = Refused.of_faults(
        {
            "percent": "Input should be a valid integer",
            "people.0.name": "is blank",
            "reasons": "Field required",
            "expected_version": "Input should be a valid integer",
            "rolle": "Extra inputs are not permitted",
        }
    )
    body = {
        "fields": {"percent": "x", "people": [{"name": " "}]}, "expected_version": "1", "rolle": 1,
    }  # fmt: skip
    told = problem(await officer.post(GIVE, json=body), 422, "invalid")
    assert {e["field"]: e["pointer"] for e in told["errors"]} == {
        "percent": "/fields/percent",
        "people.0.name": "/fields/people/0/name",
        "reasons": "/fields/reasons",
        "expected_version": "/expected_version",
        "rolle": "/rolle",
    }
    assert all(error["message"] for error in told["errors"])
    asked = problem(await officer.get("/api/v1/worklists/my_day?limit=x"), 422, "invalid")
    assert [error["pointer"] for error in asked["errors"]] == [""]


async def test_a_stale_command_is_told_the_current_version(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    edge.outcome = Refused("stale", version=12)
    told = problem(await officer.post(GIVE, json={"expected_version": 4}), 409, "stale")
    assert told["current_version"] == 12


async def test_what_does_not_exist_and_what_may_not_be_known_answer_alike(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    edge.outcome = Refused("not_found")
    absent = await officer.get("/api/v1/cases/VIC-2026-000000")
    edge.outcome = Refused("not_found", "VIC-2026-482911", why="Restricted.", version=9)
    hidden = await officer.get("/api/v1/cases/VIC-2026-482911")
    malformed = await officer.get("/api/v1/cases/VIC-1")
    given = await officer.post(GIVE, json={"stream": "VIC-2026-482911"})
    assert problem(absent, 404, "not_found")["names"] == []
    assert absent.content == hidden.content == malformed.content == given.content
    assert {*absent.headers} == {*hidden.headers} == {*malformed.headers}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/cases/REQ-2026-482911", "/api/v1/cases/VIC-2026-48291%0A",
        "/api/v1/cases/VIC-%E1%9F%A2026-482911", "/api/v1/cases/..%2F..%2Fetc",
        "/api/v1/commands/not-a-uuid", "/api/v1/nothing", "/api/nothing", "/nothing",
        "/api/v1/cases/VIC-2026-482911/", "/problems/nothing",
    ],
)  # fmt: skip
async def test_a_path_that_leads_nowhere_is_not_found(
    officer: httpx.AsyncClient, edge: FakeEdge, path: str
) -> None:
    problem(await officer.get(path), 404, "not_found")
    assert edge.asked == []


async def test_another_method_is_told_which_are_taken(officer: httpx.AsyncClient) -> None:
    reply = await officer.delete("/api/v1/cases/VIC-2026-482911")
    assert problem(reply, 405, "invalid")["names"] == ["method"]
    assert "GET" in reply.headers["allow"]
    problem(await officer.post("/health"), 405, "invalid")


@pytest.mark.parametrize(
    "authorization",
    [
        None, "", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Basic c29rOng=", "bearer ០",
        "Bearer eyJhbGciOiJub25lIn0.eyJpZCI6InNvayIsInJvbGVzIjpbImF1ZGl0b3IiXX0.",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", GIVE), ("POST", "/api/v1/batches/add_note"), ("GET", "/api/v1/commands"),
        ("GET", "/api/v1/cases/VIC-2026-482911"), ("GET", "/api/v1/cases/junk"),
        ("GET", "/api/v1/worklists/my_day"), ("GET", "/api/v1/handoffs"),
        ("GET", f"/api/v1/commands/{COMMAND_ID}"),
        ("GET", "/api/v1/requests/REQ-2026-482911/events"),
    ],
)  # fmt: skip
async def test_without_a_token_of_ours_nothing_is_told(
    anyone: httpx.AsyncClient, edge: FakeEdge, method: str, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    reply = await anyone.request(method, path, headers=headers)
    problem(reply, 401, "unauthenticated")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert edge.asked == []


async def test_a_token_of_another_key_or_an_old_one_is_none(
    anyone: httpx.AsyncClient, edge: FakeEdge
) -> None:
    sok = person("sok", ["officer"])
    old = edge.tokens.issue(sok, NOW - timedelta(hours=13))
    for token in (Tokens(b"x" * 32).issue(sok, NOW), old):
        reply = await anyone.get("/api/v1/handoffs", headers={"Authorization": f"Bearer {token}"})
        problem(reply, 401, "unauthenticated")


async def test_a_part_that_is_away_is_named_with_the_command_to_send_again(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    away = Unavailable("postgresql", retry_after=2.4)
    away.command_id = COMMAND_ID  # type: ignore[attr-defined]
    edge.outcome = away
    reply = await officer.post(GIVE, json={})
    told = problem(reply, 503, "unavailable")
    assert (told["names"], told["command_id"]) == (["postgresql"], str(COMMAND_ID))
    assert reply.headers["retry-after"] == "3"


async def test_an_accepted_command_says_where_its_answer_will_be(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    accepted = Accepted()
    accepted.command_id = COMMAND_ID  # type: ignore[attr-defined]
    edge.outcome = accepted
    reply = await officer.post(GIVE, json={})
    assert reply.status_code == 202
    assert reply.json() == {"command_id": str(COMMAND_ID), "state": "accepted"}
    edge.outcome = {"command_id": str(COMMAND_ID), "state": "unknown"}
    assert (await officer.get(reply.headers["location"])).json()["state"] == "unknown"


async def test_a_fault_of_our_own_is_answered_and_logged_without_its_words(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    fault = ValueError("NGUYEN THI SECRET")
    fault.command_id = COMMAND_ID  # type: ignore[attr-defined]
    edge.outcome = fault
    with structlog.testing.capture_logs() as logged:
        reply = await officer.post(GIVE, json={}, headers={"X-Correlation-Id": "a-trace-of-mine"})
    told = problem(reply, 503, "unavailable")
    assert told["command_id"] == str(COMMAND_ID)
    assert reply.headers["retry-after"]
    assert reply.headers["x-correlation-id"] == "a-trace-of-mine"
    assert "SECRET" not in reply.text
    assert [line["type"] for line in logged if line["event"] == "unexpected"] == ["ValueError"]


async def test_every_answer_is_kept_from_caches_frames_and_other_sites(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    edge.outcome = {}
    for path in ("/health", "/ready", "/api/v1/cases/VIC-2026-482911", "/nothing", "/api/docs"):
        headers = (await officer.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-correlation-id"]
    forged = await officer.get("/health", headers={"X-Correlation-Id": "<script> and more"})
    assert "script" not in forged.headers["x-correlation-id"]
