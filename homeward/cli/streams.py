"""`homeward case list|show|timeline`, and the same for requests, operations, incidents, courts."""

import time
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

import typer

from homeward.cli.client import Client
from homeward.cli.exits import USAGE, end
from homeward.cli.options import As, Limit, Output
from homeward.cli.output import plain, write_line, write_record, write_rows
from homeward.cli.search import candidates_of

EVERY = 2.0
"""Seconds between two looks of `--follow`."""
COLUMNS = ("number", "at", "type", "by", "roles", "why", "what")
LINES = (
    "stream", "state", "kind", "deadline", "level", "due", "next_due", "since", "opened_at",
    "urgency", "province", "nationality", "failing", "person", "roles", "mission", "tells",
)  # fmt: skip
WORKLISTS = (
    "my_day", "unassigned", "sent_on", "late", "second_decisions", "handoffs", "requests",
    "blocked",
)  # fmt: skip


AsKnownAt = Annotated[
    str | None, typer.Option(metavar="TIME", help="As the record stood then; with its offset.")
]


def complete_worklist(incomplete: str) -> list[str]:
    return [name for name in WORKLISTS if name.startswith(incomplete)]


def of_kind(kind: str, plural: str, prefix: str, waits_in: str) -> typer.Typer:
    """The sub-commands for one kind of stream."""
    app = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
    )
    of_one = f"The {kind}'s id, such as {prefix}-2026-482911."
    stream_id = typer.Argument(metavar="ID", help=of_one)

    def show(
        stream: Annotated[str, stream_id],
        as_known_at: AsKnownAt = None,
        person: As = None,
        output: Output = "table",
    ) -> None:
        with Client(person) as api:
            path = f"/api/v1/{plural}/{quote(stream, safe='')}"
            read = api.get(path, as_known_at=as_known_at)
            write_record(_readable(read) if output == "table" else read, output)

    def timeline(
        stream: Annotated[str, stream_id],
        follow: Annotated[
            bool, typer.Option("--follow", "-f", help="Go on, until Ctrl-C, as more happens.")
        ] = False,
        as_known_at: AsKnownAt = None,
        person: As = None,
        output: Output = "table",
    ) -> None:
        if follow and as_known_at is not None:
            end(USAGE, "What was known once does not go on: --follow or --as-known-at.")
        path = f"/api/v1/{plural}/{quote(stream, safe='')}/events"
        with Client(person) as api:
            events = list(api.rows(path, as_known_at=as_known_at))
            rows = events if output != "table" else [_step(event) for event in events]
            form = "jsonl" if follow and output == "json" else output
            write_rows(rows, form, COLUMNS, "Nothing to be seen.")
            if follow:
                for event in _more(api, path, events[-1]["number"] if events else 0):
                    if form == "table":
                        print("  ".join(plain(_step(event)[c]) for c in COLUMNS), flush=True)
                    else:
                        write_line(event)

    def list_(
        worklist: Annotated[
            str, typer.Option(help="Where to look.", autocompletion=complete_worklist)
        ] = waits_in,
        limit: Limit = None,
        person: As = None,
        output: Output = "table",
    ) -> None:
        with Client(person) as api:
            found = _of_worklist(api, worklist, None if limit is None else limit * 4)
            rows = [row for row in found if str(row.get("stream", "")).startswith(prefix)]
            write_rows(rows[:limit], output, LINES, f"No {plural} there.")

    show.__doc__ = f"""Shows one {kind} as this person may see it.

    Example: homeward {kind} show {prefix}-2026-482911

    Example: homeward {kind} show {prefix}-2026-482911 --as-known-at 2026-08-26T17:00:00+07:00
    """
    timeline.__doc__ = f"""Shows every step of one {kind}: when, what, who, why.

    Example: homeward {kind} timeline {prefix}-2026-482911 --follow
    """
    list_.__doc__ = f"""Lists the {plural} of a worklist.

    Example: homeward {kind} list --worklist {waits_in} -o jsonl
    """
    app.command("list")(list_)
    app.command("show")(show)
    app.command("timeline")(timeline)
    return app


def _readable(read: dict[str, Any]) -> dict[str, Any]:
    """What is possible in a word each: yes, or why not."""
    possible = read.get("possible")
    if not isinstance(possible, dict):
        return read
    told = {
        name: "yes" if one.get("now") else f"no: {one.get('why') or one.get('code')}"
        for name, one in possible.items()
        if isinstance(one, dict)
    }
    return {**read, "possible": told}


def _more(api: Client, path: str, after: int) -> Iterator[dict[str, Any]]:
    while True:
        time.sleep(EVERY)
        for event in api.get(path, after=after)["events"]:
            after = event["number"]
            yield event


def _step(event: dict[str, Any]) -> dict[str, Any]:
    """An event as a line for people: its reason, and what else it holds."""
    fields = event.get("fields") or {}
    why = event.get("why")
    rest = {k: v for k, v in fields.items() if v != why}
    told = [plain(part) for part in (why, event.get("comment")) if part]
    return {**event, "why": "; ".join(told), "what": plain(rest)}


def _of_worklist(api: Client, name: str, limit: int | None) -> Iterator[dict[str, Any]]:
    return api.rows(f"/api/v1/worklists/{quote(name, safe='')}", limit)


def worklist(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help=", ".join(WORKLISTS), autocompletion=complete_worklist),
    ],
    limit: Limit = None,
    person: As = None,
    output: Output = "table",
) -> None:
    """Lists what waits, due first.

    Example: homeward worklist my_day --as sok
    """  # fmt: skip
    with Client(person) as api:
        write_rows(_of_worklist(api, name, limit), output, LINES, "Nothing waits there.")


handoff = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
)


@handoff.callback()
def _handoff() -> None:
    """What embassies are asked."""


@handoff.command("list")
def handoffs(person: As = None, output: Output = "table") -> None:
    """Lists what a liaison's mission is asked: for whom, by when.

    Example: homeward handoff list --as vn
    """
    columns = ("handoff", "stream", "kind", "state", "due", "identity.name_romanised")
    with Client(person) as api:
        rows = api.get("/api/v1/handoffs")["rows"]
        write_rows(rows, output, columns, "Nothing is asked of this mission.")


case = of_kind("case", "cases", "VIC", "my_day")
case.command("candidates")(candidates_of("case", "cases", "VIC"))
request = of_kind("request", "requests", "REQ", "requests")
request.command("candidates")(candidates_of("request", "requests", "REQ"))
operation = of_kind("operation", "operations", "OPS", "my_day")
incident = of_kind("incident", "incidents", "INC", "my_day")
court = of_kind("court", "courts", "CRT", "my_day")
