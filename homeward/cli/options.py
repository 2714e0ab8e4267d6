"""Options that many commands share."""

from typing import Annotated

import typer

from homeward.cli.output import Format

Output = Annotated[
    Format,
    typer.Option("-o", "--output", help="table for people, json or jsonl for programs."),
]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Who asks, instead of HOMEWARD_TOKEN; development only.",
        envvar="HOMEWARD_AS",
        show_envvar=False,
    ),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="At most so many rows; all if left out.")
]
