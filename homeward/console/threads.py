"""One handoff as its liaison sees it: what is asked, the messages, and the ways to answer."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from homeward.console import casepage
from homeward.console.kinds import checked
from homeward.console.showing import group
from homeward.console.visit import Visit, route
from homeward.domain.commands import COMMANDS
from homeward.domain.refusals import Refused

ANSWERS = ("accept_handoff", "answer_handoff", "ask_about_handoff", "decline_handoff")
BESIDE = ("travel", "reception")
"""What a liaison's view has beside identity and handoffs."""


async def thread(visit: Visit) -> Response:
    case = visit.request.path_params["stream"]
    checked("cases", case)
    view = await visit.edge.read("case", case, visit.actor)
    handoff = _found(view, visit.request.path_params["handoff"])
    return visit.page(
        "thread.html", case=case, handoff=handoff, view=view,
        identity=group(view.get("identity") or {}, visit.lang),
        answers=_answers(view, handoff, visit), clock=await visit.edge.now(),
        sections=[one for one in casepage.sections(view, visit.lang) if one.name in BESIDE],
    )  # fmt: skip


def _found(view: Mapping[str, Any], wanted: str) -> Mapping[str, Any]:
    given = view.get("handoffs") or ()
    for one in given.values() if isinstance(given, Mapping) else given:
        if str(one.get("id")) == wanted:
            return dict(one)
    raise Refused("not_found")


def _answers(view: Mapping[str, Any], handoff: Mapping[str, Any], visit: Visit) -> list[str]:
    """What this reader may do with this handoff, by its state."""
    by_state = {
        "OPENED": ("accept_handoff", "ask_about_handoff", "decline_handoff"),
        "DELIVERED": ("accept_handoff", "ask_about_handoff", "decline_handoff"),
        "ACCEPTED": ("answer_handoff", "ask_about_handoff", "decline_handoff"),
    }
    told = casepage.possible(view)
    return [
        name
        for name in by_state.get(str(handoff.get("state")), ())
        if not visit.actor.roles.isdisjoint(COMMANDS[name].spec.by) and told.get(name) is None
    ]


routes: list[Route] = [route("/handoffs/{stream}/{handoff}", thread)]
