"""`homeward document attach|save`."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import uuid4

import typer

from homeward.api.reads import PLURALS
from homeward.cli.client import Client
from homeward.cli.exits import INVALID, USAGE, end, say
from homeward.cli.options import As, Output
from homeward.cli.output import write_record
from homeward.domain.anystream import LARGEST
from homeward.domain.streams import KINDS, kind_of

document = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False
)
Stream = Annotated[str, typer.Option("--on", metavar="ID", help="The stream.")]
PLURAL_OF = {kind: plural for plural, kind in PLURALS.items()}


@document.callback()
def _document() -> None:
    """Documents of a stream."""


@document.command("attach")
def attach(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    on: Stream,
    name: Annotated[str | None, typer.Option(help="What it is; else the file's name.")] = None,
    about: Annotated[
        str | None, typer.Option(metavar="EVENT", help="The event that it belongs to.")
    ] = None,
    person: As = None,
    output: Output = "table",
) -> None:
    """Seals a file (at most 20 MiB) and attaches it.

    Example: homeward document attach passport.pdf --on VIC-2026-482911
    """
    if file.stat().st_size > LARGEST:
        end(INVALID, "A document has at most 20 MiB.")
    with Client(person) as api:
        kept = api.put("/api/v1/documents", file.read_bytes(), stream=on)
        fields: dict[str, Any] = {key: kept[key] for key in ("sha256", "size", "media_type")}
        fields |= {"name": name or file.name} | ({"about": about} if about else {})
        body = {"stream": on, "command_id": str(uuid4()), "fields": fields}
        _, told = api.give("attach_document", body)
        write_record(told, output)


@document.command("save")
def save(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event that attached it.")],
    on: Stream,
    to: Annotated[Path, typer.Option(metavar="FILE", help="Where it is written, in clear.")],
    person: As = None,
) -> None:
    """Writes an attached document to a file. That you read it is recorded.

    Example: homeward document save 0b5c... --on VIC-2026-482911 --to passport.pdf
    """
    if on[:3] not in KINDS:
        end(USAGE, "--on names a stream, such as VIC-2026-482911.")
    if to.exists():
        end(USAGE, f"{to} is there already.")
    where = (
        f"/api/v1/{PLURAL_OF[kind_of(on)]}/{quote(on, safe='')}/documents/{quote(event, safe='')}"
    )
    with Client(person) as api:
        content = api.save(where)
    to.touch(mode=0o600)
    to.write_bytes(content)
    say(f"{len(content)} bytes written to {to}")
