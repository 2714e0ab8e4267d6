"""Results as a table for people, JSON for programs, a plot for eyes; RESULTS.md from all JSON."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from statistics import median

import msgspec
from rich.console import Console
from rich.table import Table

from homeward.dev.bench.measure import Measured, Result

_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(Result).decode
WIDTH, BAR, LEFT = 860, 22, 330


def save(result: Result, folder: Path) -> Path:
    """`<bench>.json` and `<bench>.svg`; returns the former."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.bench}.json"
    path.write_bytes(msgspec.json.format(_encode(result), indent=2) + b"\n")
    (folder / f"{result.bench}.svg").write_text(plot(result), encoding="utf-8")
    return path


def read(folder: Path) -> list[Result]:
    return [_decode(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


def show(result: Result, paper: Console) -> None:
    table = Table(title=result.title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("", result.unit, "lowest", "highest"):
        table.add_column(column, justify="left" if not column else "right")
    for name, rounds in result.figures.items():
        table.add_row(name, *(f"{n:,.4g}" for n in (median(rounds), min(rounds), max(rounds))))
    paper.print(table)
    for ratio in result.ratios:
        paper.print(
            f"{ratio.what}: [bold]{ratio.median:.2f}[/] ({ratio.low:.2f} to {ratio.high:.2f}); "
            f"{_goal(ratio)}: {_met(ratio)}"
        )


def _goal(ratio: Measured) -> str:
    return f"goal {'>=' if ratio.at_least else '<='} {ratio.goal:g}"


def _met(ratio: Measured) -> str:
    return "met" if ratio.met else "missed"


def plot(result: Result) -> str:
    """A bar for each contestant's median, a line from its lowest to its highest round."""
    most = max(max(rounds) for rounds in result.figures.values()) or 1.0
    scale = (WIDTH - LEFT - 120) / most
    lines = [_text(10, 24, result.title, "bold")]
    y = 44
    for name, rounds in result.figures.items():
        middle = median(rounds)
        low, high, half = LEFT + min(rounds) * scale, LEFT + max(rounds) * scale, y + BAR // 2
        bar = f'x="{LEFT}" y="{y}" width="{middle * scale:.1f}" height="{BAR}"'
        line = f'x1="{low:.1f}" x2="{high:.1f}" y1="{half}" y2="{half}"'
        lines += [
            _text(10, y + 15, name),
            f'<rect {bar} fill="#1d70b8"/>',
            f'<line {line} stroke="#0b0c0c" stroke-width="2"/>',
            _text(int(high + 8), y + 15, f"{middle:,.4g} {result.unit}"),
        ]
        y += BAR + 10
    for ratio in result.ratios:
        told = f"{ratio.what}: {ratio.median:.2f} ({_goal(ratio)}: {_met(ratio)})"
        lines.append(_text(10, y + 15, told))
        y += 24
    body = "\n".join(lines)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 10}" '
        f'font-family="sans-serif" font-size="13">\n{body}\n</svg>\n'
    )


def _text(x: int, y: int, words: str, weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}">{escape(words)}</text>'


def table(results: Iterable[Result]) -> str:
    """The rows of RESULTS.md."""
    lines = [
        "| bench | what | measured | spread | goal | | PostgreSQL | load | date |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        for ratio in result.ratios:
            lines.append(
                f"| {result.bench} | {ratio.what} | {ratio.median:.2f} "
                f"| {ratio.low:.2f} to {ratio.high:.2f} | {_goal(ratio)[5:]} | {_met(ratio)} "
                f"| {result.machine['postgresql']} | {result.machine['load']} "
                f"| {result.at:%Y-%m-%d} |"
            )
    return "\n".join(lines) + "\n"
