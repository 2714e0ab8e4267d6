"""`homeward bench`: figures, each a ratio beside its floor in the same run."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.cli.exits import USAGE, end
from homeward.cli.output import Format, write_json, write_line, write_rows


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Which; left out: lists them.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(min=1, help="Rounds to measure.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.01, help="How long each contestant runs in a round.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="One short round: does it run at all?")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where JSON and plot go.")
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option("--table", metavar="FOLDER", help="Only prints the table of its results."),
    ] = None,
    output: Annotated[Format, typer.Option("-o", "--output", help="Form of the data.")] = "table",
) -> None:
    """Measures on a database of its own. Misses are shown as such; nothing is asserted.

    Example: homeward bench fold append --out benchmarks/results
    """
    from homeward.dev.bench.measure import Result
    from homeward.dev.bench.report import read, table
    from homeward.dev.bench.running import NAMES, find, main

    if results is not None:
        typer.echo(table(read(results)), nl=False)
        return
    if not names:
        rows = [{"name": name, "what": find(name).title} for name in NAMES]
        write_rows(rows, output, ("name", "what"))
        return
    asked = list(NAMES) if names == ["all"] else names
    if unknown := [name for name in asked if name not in NAMES]:
        end(USAGE, f"There is no bench {', '.join(unknown)}; there are: {', '.join(NAMES)}, all.")
    if quick:
        rounds, seconds = rounds or 1, seconds or 0.05
    measured = main(asked, rounds, seconds, out)

    def plain(result: Result) -> dict[str, object]:
        import msgspec

        told: dict[str, object] = msgspec.to_builtins(result)
        return told

    if output == "json":
        write_json([plain(result) for result in measured])
    elif output == "jsonl":
        for result in measured:
            write_line(plain(result))
