"""`homeward audit verify`: whether the record is what was signed and witnessed."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from homeward import verifier
from homeward.cli.exits import AWAY, FAILED_CHECK, USAGE, end, say, words
from homeward.cli.output import write_json, write_rows
from homeward.eventstore.snapshot import Snapshot
from homeward.settings import settings

COUNTED = ("events", "pending", "streams", "access", "erasures", "checkpoints", "not_witnessed")


def verify(
    export: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="An export; left out: HOMEWARD_DATABASE_URL."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The public keys, got from elsewhere.")
    ] = None,
    witness: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|URL", help="What a witness holds; again for each."),
    ] = None,
    output: Annotated[
        Literal["table", "json"], typer.Option("-o", "--output", help="Form of the data.")
    ] = "table",
) -> None:
    """Checks every hash, root and signature; ends with 8 and the place where something is wrong.

    Example: homeward audit verify --key keys.txt --witness https://court.example
    """
    try:
        keys = verifier.read_keys(key.read_bytes().decode()) if key else []
    except (OSError, ValueError, verifier.Bad) as fault:
        end(USAGE, f"{key} holds no public keys: {fault}")
    held = dict(_held(each) for each in witness or [])
    if export is not None:
        if not export.is_dir():
            end(USAGE, f"{export} is no folder.")
        with _bar(None) as told:
            report = verifier.verify_export(export, keys, held, told)
    elif not (url := settings().database_url):
        end(USAGE, "Neither --export nor HOMEWARD_DATABASE_URL names a record.")
    else:
        with Snapshot(url) as record, _bar(record.count()) as told:
            report = of_database(record, keys, held, told)
    if output == "json":
        write_json(report)
    else:
        _show(report)
    if not report["intact"]:
        raise typer.Exit(FAILED_CHECK)


def of_database(
    record: Snapshot,
    keys: list[verifier.Key],
    held: Mapping[str, Iterable[verifier.Row]],
    told: Callable[[int], object],
) -> dict[str, Any]:
    """The verifier's report, and what only a database can have wrong."""
    parts = {
        "events": record.events(), "streams": record.streams(), "access": record.access(),
        "erasures": record.erasures(), "checkpoints": _checkpoints(record), "keys": record.keys(),
        "witnesses": {name: record.kept_by(name) for name in record.witnesses()},
    }  # fmt: skip
    report = verifier.verify(parts, keys, held, told)
    for stream, version in record.astray():
        what = "the queue for positions does not hold it as it is"
        report["findings"].add("pending", what, None, None, stream, version)
        report["intact"] = False
    for stream, what in record.documents_astray():
        report["findings"].add("document", what, stream=stream)
        report["intact"] = False
    return report


def _checkpoints(record: Snapshot) -> Iterator[verifier.Row]:
    for nth, (size, note, number, signed) in enumerate(record.checkpoints(), 1):
        if number != nth:
            yield verifier.Bad(f"number {number} stands in its place")
        elif f"\nsigned {signed}\n" not in note:
            yield verifier.Bad("its row tells another time than it does")
        else:
            yield size, note


def _held(where: str) -> tuple[str, Iterable[verifier.Row]]:
    """A witness's name, and the notes that it holds; asked for itself, or from its file."""
    if not where.startswith(("http://", "https://")):
        path = Path(where)
        if not path.is_file():
            end(USAGE, f"{path} is no file.")
        return path.stem.removeprefix("witness-"), verifier.read_lines(path, "witness")
    address = where.partition("#")[0].rstrip("/")
    try:
        answer = httpx.get(f"{address}/checkpoints", timeout=30, follow_redirects=False)
        answer.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as away:
        end(AWAY, f"The witness at {address} does not answer ({type(away).__name__}).")
    lines = answer.content.splitlines(keepends=True)
    return urlsplit(address).netloc, (verifier.read_line(line, "witness") for line in lines)


@contextlib.contextmanager
def _bar(total: int | None) -> Iterator[Callable[[int], object]]:
    """A bar on standard error; nothing where that is no terminal."""
    columns = (
        TextColumn("events"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=words(), disable=not words().is_terminal) as bar:
        task = bar.add_task("events", total=total)
        yield lambda more: bar.advance(task, more)


def _show(report: Mapping[str, Any]) -> None:
    rows = [{"what": name.replace("_", " "), "count": report[name]} for name in COUNTED]
    rows += [
        {"what": f"witnessed by {name}", "count": size}
        for name, size in report["witnesses"].items()
    ]
    write_rows(rows, "table", ("what", "count"))
    if report["findings"]:
        write_rows(
            report["findings"], "table", ("part", "first", "last", "stream", "version", "what")
        )
    for each in report["not_checked"]:
        say(f"Not checked: {each}.")
    say("The record is intact." if report["intact"] else "The record is NOT intact.")
