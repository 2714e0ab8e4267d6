"""Signing in and out, the language, and the way to one's first page."""

from starlette.responses import Response
from starlette.routing import Route

from homeward.console import session
from homeward.console.persons import actor_named, entries
from homeward.console.rendering import go_to
from homeward.console.visit import Visit, route
from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.edge.catalogue import LANGUAGES

A_YEAR = 365 * 24 * 3600


def first_page(actor: Actor) -> str:
    """A liaison's day begins in the inbox, everybody else's in the worklist."""
    return "/handoffs" if actor.is_only("liaison") else "/worklist"


async def home(visit: Visit) -> Response:
    return go_to(first_page(visit.signed_in) if visit.signed_in else "/sign-in")


async def sign_in(visit: Visit) -> Response:
    if visit.signed_in is not None:
        return go_to(first_page(visit.signed_in))
    return visit.page("sign_in.html", persons=[] if visit.secure else entries(visit.lang))


async def signed_in(visit: Visit) -> Response:
    form = await visit.request.form()
    found = actor_named(str(form.get("person", "")))
    if visit.secure:
        raise Refused("forbidden")
    if found is None:
        return visit.page("sign_in.html", 422, persons=entries(visit.lang), missing=True)
    answer = go_to(first_page(found))
    session.begin(answer, visit.edge, found, secure=visit.secure)
    return answer


async def sign_out(visit: Visit) -> Response:  # noqa: ARG001 - a route's handler
    answer = go_to("/sign-in")
    session.end(answer)
    return answer


async def choose_language(visit: Visit) -> Response:
    """A link, so that it works everywhere; it changes nothing but how pages read."""
    wanted = visit.request.query_params.get("to", "")
    back = visit.request.query_params.get("back", "/")
    answer = go_to(back if is_ours(back) else "/")
    if wanted in LANGUAGES:
        answer.set_cookie(
            session.LANG, wanted, max_age=A_YEAR, samesite="lax", httponly=True,
            secure=visit.secure,
        )  # fmt: skip
    return answer


def is_ours(path: str) -> bool:
    """A path of this server: never another host's page."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path


routes: list[Route] = [
    route("/", home, free=True),
    route("/sign-in", sign_in, free=True),
    route("/sign-in", signed_in, "POST", free=True),
    route("/sign-out", sign_out, "POST", free=True),
    route("/language", choose_language, free=True),
]
