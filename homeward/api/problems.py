"""How a refusal is told over HTTP: problem details (RFC 9457), in the caller's language."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from homeward.api.languages import language_of
from homeward.domain.refusals import Refused
from homeward.edge.catalogue import Lang
from homeward.edge.words import Refusal, fault_message, message
from homeward.edge.words import refusal as in_words
from homeward.ports import Unavailable

STATUS = {
    "unauthenticated": 401, "forbidden": 403, "separation_of_duties": 403,
    "conflict_of_interest": 403, "not_found": 404, "wrong_state": 409, "stale": 409,
    "duplicate_key": 409, "consent_missing": 409, "protection_bar": 409, "hold": 409,
    "guard_failed": 409, "interpreter_conflict": 409, "guardian_missing": 409,
    "too_large": 413, "invalid": 422, "too_many": 429, "unavailable": 503,
}  # fmt: skip
"""The contract's HTTP status of each refusal."""

ENVELOPE = frozenset(
    {"stream", "streams", "command_id", "expected_version", "occurred_at", "comment", "fields"}
)
OUTSIDE = frozenset({"command", "body"})
"""Names of faults that lie nowhere in a JSON body, though there is one."""


def problem(
    refusal: Refused, language: Lang, *, body: Any = None, command_id: object = None
) -> dict[str, Any]:
    """The document. `not_found` is always the same one, whatever it is that is not there."""
    if refusal.code == "not_found":
        refusal = Refused("not_found")
    told: dict[str, Any] = {
        "type": f"/problems/{refusal.code}",
        "title": in_words(refusal, language).title,
        "status": STATUS[refusal.code],
        "detail": message(refusal, language),
        "code": refusal.code,
        "names": list(refusal.names),
    }
    if refusal.code == "invalid":
        told["errors"] = [
            {
                "pointer": pointer(name, body),
                "field": name,
                "message": fault_message(refusal.faults.get(name) or refusal.why, language),
            }
            for name in refusal.names
        ]
    if refusal.version is not None and STATUS[refusal.code] == 409:
        told["current_version"] = refusal.version
    if command_id is not None and refusal.code == "unavailable":
        told["command_id"] = str(command_id)
    return told


def away(unavailable: Unavailable) -> Refused:
    """A part that is away, as the refusal that the contract has for it."""
    return Refused("unavailable", *([unavailable.part] if unavailable.part else []))


def meaning(code: str, language: Lang) -> Refusal:
    """What a code means and what to do, where nothing more is known."""
    return in_words(Refused(code), language)


def pointer(name: str, body: Any) -> str:
    """JSON pointer (RFC 6901) from the body to what a dotted path names.

    "" where that lies in no body: in the address, or in one that could not be read.
    """
    if name in OUTSIDE or body is None:
        return ""
    first = name.split(".", maxsplit=1)[0]
    fields = body.get("fields") if isinstance(body, Mapping) else None
    known_field = isinstance(fields, Mapping) and first in fields
    top = first in ENVELOPE or (isinstance(body, Mapping) and first in body)
    steps = name.split(".") if top and not known_field else ["fields", *name.split(".")]
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def refuse(
    request: Request,
    refusal: Refused,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    command_id: object = None,
) -> Response:
    """The refusal as problem+json. `status` where HTTP has a finer one than the contract."""
    language = language_of(request)
    body = getattr(request.state, "body", None)
    told = problem(refusal, language, body=body, command_id=command_id)
    told["status"] = status or told["status"]
    extra = {"Content-Language": language, "Vary": "Accept-Language", **(headers or {})}
    if refusal.code == "unauthenticated":
        extra["WWW-Authenticate"] = "Bearer"
    if refusal.code in ("unavailable", "too_many"):
        extra.setdefault("Retry-After", "5")
    encoded = msgspec.json.encode(told)
    return Response(encoded, told["status"], extra, "application/problem+json")


def refuse_for_now(request: Request, unavailable: Unavailable) -> Response:
    after = str(max(1, math.ceil(unavailable.retry_after)))
    command_id = getattr(unavailable, "command_id", None)
    return refuse(request, away(unavailable), headers={"Retry-After": after}, command_id=command_id)
