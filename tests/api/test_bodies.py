"""Whatever is sent, the answer is a problem that names each fault, and nothing reaches the edge."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.api.fake import FakeEdge
from tests.api.problem import GIVE, problem

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"{", ["body"]),
        (b"", ["body"]),
        (b"[]", ["body"]),
        (b'"text"', ["body"]),
        (b"null", ["body"]),
        (b'{"fields": {"percent": NaN}}', ["body"]),
        (b'{"fields": {"percent": -Infinity}}', ["body"]),
        (b'{"fields": {"percent": 1e400}}', ["body"]),
        (b'{"fields": {"percent": ' + b"9" * 5000 + b"}}", ["body"]),
        (b'{"stream": "VIC-2026-482911", "stream": "VIC-2026-482912"}', ["stream"]),
        (b'{"fields": {"percent": 1, "percent": 2, "ground": "a", "ground": "b"}}',
         ["ground", "percent"]),
        (b'{"fields":' * 40 + b"1" + b"}" * 40, ["body"]),
        (b"[" * 100_000, ["body"]),
        (b'{"comment": "\xff"}', ["body"]),
        ('{"comment": "x"}'.encode("utf-16"), ["body"]),
        (b'{"comment": "\\ud800"}', ["comment"]),
    ],
)  # fmt: skip
async def test_malformed_json_is_named_and_goes_no_further(
    officer: httpx.AsyncClient, edge: FakeEdge, body: bytes, named: list[str]
) -> None:
    told = problem(await officer.post(GIVE, content=body, headers=JSON), 422, "invalid")
    assert sorted(told["names"]) == named
    assert sorted(error["field"] for error in told["errors"]) == named
    assert all(error["message"] for error in told["errors"])
    assert edge.asked == []


async def test_a_body_of_20_mb_is_refused_without_being_read(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(20 * 16):
            read += 65_536
            yield b" " * 65_536

    announced = {**JSON, "Content-Length": str(20 * 1024 * 1024)}
    problem(await officer.post(GIVE, content=body(), headers=announced), 413, "too_large")
    assert read == 0
    problem(await officer.post(GIVE, content=body(), headers=JSON), 413, "too_large")
    assert read <= 1024 * 1024 + 65_536
    assert edge.asked == []


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({}, "content-type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "content-type"),
        ({"Content-Type": "text/plain"}, "content-type"),
        ({"Content-Type": "application/json; charset=latin-1"}, "content-type"),
        ({**JSON, "Content-Encoding": "gzip"}, "content-encoding"),
    ],
)
async def test_what_does_not_say_that_it_is_json_is_not_read(
    officer: httpx.AsyncClient, edge: FakeEdge, headers: dict[str, str], named: str
) -> None:
    told = problem(await officer.post(GIVE, content=b"{}", headers=headers), 415, "invalid")
    assert told["names"] == [named]
    assert edge.asked == []


async def test_json_with_a_charset_and_a_byte_order_mark_is_read(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    headers = {"Content-Type": 'application/json; charset="UTF-8"'}
    body = json.dumps({"fields": {"percent": 100}}).encode("utf-8-sig")
    assert (await officer.post(GIVE, content=body, headers=headers)).status_code == 200
    assert edge.asked[0][2] == {"fields": {"percent": 100}}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/api/v1/cases/VIC-2026-482911/events?after=-1&limit=0", ["after", "limit"]),
        ("/api/v1/cases/VIC-2026-482911/events?after=1&after=2", ["after"]),
        ("/api/v1/cases/VIC-2026-482911/events?limit=9999", ["limit"]),
        ("/api/v1/cases/VIC-2026-482911/events?after=%E1%9F%A1", ["after"]),
        ("/api/v1/cases/VIC-2026-482911?as_known_at=2026-11-22", ["as_known_at"]),
        ("/api/v1/cases/VIC-2026-482911?as_known_at=2026-11-22T09:00:00", ["as_known_at"]),
        ("/api/v1/cases/VIC-2026-482911?role=auditor", ["role"]),
        ("/api/v1/worklists/my_day?after=%00", ["after"]),
        ("/api/v1/handoffs?mission=VN", ["mission"]),
    ],
)
async def test_parameters_that_are_wrong_are_all_named(
    officer: httpx.AsyncClient, edge: FakeEdge, path: str, named: list[str]
) -> None:
    assert problem(await officer.get(path), 422, "invalid")["names"] == named
    assert edge.asked == []
