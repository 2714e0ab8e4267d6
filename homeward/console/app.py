"""The console: pages for people, on the same process and the same edge as the API."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from homeward.console import attaching, entering, finding, giving, lists, streams, threads
from homeward.console.visit import Visit
from homeward.domain.refusals import Refused
from homeward.edge.edge import Edge

STATIC = Path(__file__).parent / "static"


class Files(StaticFiles):
    """Style, script and fonts: the same for everybody, asked for again when they change."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def install(app: FastAPI, edge: Edge | None = None) -> None:
    """Add the console's pages to `app`. The edge is `app.state.edge`, given here or at start-up."""
    if edge is not None:
        app.state.edge = edge
    app.mount("/static", Files(directory=STATIC), name="static")
    for part in (entering, lists, finding, threads, attaching, giving, streams):
        app.router.routes.extend(part.routes)
    elsewhere = app.exception_handlers.get(HTTPException, http_exception_handler)

    async def not_there(request: Request, fault: Exception) -> Response:
        """An unknown address is a page for people, and a problem document for programs."""
        if request.url.path.startswith(("/api", "/static")) or not isinstance(fault, HTTPException):
            told: Any = elsewhere(request, fault)
            answer: Response = await told
            return answer
        code = "not_found" if fault.status_code in (404, 405) else "invalid"
        return Visit(request).problem(Refused(code))

    app.add_exception_handler(HTTPException, not_there)
