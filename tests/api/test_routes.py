"""Each address asks the edge for what it says, as the person whose token it carries."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from homeward.domain.refusals import Refused
from tests.api.fake import FakeEdge

CASE = "VIC-2026-482911"


async def test_a_command_is_answered_with_what_became_of_it(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    body = {"stream": CASE, "fields": {"percent": 100}}
    reply = await officer.post("/api/v1/commands/propose_waiver", json=body)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == {
        "stream": CASE,
        "version": 7,
        "events": [
            {
                "id": "00000000-0000-0000-0000-000000000001",
                "type": "WaiverProposed",
                "stream": CASE,
                "at": "2026-11-22T09:00:00Z",
            }
        ],
        "result": {"stream": CASE},
    }
    what, name, given, actor = edge.asked[0]
    assert (what, name, given) == ("command", "propose_waiver", body)
    assert (actor.id, actor.roles) == ("sok", frozenset({"officer"}))


async def test_a_batch_is_answered_with_a_line_for_each_stream(
    officer: httpx.AsyncClient, edge: FakeEdge
) -> None:
    edge.outcome = [
        {"stream": CASE, "command_id": "a", "ok": True, "answer": edge.outcome},
        {"stream": "VIC-2026-1", "command_id": "b", "ok": False, "refused": Refused("not_found")},
        {"stream": "VIC-2026-2", "command_id": "c", "ok": False, "unavailable": "temporal"},
    ]
    body = {"streams": [CASE, "VIC-2026-1", "VIC-2026-2"], "fields": {}}
    reply = await officer.post("/api/v1/batches/assess_fine", json=body)
    done, unknown, away = reply.json()["lines"]
    assert (reply.status_code, done["ok"], done["answer"]["version"]) == (200, True, 7)
    assert (unknown["refused"]["code"], unknown["refused"]["status"]) == ("not_found", 404)
    assert away["refused"]["names"] == ["temporal"]
    assert away["refused"]["command_id"] == "c"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (f"/api/v1/cases/{CASE}", ("read", "case", CASE, None)),
        ("/api/v1/requests/REQ-2026-100001", ("read", "request", "REQ-2026-100001", None)),
        ("/api/v1/operations/OPS-2026-100001", ("read", "operation", "OPS-2026-100001", None)),
        ("/api/v1/incidents/INC-2026-100001", ("read", "incident", "INC-2026-100001", None)),
        ("/api/v1/courts/CRT-2026-100001", ("read", "court", "CRT-2026-100001", None)),
        (
            f"/api/v1/cases/{CASE}?as_known_at=2026-11-22T09:00:00%2B00:00",
            ("read", "case", CASE, datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ),
        (f"/api/v1/cases/{CASE}/events", ("timeline", "case", CASE, 0, 100, None)),
        (f"/api/v1/cases/{CASE}/events?after=4&limit=9", ("timeline", "case", CASE, 4, 9, None)),
        (
            f"/api/v1/cases/{CASE}/events?as_known_at=2026-11-22T09:00:00%2B00:00",
            ("timeline", "case", CASE, 0, 100, datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ),
        ("/api/v1/worklists/my_day", ("worklist", "my_day", None, 100)),
        ("/api/v1/worklists/late?after=abc&limit=5&lang=km", ("worklist", "late", "abc", 5)),
        ("/api/v1/handoffs", ("handoffs",)),
        ("/api/v1/audit/checkpoints", ("checkpoints", None, 100)),
        ("/api/v1/audit/checkpoints?after=7&limit=5", ("checkpoints", 7, 5)),
        ("/api/v1/audit/witnesses", ("witnesses",)),
        (f"/api/v1/commands/{UUID(int=7)}", ("status", UUID(int=7))),
    ],
)
async def test_a_read_asks_for_what_its_address_says(
    officer: httpx.AsyncClient, edge: FakeEdge, path: str, asked: tuple[Any, ...]
) -> None:
    edge.outcome = {"rows": []}
    assert (await officer.get(path)).status_code == 200
    told = tuple(part for part in edge.asked[0] if getattr(part, "id", None) != "sok")
    assert told == asked


async def test_health_is_of_the_process_and_ready_of_its_parts(
    anyone: httpx.AsyncClient, away: set[str]
) -> None:
    assert (await anyone.get("/health")).json() == {"status": "up"}
    assert (await anyone.get("/ready")).status_code == 200
    away.update({"temporal", "postgresql"})
    reply = await anyone.get("/ready")
    assert (reply.status_code, reply.headers["content-type"]) == (503, "application/problem+json")
    assert reply.json()["names"] == ["postgresql", "temporal"]
    assert (await anyone.get("/health")).status_code == 200
