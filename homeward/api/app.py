"""The API: one application under `/api` with its own errors, mounted where the console also is.

POST /api/v1/commands/{command}   edge.command    what it raises becomes problem+json
GET  /api/v1/cases/{id}, ...      edge.read
"""

import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from homeward.api import commands, documents, reads, searches
from homeward.api.guards import Envelope, LastResort
from homeward.api.problems import STATUS, answer, refuse, refuse_for_now
from homeward.api.readiness import PROBES, Probe, health, ready
from homeward.api.reference import description, page
from homeward.desk import Accepted
from homeward.domain.refusals import Refused
from homeward.ports import Unavailable

EdgeFactory = Callable[[], AbstractAsyncContextManager[Any]]


def create_app(edge_factory: EdgeFactory, probes: Mapping[str, Probe] = PROBES) -> FastAPI:
    """The whole process's application; the console adds its pages to it."""
    api = Starlette(
        routes=[
            *commands.routes,
            *reads.routes,
            *searches.routes,
            *documents.routes,
            Route("/openapi.json", description, methods=["GET"]),
            Route("/docs", page, methods=["GET"]),
        ],
        exception_handlers=HANDLERS,
        middleware=[Middleware(LastResort)],
    )
    api.router.redirect_slashes = False

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with edge_factory() as edge:
            app.state.edge = api.state.edge = edge
            yield

    app = FastAPI(
        title="homeward", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None
    )
    app.state.probes = probes
    app.add_route("/health", health, methods=["GET"])
    app.add_route("/ready", ready, methods=["GET"])
    app.add_route("/problems/{code}", explain, methods=["GET"])
    app.mount("/api", api)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(LastResort)
    app.add_middleware(Envelope)
    return app


async def _refused(request: Request, refusal: Refused) -> Response:
    after = getattr(refusal, "retry_after", None)
    headers = {"Retry-After": str(math.ceil(after))} if after else None
    command_id = getattr(refusal, "command_id", None)
    return refuse(request, refusal, headers=headers, command_id=command_id)


async def _away(request: Request, unavailable: Unavailable) -> Response:
    return refuse_for_now(request, unavailable)


async def _accepted(_: Request, accepted: Accepted) -> Response:
    """Durable, so it will be carried out: ask for its answer, or send it again."""
    command_id = str(getattr(accepted, "command_id", ""))
    headers = {"Location": f"/api/v1/commands/{command_id}", "Retry-After": "1"}
    return answer({"command_id": command_id, "state": "accepted"}, 202, headers)


async def _http(request: Request, error: HTTPException) -> Response:
    """What routing says: no such route, another method, another content type."""
    headers = error.headers
    match error.status_code:
        case 404:
            return refuse(request, Refused("not_found"), headers=headers)
        case 405:
            refusal = Refused.of_faults({"method": "is not one that this address takes"})
            return refuse(request, refusal, status=405, headers=headers)
        case 415:
            told = "is not application/json in UTF-8"
            if error.detail == "content-encoding":
                told = "is not known: send the body as it is"
            refusal = Refused.of_faults({error.detail: told})
            return refuse(request, refusal, status=415, headers=headers)
        case status:
            known = next((code for code, one in STATUS.items() if one == status), "invalid")
            return refuse(request, Refused(known), status=status, headers=headers)


async def explain(request: Request) -> Response:
    """A problem's `type`, followed: what it means and what to do."""
    code = request.path_params["code"]
    if code not in STATUS:
        raise HTTPException(404)
    return RedirectResponse(f"/api/docs#{code}", 303)


HANDLERS: dict[Any, Any] = {
    Refused: _refused,
    Accepted: _accepted,
    Unavailable: _away,
    HTTPException: _http,
}
