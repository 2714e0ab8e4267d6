"""What every problem has (RFC 9457)."""

from typing import Any

import httpx

GIVE = "/api/v1/commands/propose_waiver"


def problem(reply: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The document, once it is known to be one of this status and code."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = reply.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/problems/{code}")
    assert told["title"]
    assert told["detail"]
    return told
