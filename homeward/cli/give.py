"""`homeward command` and `homeward commands`: giving any command there is, and what there is."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
import yaml
from rich.markup import escape

from homeward.cli.client import Client
from homeward.cli.exits import INVALID, USAGE, end, say
from homeward.cli.groups import each_of, give_group, on_streams, one_by_one, streams_of
from homeward.cli.options import As, Output
from homeward.cli.output import write_record, write_rows
from homeward.cli.setting import apply

PATIENCE = 20.0
"""Seconds that an accepted command is waited for."""
PAUSE = 0.5


def complete_command(incomplete: str) -> list[str]:
    from homeward.api.catalogue import offered

    return [name for name in offered() if name.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Such as propose_waiver.", autocompletion=complete_command),
]


def command(
    name: Name,
    on: Annotated[str | None, typer.Option("--on", metavar="ID", help="The stream.")] = None,
    on_file: Annotated[
        str | None,
        typer.Option(metavar="LIST", help="A group: a stream's id a line, # comments; - reads it."),
    ] = None,
    each: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A group: one command's fields a line, as JSON."),
    ] = None,
    with_: Annotated[
        str | None,
        typer.Option("--with", metavar="FILE", help="The fields, as YAML or JSON; - reads them."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="One field; dotted paths go deeper."),
    ] = None,
    id_: Annotated[
        str | None,
        typer.Option(
            "--id", metavar="UUID", help="The command's id, or the group's, to repeat it."
        ),
    ] = None,
    expect: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Refuse it if more happened since.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When it was done.")] = None,
    comment: Annotated[str | None, typer.Option(help="A word to go with it.")] = None,
    person: As = None,
    output: Output = "table",
) -> None:
    """Gives a command. `homeward commands NAME` shows its fields.

    Example: homeward command propose_waiver --on VIC-2026-482911 --set percent=100
    --set ground=victim_of_trafficking --set "reasons=Held against her will"

    Example: homeward command register_request --with request.yaml -o json

    A group is sent in slices; whatever breaks off, go on with the --id that was told. Exit code 8:
    some of the group were refused.

    Example: homeward command approve_waiver --on-file cases.txt --set percent=100

    Example: homeward command open_case --each arrivals.jsonl
    """
    if sum(one is not None for one in (on, on_file, each)) > 1:
        end(USAGE, "One of --on, --on-file and --each says what it is given to.")
    fields = _fields(with_)
    apply(name, fields, set_ or [])
    command_id = id_ or str(uuid4())
    body = {
        "stream": on, "command_id": command_id, "expected_version": expect, "occurred_at": at,
        "comment": comment,
    }  # fmt: skip
    given = {key: value for key, value in body.items() if value is not None}
    if on_file is not None or each is not None:
        if expect is not None or not uuid_like(command_id):
            end(USAGE, "A group has no --expect, and its --id is a UUID.")
        if on_file is not None:
            pieces = on_streams(name, streams_of(on_file), {**given, "fields": fields})
        else:
            pieces = one_by_one(name, ({**fields, **one} for one in each_of(str(each))), given)
        give_group(person, name, pieces, command_id, output)
        return
    with Client(person) as api:
        status, answer = api.give(name, {**given, "fields": fields})
        if status == 202:
            answer = _wait(api, command_id) or answer
    if answer.get("state") == "accepted":
        say(f"Accepted and safe, not yet carried out. Ask again with: --id {command_id}")
    write_record(_readable(answer) if output == "table" else answer, output)


def _fields(source: str | None) -> dict[str, Any]:
    if source is None:
        return {}
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        end(USAGE, f"Cannot read {escape(source)}: {type(fault).__name__}.")
    try:
        read = json.loads(text) if text.lstrip().startswith("{") else _yaml(text)
    except ValueError as fault:
        line = getattr(fault, "lineno", None)
        end(INVALID, f"{escape(source)} is not JSON" + (f" (line {line})." if line else "."))
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        where = f" (line {mark.line + 1})." if mark else "."
        end(INVALID, f"{escape(source)} is not YAML{where}")
    if not isinstance(read, dict):
        end(INVALID, f"{escape(source)} does not hold fields: KEY: VALUE.")
    return read


def _yaml(text: str) -> Any:
    """YAML 1.2, where a date is a text as it is in JSON."""
    from homeward.dev.scenario.format import load_yaml

    return load_yaml(text)


def _wait(api: Client, command_id: str) -> Any:
    """The answer of an accepted command, if it comes within a while."""
    say("Accepted; waiting until it is carried out ...")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        told = api.get(f"/api/v1/commands/{command_id}")
        if told.get("state") == "done":
            return told["answer"]
        time.sleep(PAUSE)
    return None


def _readable(answer: dict[str, Any]) -> dict[str, Any]:
    events = [f"{event.get('type')} ({event.get('stream')})" for event in answer.get("events", [])]
    return {**answer, "events": events} if "events" in answer else answer


def commands(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="One to show.", autocompletion=complete_command),
    ] = None,
    stream: Annotated[str | None, typer.Option(help="Those of one kind: case, request ...")] = None,
    by: Annotated[str | None, typer.Option(metavar="ROLE", help="Those of one role.")] = None,
    output: Output = "table",
) -> None:
    """Lists the commands there are, or shows the fields of one. Needs no API.

    Example: homeward commands --by officer

    Example: homeward commands propose_waiver
    """
    from homeward.api.catalogue import catalogue, entry, offered

    if name is None:
        rows = [
            one
            for one in catalogue()
            if stream in (None, one["stream"]) and (by is None or by in one["by"])
        ]
        write_rows(rows, output, ("name", "stream", "by", "about"), "No such commands.")
        return
    if uuid_like(name) or name not in offered():
        end(USAGE, f"There is no command {escape(name)}. List them with: homeward commands")
    one = entry(name)
    if output != "table":
        write_record(one, output)
        return
    write_record({k: one[k] for k in ("name", "stream", "by", "not_by", "about")}, "table")
    print()
    write_rows(
        _told_fields(one["schema"]), "table", ("field", "type", "required"), "It has no fields."
    )
    print(f"\nhomeward command {name}{'' if one['opens'] else ' --on ID'} --with - <<'END'")
    print(json.dumps(one["example"]["fields"], indent=2, ensure_ascii=False) + "\nEND")


def uuid_like(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _told_fields(schema: dict[str, Any]) -> list[dict[str, Any]]:
    from homeward.cli.setting import kinds

    required = schema.get("required", [])
    return [
        {"field": name, "type": kinds(inner, schema), "required": name in required}
        for name, inner in schema.get("properties", {}).items()
    ]
