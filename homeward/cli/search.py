"""`homeward search`, and `homeward request|case candidates`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from homeward.cli.client import Client
from homeward.cli.exits import words
from homeward.cli.options import As, Output
from homeward.cli.output import write_record, write_rows

COLUMNS = ("of_person", "score", "why", "stream", "person", "state", "opened_at")


def search(
    name: Annotated[
        str | None, typer.Option(help="As it is written anywhere: any script, near spellings.")
    ] = None,
    document: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="Of a passport or travel document.")
    ] = None,
    born: Annotated[
        str | None, typer.Option(metavar="DATE", help="YYYY, YYYY-MM or YYYY-MM-DD; with a name.")
    ] = None,
    person: As = None,
    output: Output = "table",
) -> None:
    """Finds a person among requests and cases. Each search is recorded, and counted.

    Example: homeward search --name "Sok Vanna" --born 1998
    """
    given = {"name": name, "document": document, "born": born}
    with Client(person) as api:
        told = api.post("/api/v1/search", {key: value for key, value in given.items() if value})
    write_rows(told["rows"], output, COLUMNS, "Nobody was found.")
    words().print(f"Searches left: {told['left']}.")


def candidates_of(kind: str, plural: str, prefix: str) -> Callable[..., None]:
    """`homeward request candidates` and `homeward case candidates`."""

    def candidates(
        stream: Annotated[str, typer.Argument(metavar="ID", help=f"Such as {prefix}-2026-482911.")],
        person: As = None,
        output: Output = "table",
    ) -> None:
        with Client(person) as api:
            told = api.get(f"/api/v1/{plural}/{quote(stream, safe='')}/candidates")
        if output == "json":
            write_record(told, output)
            return
        write_rows(_lines(told), output, COLUMNS, "Nobody else who may be the same.")

    candidates.__doc__ = f"""Shows who else this {kind} may be about; nobody is merged by itself.

    Example: homeward {kind} candidates {prefix}-2026-482911
    """
    return candidates


def _lines(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for one in told["people"]:
        for row in one["rows"]:
            yield {"of_person": one["person"], **row}
