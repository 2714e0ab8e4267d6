"""One command given to a whole group: in slices, with a bar, and gone on with after any break."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from homeward.cli.client import Client
from homeward.cli.exits import AWAY, FAILED_CHECK, INVALID, OK, USAGE, end, of_problem, say, words
from homeward.cli.output import Format, write_line, write_rows

SLICE = 20
"""How many are sent at once: a slice is answered well before the client loses patience."""
COLUMNS = ("stream", "outcome", "code", "why", "command_id")
Line = dict[str, Any]


class Piece(NamedTuple):
    """What is sent at once, and how many of the group are in it."""

    path: str
    body: dict[str, Any]
    streams: tuple[str, ...]


def streams_of(source: str) -> list[str]:
    """A stream's id a line; what follows a `#` is for people. `-` is standard input."""
    lines = (line.partition("#")[0].strip() for line in _text(source).splitlines())
    found = list(dict.fromkeys(line for line in lines if line))
    if not found:
        end(INVALID, f"{escape(source)} names no stream.")
    return found


def each_of(source: str) -> list[dict[str, Any]]:
    """The fields of one command a line, as JSON. `-` is standard input."""
    found = []
    for number, line in enumerate(_text(source).splitlines(), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except ValueError:
            end(INVALID, f"{escape(source)} is not JSON (line {number}).")
        if not isinstance(fields, dict):
            end(INVALID, f'{escape(source)} does not hold fields: {{"key": ...}} (line {number}).')
        found.append(fields)
    if not found:
        end(INVALID, f"{escape(source)} holds no fields.")
    return found


def _text(source: str) -> str:
    try:
        return sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        end(USAGE, f"Cannot read {escape(source)}: {type(fault).__name__}.")


def on_streams(name: str, streams: Sequence[str], shared: Mapping[str, Any]) -> list[Piece]:
    """Slices of one batch: the API derives each command's id from the batch's and the stream."""
    return [
        Piece(f"/api/v1/batches/{name}", {**shared, "streams": some}, tuple(some))
        for some in (list(streams[at : at + SLICE]) for at in range(0, len(streams), SLICE))
    ]


def one_by_one(name: str, each: Iterable[dict[str, Any]], shared: Mapping[str, Any]) -> list[Piece]:
    """Commands with fields of their own. An id follows from the fields, so that lines may move."""
    group = UUID(str(shared["command_id"]))
    met: Counter[str] = Counter()
    pieces = []
    for fields in each:
        told = json.dumps(fields, sort_keys=True)
        met[told] += 1
        body = {**shared, "command_id": str(uuid5(group, f"{met[told]} {told}")), "fields": fields}
        pieces.append(Piece(f"/api/v1/commands/{name}", body, ("",)))
    return pieces


def give_group(
    person: str | None, name: str, pieces: Sequence[Piece], group: str, output: Format
) -> None:
    """Sends what is to be sent and ends with the exit code of what came of it."""
    again = f"[bold]--id {escape(group)}[/]"
    words().print(f"Sent again with {again}, each is carried out once.")
    lines: list[Line] = []
    whole = sum(len(piece.streams) for piece in pieces)
    try:
        with Client(person) as api:
            for line in _sent(api, name, pieces, whole):
                lines.append(line)
                if output == "jsonl":
                    write_line(line)
    except (KeyboardInterrupt, typer.Exit):
        words().print(f"{len(lines)} of {whole} were answered. Go on with {again}.")
        _write(lines, output)
        raise
    _write(lines, output)
    _end(lines, whole, again)


def _sent(api: Client, name: str, pieces: Sequence[Piece], whole: int) -> Iterator[Line]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=words(), transient=True) as bar:
        task = bar.add_task(name, total=whole)
        for piece in pieces:
            told = [_line(one) for one in api.answered(piece.path, piece.body)]
            bar.advance(task, len(piece.streams))
            yield from told
            if any(one["outcome"] == "unknown" for one in told):
                return


def _line(told: Mapping[str, Any]) -> Line:
    """One of the group: done, refused, accepted (safe, not yet carried out) or unknown."""
    base = {"stream": told.get("stream", ""), "command_id": told.get("command_id")}
    if problem := told.get("refused"):
        code = str(problem.get("code", ""))
        outcome = "unknown" if of_problem(problem) == AWAY else "refused"
        return {**base, "outcome": outcome, "code": code, "why": _why(problem), "refused": problem}
    if told.get("accepted"):
        return {**base, "outcome": "accepted"}
    return {**base, "outcome": "done", "answer": told.get("answer")}


def _why(problem: Mapping[str, Any]) -> str:
    if errors := problem.get("errors"):
        return "; ".join(f"{error['field']}: {error['message']}" for error in errors)
    return str(problem.get("detail") or problem.get("title") or "")


def _write(lines: Sequence[Line], output: Format) -> None:
    if output != "jsonl":
        write_rows(lines, output, COLUMNS, "Nothing was answered.")


def _end(lines: Sequence[Line], whole: int, again: str) -> None:
    of = Counter(line["outcome"] for line in lines)
    told = [
        f"{of[outcome]} {outcome}" for outcome in ("done", "refused", "accepted") if of[outcome]
    ]
    say(f"Of {whole}: {', '.join(told) or 'none answered'}.")
    if of["unknown"]:
        end(AWAY, f"A part of the engine is away. Go on with {again}.")
    if of["accepted"]:
        words().print(f"Accepted ones are safe, not yet carried out. Ask again with {again}.")
    refused = {of_problem(line["refused"]) for line in lines if line["outcome"] == "refused"}
    if refused:
        alone = len(refused) == 1 and of["refused"] == whole
        raise typer.Exit(refused.pop() if alone else FAILED_CHECK)
    raise typer.Exit(OK)
