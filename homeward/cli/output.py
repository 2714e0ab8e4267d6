"""Data on standard output: a table for people, JSON for programs, JSON lines for pipes."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

Format = Literal["table", "json", "jsonl"]
ZONE = ZoneInfo("Asia/Phnom_Penh")
WIDE = 160
"""Columns where there is no terminal to ask: a table in a file is not cut."""


def paper() -> Console:
    """Standard output. Colour and width as the terminal has them, none of either elsewhere."""
    terminal = sys.stdout.isatty()
    return Console(file=sys.stdout, width=None if terminal else WIDE, highlight=False)


def write_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def write_line(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)


def write_rows(
    rows: Iterable[Mapping[str, Any]], form: Format, columns: Sequence[str], empty: str = ""
) -> None:
    """`columns` are those of the table (dotted paths); JSON has all there is."""
    if form == "jsonl":
        for row in rows:
            write_line(row)
        return
    found = list(rows)
    if form == "json":
        write_json(found)
        return
    if not found:
        Console(stderr=True, highlight=False).print(escape(empty or "Nothing."))
        return
    shown = [c for c in columns if any(dig(row, c) not in (None, "", [], {}) for row in found)]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in shown:
        table.add_column(column.rsplit(".", 1)[-1].replace("_", " "), overflow="fold")
    for row in found:
        table.add_row(*(Text(plain(dig(row, column))) for column in shown))
    paper().print(table)


def write_record(record: Mapping[str, Any], form: Format) -> None:
    """One thing: its parts below each other."""
    if form == "json":
        write_json(record)
        return
    if form == "jsonl":
        write_line(record)
        return
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in record.items():
        table.add_row(Text(name.replace("_", " ")), Text("\n".join(_lines(value))))
    paper().print(table)


def _lines(value: Any) -> list[str]:
    """Groups and lists one entry a line; what is empty says so."""
    if isinstance(value, Mapping):
        return [f"{key}: {plain(inner)}" for key, inner in value.items()] or ["-"]
    if isinstance(value, list) and any(isinstance(inner, (Mapping, list)) for inner in value):
        return [plain(inner) for inner in value] or ["-"]
    return [plain(value) or "-"]


def plain(value: Any) -> str:
    """A value in one line of text."""
    match value:
        case None:
            return ""
        case True:
            return "yes"
        case False:
            return "no"
        case Mapping():
            told = ((key, inner) for key, inner in value.items() if inner not in (None, "", [], {}))
            return ", ".join(f"{key}={_inside(inner)}" for key, inner in told)
        case list():
            return ", ".join(plain(inner) for inner in value)
        case str():
            return moment(value)
        case _:
            return str(value)


def _inside(value: Any) -> str:
    return f"{{{plain(value)}}}" if isinstance(value, Mapping) else plain(value)


def moment(text: str) -> str:
    """A time to the minute, as it is in Phnom Penh; any other text as it is."""
    if len(text) < 19 or text[4:5] != "-" or text[10:11] != "T":
        return text
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if at.tzinfo else text


def dig(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value
