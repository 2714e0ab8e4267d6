"""What is to be done: worklists, what is late, the liaison's inbox."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from homeward.console.kinds import path_of
from homeward.console.persons import opening
from homeward.console.visit import Visit, route
from homeward.domain.actors import ANY_WRITER, Actor
from homeward.domain.commands import COMMANDS
from homeward.domain.refusals import Refused

PAGE = 25
TABS: dict[str, frozenset[str]] = {
    "my_day": ANY_WRITER | {"auditor"},
    "second_decisions": frozenset({"supervisor", "endorser", "approver", "authoriser", "auditor"}),
    "unassigned": frozenset({"officer", "screener", "interviewer", "care", "supervisor"}),
    "requests": frozenset({"intake", "examiner", "supervisor", "mfa"}),
    "blocked": frozenset({"officer", "endorser", "supervisor"}),
    "sent_on": ANY_WRITER,
}
"""Worklists, and the roles that they are offered to. The rows are the edge's choice."""
OF_STREAMS = frozenset({"unassigned", "requests", "blocked"})


def tabs_of(actor: Actor) -> list[str]:
    return [name for name, roles in TABS.items() if not actor.roles.isdisjoint(roles)]


async def worklist(visit: Visit) -> Response:
    actor = visit.actor
    tabs = tabs_of(actor)
    if not tabs:
        return visit.page("start.html", opening=opening(actor))
    name = visit.request.query_params.get("list", tabs[0])
    if name not in tabs:
        raise Refused("not_found")
    found = await _rows(visit, name)
    return visit.page(
        "worklist.html", tabs=tabs, name=name, of_streams=name in OF_STREAMS, path_of=path_of,
        now=await visit.edge.now(), opening=opening(actor), **found,
    )  # fmt: skip


async def late(visit: Visit) -> Response:
    if not visit.actor.has("supervisor", "auditor"):
        raise Refused("forbidden")
    found = await _rows(visit, "late")
    levels: dict[int, list[dict[str, Any]]] = {}
    for row in found["rows"]:
        levels.setdefault(int(row["level"]), []).append(row)
    return visit.page(
        "late.html", levels=sorted(levels.items(), reverse=True), after=found["after"],
        now=await visit.edge.now(), path_of=path_of, record=await visit.edge.witnesses(visit.actor),
    )  # fmt: skip


async def _rows(visit: Visit, name: str) -> dict[str, Any]:
    after = visit.request.query_params.get("after")
    found = await visit.edge.worklist(name, visit.actor, after=after, limit=PAGE)
    return {"rows": found["rows"], "after": found.get("next")}


async def handoffs(visit: Visit) -> Response:
    rows = await visit.edge.handoffs(visit.actor)
    done = visit.request.query_params.get("done", "")
    return visit.page(
        "handoffs.html",
        rows=rows,
        now=await visit.edge.now(),
        done=done if done in COMMANDS else "",
    )


async def start(visit: Visit) -> Response:
    return visit.page("start.html", opening=opening(visit.actor))


routes: list[Route] = [
    route("/worklist", worklist),
    route("/late", late),
    route("/handoffs", handoffs),
    route("/start", start),
]
