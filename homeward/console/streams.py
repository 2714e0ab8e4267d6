"""A case, request, operation, incident or court case on one page, and its whole history."""

from datetime import datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from homeward.console import casepage
from homeward.console.kinds import PLURALS, checked, path_of
from homeward.console.persons import name_of
from homeward.console.showing import as_moment, group, shown
from homeward.console.visit import Visit, route
from homeward.domain.calendar import PHNOM_PENH
from homeward.domain.commands import COMMANDS
from homeward.domain.refusals import Refused
from homeward.edge.catalogue import Lang, term
from homeward.readmodel.page import LONGEST

LATEST = 20
"""How many steps the page itself shows; the history shows all."""
BRIEF = 5
"""How many of a step's fields the timeline tells; the history tells all."""


async def page(visit: Visit) -> Response:
    plural, stream = named(visit)
    kind = checked(plural, stream)
    then = as_known_at(visit)
    view = await visit.edge.read(kind, stream, visit.actor, as_known_at=then)
    events = await history_of(visit, kind, stream, then)
    now, later = casepage.deeds(view, visit.lang)
    done = visit.request.query_params.get("done", "")
    return visit.page(
        "stream.html",
        kind=kind,
        view=view,
        path=path_of(stream),
        sections=casepage.sections(view, visit.lang),
        tracks=casepage.tracks(view, visit.lang),
        holds=casepage.holds(view, visit.lang),
        tasks=casepage.tasks(view, visit.lang),
        deadlines=casepage.deadlines(view, visit.lang),
        blocking=casepage.blocking(view, visit.lang),
        deeds=[deed for deed in now if deed.name not in casepage.AT_ANY_TIME],
        other_deeds=[deed for deed in now if deed.name in casepage.AT_ANY_TIME],
        not_now=later,
        events=[entry(event, visit.lang, path_of(stream)) for event in events[:LATEST]],
        more=len(events) > LATEST,
        clock=then or await visit.edge.now(),
        then=then,
        then_typed=f"{then.astimezone(PHNOM_PENH):%Y-%m-%dT%H:%M}" if then else "",
        done=done if done in COMMANDS else "",
    )


async def history(visit: Visit) -> Response:
    plural, stream = named(visit)
    kind = checked(plural, stream)
    then = as_known_at(visit)
    events = await history_of(visit, kind, stream, then)
    return visit.page(
        "history.html", kind=kind, stream=stream, path=path_of(stream), then=then,
        events=[entry(event, visit.lang, path_of(stream), ids=True) for event in events],
    )  # fmt: skip


def named(visit: Visit) -> tuple[str, str]:
    """Plural and id, as the path has them."""
    return visit.request.url.path.split("/")[1], visit.request.path_params["stream"]


def as_known_at(visit: Visit) -> datetime | None:
    """The moment in the address: a time of Phnom Penh, unless it says otherwise."""
    given = visit.request.query_params.get("as_known_at", "").strip()
    if not given:
        return None
    try:
        told = datetime.fromisoformat(given.replace(" ", "+"))
    except ValueError:
        raise Refused.of_faults({"as_known_at": "is not a real date and time"}) from None
    return told if told.tzinfo else told.replace(tzinfo=PHNOM_PENH)


async def history_of(
    visit: Visit, kind: str, stream: str, then: datetime | None
) -> list[dict[str, Any]]:
    """Everything that the reader may know of, newest first."""
    found: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        told = await visit.edge.timeline(
            kind, stream, visit.actor, after=after, limit=LONGEST, as_known_at=then
        )
        found += told["events"]
        after = told["next"]
    return found[::-1]


def entry(event: dict[str, Any], lang: Lang, path: str, *, ids: bool = False) -> dict[str, Any]:
    """One step for people: what, who in which role, when, why, and the rest of what it says."""
    fields = {name: value for name, value in (event.get("fields") or {}).items() if value}
    told = group(fields, lang, ids=ids)
    by = str(event["by"])
    kept = event["type"] == "DocumentAttached" and fields.get("sha256")
    return {
        **event,
        "document": f"{path}/documents/{event['id']}" if kept else "",
        "known": as_moment(event["recorded_at"]).isoformat(),
        "title": term("event", str(event["type"]), lang),
        "who": term("role", "system", lang) if by == "system" else name_of(by, lang),
        "as": ", ".join(term("role", role, lang) for role in event.get("roles") or ())
        if by != "system"
        else "",
        "deed": term("command", str(event["command"]), lang) if event.get("command") else "",
        "told": told,
        "brief": [(label, one.text) for label, one in told.rows if one.text][:BRIEF],
        "remark": shown("comment", event.get("comment"), lang).text,
    }


routes: list[Route] = [
    one
    for plural in PLURALS
    for one in (
        route(f"/{plural}/{{stream}}", page),
        route(f"/{plural}/{{stream}}/history", history),
    )
]
