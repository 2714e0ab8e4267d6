"""Opening by reference, finding a person, and who else a request or case may be about."""

from starlette.responses import Response
from starlette.routing import Route

from homeward.console.kinds import PLURALS, STREAM, checked, path_of
from homeward.console.rendering import go_to
from homeward.console.streams import named
from homeward.console.visit import Visit, route
from homeward.domain.refusals import Refused
from homeward.edge.figures import latin
from homeward.edge.searching import ASKED, PEOPLE
from homeward.edge.words import fault_message


async def find(visit: Visit) -> Response:
    """By reference, in whichever digits and case it was typed."""
    ref = latin(visit.request.query_params.get("ref", "")).strip().upper()
    if not STREAM.fullmatch(ref):
        return visit.page("find.html", 422 if ref else 200, ref=ref, asked={}, faults={})
    return go_to(path_of(ref))


async def search(visit: Visit) -> Response:
    """By name, document and birth date; sent as a form, so that no name stands in an address."""
    form = await visit.request.form()
    asked = {name: str(form.get(name, "")).strip() for name in ASKED}
    try:
        found = await visit.edge.search(visit.actor, asked)
    except Refused as refused:
        if refused.code != "invalid":
            raise
        faults = {name: fault_message(told, visit.lang) for name, told in refused.faults.items()}
        return visit.page("find.html", 422, ref="", asked=asked, faults=faults)
    return visit.page(
        "find.html", ref="", asked=asked, faults={}, found=found["rows"], left=found["left"],
        path_of=path_of,
    )  # fmt: skip


async def candidates(visit: Visit) -> Response:
    plural, stream = named(visit)
    kind = checked(plural, stream)
    told = await visit.edge.candidates(kind, stream, visit.actor)
    return visit.page(
        "candidates.html", kind=kind, stream=stream, path=path_of(stream), path_of=path_of,
        people=told["people"],
    )  # fmt: skip


routes: list[Route] = [
    route("/find", find),
    route("/find", search, "POST"),
    *(
        route(f"/{plural}/{{stream}}/candidates", candidates)
        for plural, kind in PLURALS.items()
        if kind in PEOPLE
    ),
]
