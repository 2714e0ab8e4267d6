"""Documents: put where `attach_document` names them by their hash, and read by the event."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from homeward.api.parameters import Query, only
from homeward.api.problems import answer
from homeward.api.reads import PLURALS, stream_of
from homeward.api.sessions import actor_of, edge_of
from homeward.domain.anystream import LARGEST
from homeward.domain.refusals import Refused
from homeward.edge.documents import TOO_LARGE


async def put(request: Request) -> Response:
    """201 and what `attach_document` needs to be told. The body is the document itself."""
    actor = actor_of(request)
    query = Query(request)
    stream = query.text("stream")
    query.settle()
    if stream is None:
        raise Refused.of_faults({"stream": "is missing"})
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HTTPException(415, "content-encoding")
    told = request.headers.get("content-length", "")
    if told.isascii() and told.isdigit() and int(told[:18]) > LARGEST:
        raise Refused("too_large", why=TOO_LARGE)
    told_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    kept = await edge_of(request).store_document(stream, told_type, request.stream(), actor)
    return answer(kept, 201)


async def get(request: Request) -> Response:
    actor = actor_of(request)
    only(request)
    _, stream = stream_of(request)
    event = request.path_params["event"]
    opened = await edge_of(request).document(stream, event, actor)
    return StreamingResponse(opened.parts, 200, opened.headers, opened.media_type)


routes = [
    Route("/v1/documents", put, methods=["PUT"]),
    *(
        Route(f"/v1/{plural}/{{stream}}/documents/{{event}}", get, methods=["GET"])
        for plural in PLURALS
    ),
]
