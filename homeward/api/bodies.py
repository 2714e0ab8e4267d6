"""Reading what was sent: as bytes, no more than the largest body, and as JSON alone."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from homeward.domain.refusals import Refused
from homeward.edge.parsing import LARGEST, parse_json

TOO_LARGE = "The body is larger than 1 MiB."


async def read_json_object(request: Request) -> Mapping[str, Any]:
    """The body as a JSON object; also kept on the request, for pointers into it."""
    _must_be_json(request)
    body = parse_json(await read_capped(request))
    if not isinstance(body, dict):
        raise Refused.of_faults({"body": "is not a JSON object"})
    request.state.body = body
    return body


async def read_capped(request: Request) -> bytes:
    """The bytes. One that says it is too large is not read; one that turns out so, no further."""
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:18]) > LARGEST:
        raise Refused("too_large", why=TOO_LARGE)
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST:
            raise Refused("too_large", why=TOO_LARGE)
    return bytes(read)


def _must_be_json(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise HTTPException(415, "content-type")
    charset = parameters.replace(" ", "").replace('"', "").lower()
    if charset and charset not in ("charset=utf-8", "charset=utf8"):
        raise HTTPException(415, "content-type")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "content-encoding")
