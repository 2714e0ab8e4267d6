"""Reading streams, worklists and handoffs. The edge records each read before it answers."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from homeward.api.parameters import GREATEST, LIMIT, Query, only
from homeward.api.problems import answer
from homeward.api.sessions import actor_of, edge_of
from homeward.domain.refusals import Refused
from homeward.domain.streams import PREFIX

PLURALS = {
    "requests": "request", "operations": "operation", "incidents": "incident", "cases": "case",
    "courts": "court",
}  # fmt: skip


def stream_of(request: Request) -> tuple[str, str]:
    """Kind and id. One that cannot be an id is not found like any other that is not there."""
    kind = PLURALS[request.url.path.split("/")[3]]
    stream = request.path_params["stream"]
    if not re.fullmatch(PREFIX[kind] + r"-[0-9]{4}-[0-9]{6}", stream, re.ASCII):
        raise Refused("not_found")
    return kind, stream


async def show(request: Request) -> Response:
    actor = actor_of(request)
    query = Query(request)
    as_known_at = query.moment("as_known_at")
    query.settle()
    kind, stream = stream_of(request)
    read = await edge_of(request).read(kind, stream, actor, as_known_at=as_known_at)
    return answer(read)


async def timeline(request: Request) -> Response:
    actor = actor_of(request)
    query = Query(request)
    after = query.whole("after", 0, 0, 999_999_999)
    limit = query.whole("limit", LIMIT, 1, GREATEST)
    as_known_at = query.moment("as_known_at")
    query.settle()
    kind, stream = stream_of(request)
    read = await edge_of(request).timeline(
        kind, stream, actor, after=after, limit=limit, as_known_at=as_known_at
    )
    return answer(read)


async def worklist(request: Request) -> Response:
    actor = actor_of(request)
    query = Query(request)
    after = query.text("after")
    limit = query.whole("limit", LIMIT, 1, GREATEST)
    query.settle()
    name = request.path_params["name"]
    return answer(await edge_of(request).worklist(name, actor, after=after, limit=limit))


async def handoffs(request: Request) -> Response:
    actor = actor_of(request)
    only(request)
    return answer({"rows": await edge_of(request).handoffs(actor)})


async def checkpoints(request: Request) -> Response:
    actor = actor_of(request)
    query = Query(request)
    after = query.whole("after", 0, 1, 999_999_999)
    limit = query.whole("limit", LIMIT, 1, GREATEST)
    query.settle()
    return answer(await edge_of(request).checkpoints(actor, before=after or None, limit=limit))


async def witnesses(request: Request) -> Response:
    actor = actor_of(request)
    only(request)
    return answer(await edge_of(request).witnesses(actor))


routes = [
    *(
        route
        for plural in PLURALS
        for route in (
            Route(f"/v1/{plural}/{{stream}}", show, methods=["GET"]),
            Route(f"/v1/{plural}/{{stream}}/events", timeline, methods=["GET"]),
        )
    ),
    Route("/v1/worklists/{name}", worklist, methods=["GET"]),
    Route("/v1/handoffs", handoffs, methods=["GET"]),
    Route("/v1/audit/checkpoints", checkpoints, methods=["GET"]),
    Route("/v1/audit/witnesses", witnesses, methods=["GET"]),
]
