"""Searching for a person, and candidates: who else a request or case may be about."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from homeward.api.bodies import read_json_object
from homeward.api.parameters import only
from homeward.api.problems import answer
from homeward.api.reads import PLURALS, stream_of
from homeward.api.sessions import actor_of, edge_of
from homeward.edge.searching import PEOPLE

OF_PEOPLE = tuple(plural for plural, kind in PLURALS.items() if kind in PEOPLE)


async def search(request: Request) -> Response:
    """A POST, so that no name stands in an address."""
    actor = actor_of(request)
    only(request)
    asked = await read_json_object(request)
    return answer(await edge_of(request).search(actor, asked))


async def candidates(request: Request) -> Response:
    actor = actor_of(request)
    only(request)
    kind, stream = stream_of(request)
    return answer(await edge_of(request).candidates(kind, stream, actor))


routes = [
    Route("/v1/search", search, methods=["POST"]),
    *(
        Route(f"/v1/{plural}/{{stream}}/candidates", candidates, methods=["GET"])
        for plural in OF_PEOPLE
    ),
]
