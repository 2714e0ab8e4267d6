"""One request to the console: who, in which language, and how every fault becomes a page."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from homeward.console import session
from homeward.console.rendering import go_to, render
from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.edge.catalogue import Lang, language_of
from homeward.edge.edge import Edge
from homeward.edge.words import refusal
from homeward.ports import Unavailable
from homeward.settings import settings

log = structlog.get_logger()
STATUS = {
    "unauthenticated": 401, "forbidden": 403, "separation_of_duties": 403,
    "conflict_of_interest": 403, "not_found": 404, "too_large": 413, "invalid": 422,
    "too_many": 429, "unavailable": 503,
}  # fmt: skip
"""The contract's HTTP status of each refusal; all others are 409."""


class Visit:
    """What every page needs to know of who asks for it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.edge: Edge = request.app.state.edge
        self.lang: Lang = lang_of(request)
        self.signed_in = session.actor_of(request, self.edge)
        self.csrf, self.fresh = session.csrf(request)
        self.secure = settings().environment == "production"

    @property
    def actor(self) -> Actor:
        """Raises Refused("unauthenticated")."""
        if self.signed_in is None:
            raise Refused("unauthenticated")
        return self.signed_in

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        headers = values.pop("headers", None)
        known = {
            "actor": self.signed_in,
            "csrf": self.csrf,
            "here": self.request.url.path,
            "query": self.request.url.query,
            "development": not self.secure,
            **values,
        }
        answer = render(template, self.lang, known, status, headers)
        return session.keep(answer, self.fresh, secure=self.secure)

    def problem(self, refused: Refused, **values: Any) -> Response:
        """A page that says what is wrong and what to do next."""
        told = refusal(refused if refused.code != "not_found" else Refused("not_found"), self.lang)
        status = STATUS.get(refused.code, 409)
        return self.page("problem.html", status, told=told, code=refused.code, **values)


def lang_of(request: Request) -> Lang:
    kept = request.query_params.get("lang") or request.cookies.get(session.LANG)
    return language_of(kept or request.headers.get("accept-language"))


Handler = Callable[[Visit], Awaitable[Response]]


def route(
    path: str,
    handler: Handler,
    *methods: str,
    free: bool = False,
    file: Callable[[Visit], None] | None = None,
) -> Route:
    """`free` ones are for those who are not signed in, too. `file`: the form has one that fits."""

    async def answer(request: Request) -> Response:
        visit = Visit(request)
        try:
            if request.method == "POST":
                if file is not None:
                    file(visit)
                await _sent_from_here(visit, files=int(file is not None))
            if not free and visit.signed_in is None:
                return go_to("/sign-in")
            return await handler(visit)
        except Refused as refused:
            return visit.problem(refused)
        except Unavailable as away:
            return _away(visit, away)
        except HTTPException as fault:
            return visit.problem(Refused("not_found" if fault.status_code == 404 else "invalid"))
        except Exception:
            log.exception("page_failed", route=path)
            return visit.page("broken.html", 500)

    answer.__name__ = handler.__name__
    return Route(path, answer, methods=list(methods or ("GET",)), include_in_schema=False)


async def _sent_from_here(visit: Visit, files: int = 0) -> None:
    form = await visit.request.form(max_files=files, max_fields=2000)
    if not session.sent_from_here(visit.request, str(form.get("csrf", ""))):
        raise Refused("forbidden", why="The form was not sent from this page, or it is too old.")


def _away(visit: Visit, away: Unavailable) -> Response:
    retry = {"Retry-After": str(max(1, round(away.retry_after)))}
    return visit.problem(Refused("unavailable", away.part), headers=retry)
