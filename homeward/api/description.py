"""The OpenAPI description: a path per command with its schema and an example, and every read."""

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from homeward.api.catalogue import about, offered
from homeward.api.examples import STREAMS, example_of
from homeward.api.parameters import GREATEST
from homeward.api.problems import STATUS, meaning
from homeward.api.reads import PLURALS
from homeward.api.searches import OF_PEOPLE
from homeward.domain.anystream import LARGEST
from homeward.domain.commands import Command
from homeward.sealing.forms import clear_form

REFUSALS = ("401", "403", "404", "409", "413", "415", "422", "503")
EVERY = (*REFUSALS, "429")
READS = ("401", "403", "404", "422", "503")


@cache
def openapi() -> dict[str, Any]:
    commands = offered()
    models = [(clear_form(cls), "validation") for cls in commands.values()]
    refs, defs = models_json_schema(
        models,  # type: ignore[arg-type]  # the mode is one of its literals
        ref_template="#/components/schemas/{model}",
    )
    fields = {name: refs[clear_form(cls), "validation"] for name, cls in commands.items()}
    paths: dict[str, Any] = {}
    for name, cls in commands.items():
        paths[f"/api/v1/commands/{name}"] = {"post": _command(name, cls, fields[name])}
    for name, cls in commands.items():
        if not cls.spec.opens:
            paths[f"/api/v1/batches/{name}"] = {"post": _batch(name, cls, fields[name])}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "homeward",
            "version": "1",
            "description": "Carries each foreign victim of trafficking from rescue to home.",
        },
        "security": [{"bearer": []}],
        "tags": [
            {"name": kind} for kind in (*PLURALS.values(), "any", "lists", "record", "process")
        ],
        "paths": paths | _reads() | _process(),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": defs.get("$defs", {}) | SCHEMAS,
            "responses": {code: _problem_response(int(code)) for code in EVERY},
        },
    }


def _command(name: str, cls: type[Command], fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [cls.spec.stream],
        "summary": name.replace("_", " ").capitalize(),
        "description": f"{about(cls)} By: {', '.join(sorted(cls.spec.by))}.".strip(),
        "requestBody": _body(_envelope(cls, fields), example_of(name)),
        "responses": {
            "200": _json("The first answer, however often it is sent.", "Answer"),
            "202": {
                **_json("Durably accepted, not yet carried out.", "Accepted"),
                "headers": {"Location": {"schema": {"type": "string"}}},
            },
            **_refusals(REFUSALS),
        },
    }


def _batch(name: str, cls: type[Command], fields: dict[str, Any]) -> dict[str, Any]:
    example = {"streams": [STREAMS[cls.spec.stream]], "fields": example_of(name)["fields"]}
    streams = {"type": "array", "items": _stream(cls), "minItems": 1, "maxItems": 1000}
    shared = {k: v for k, v in ENVELOPE.items() if k != "expected_version"}
    schema = {
        "type": "object",
        "properties": {"streams": streams, **shared, "fields": fields},
        "required": ["streams"],
        "additionalProperties": False,
    }
    return {
        "operationId": f"{name}_each",
        "tags": [cls.spec.stream],
        "summary": f"{name.replace('_', ' ').capitalize()}, on each of many streams",
        "requestBody": _body(schema, example),
        "responses": {"200": _json("A line for each stream.", "Lines"), **_refusals(REFUSALS)},
    }


def _envelope(cls: type[Command], fields: dict[str, Any]) -> dict[str, Any]:
    own = {} if cls.spec.opens else {"stream": _stream(cls)}
    needs_fields = any(field.is_required() for field in cls.model_fields.values())
    return {
        "type": "object",
        "properties": {**own, **ENVELOPE, "fields": fields},
        "required": [*own, *(["fields"] if needs_fields else [])],
        "additionalProperties": False,
    }


def _stream(cls: type[Command]) -> dict[str, Any]:
    prefix = STREAMS[cls.spec.stream][:3] if cls.spec.stream != "any" else "(REQ|OPS|VIC|INC|CRT)"
    return {"type": "string", "pattern": f"^{prefix}-[0-9]{{4}}-[0-9]{{6}}$"}


def _body(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": example}}
    return {"required": True, "content": content}


def _json(description: str, schema: str) -> dict[str, Any]:
    ref = {"$ref": f"#/components/schemas/{schema}"}
    return {"description": description, "content": {"application/json": {"schema": ref}}}


def _refusals(codes: tuple[str, ...]) -> dict[str, Any]:
    return {code: {"$ref": f"#/components/responses/{code}"} for code in codes}


def _problem_response(status: int) -> dict[str, Any]:
    codes = [code for code, one in STATUS.items() if one == status] or ["invalid"]
    told = "; ".join(f"`{code}`: {meaning(code, 'en').title}" for code in codes)
    ref = {"$ref": "#/components/schemas/Problem"}
    response: dict[str, Any] = {
        "description": told,
        "content": {"application/problem+json": {"schema": ref}},
    }
    if status in (429, 503):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return response


def _reads() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for plural, kind in PLURALS.items():
        where = {"name": "id", "in": "path", "required": True, "example": STREAMS[kind]}
        identified = [{**where, "schema": {"type": "string"}}]
        moment = {"type": "string", "format": "date-time"}
        paths[f"/api/v1/{plural}/{{id}}"] = {
            "get": _read(
                f"read_{kind}", kind, f"The {kind} as this person may see it", "View",
                [*identified, _query("as_known_at", moment)],
            )
        }  # fmt: skip
        paths[f"/api/v1/{plural}/{{id}}/events"] = {
            "get": _read(
                f"{kind}_timeline", kind, "What happened: who, when, why", "Timeline",
                [
                    *identified, _query("after", {"type": "integer", "minimum": 0}), LIMIT,
                    _query("as_known_at", moment),
                ],
            )
        }  # fmt: skip
    name = {"name": "name", "in": "path", "required": True, "schema": {"enum": WORKLISTS}}
    after = _query("after", {"type": "string"})
    paths["/api/v1/worklists/{name}"] = {
        "get": _read("worklist", "lists", "What waits, due first", "Rows", [name, after, LIMIT])
    }
    paths["/api/v1/handoffs"] = {
        "get": _read("handoffs", "lists", "What a liaison's mission is asked", "Rows", [])
    }
    for plural in OF_PEOPLE:
        kind = PLURALS[plural]
        where = {"name": "id", "in": "path", "required": True, "example": STREAMS[kind]}
        paths[f"/api/v1/{plural}/{{id}}/candidates"] = {
            "get": _read(
                f"{kind}_candidates", kind, "Who else this may be; nobody is merged by itself",
                "Candidates", [{**where, "schema": {"type": "string"}}],
            )
        }  # fmt: skip
    paths["/api/v1/search"] = {
        "post": {
            **_read("search", "lists", "Find a person; recorded, and counted", "Found", []),
            "requestBody": _body(SEARCHED, {"name": "Sok Vanna", "born": "1998"}),
        }
    }
    paths["/api/v1/search"]["post"]["responses"] |= _refusals(("413", "415", "429"))
    paths |= _documents()
    number = _query("after", {"type": "integer", "minimum": 1})
    paths["/api/v1/audit/checkpoints"] = {
        "get": _read("checkpoints", "record", "Signed notes, newest first", "Rows", [number, LIMIT])
    }
    paths["/api/v1/audit/witnesses"] = {
        "get": _read(
            "witnesses", "record", "How far the record is signed, who has it", "Record", []
        )
    }
    identified = [{"name": "command_id", "in": "path", "required": True, "schema": UUID}]
    paths["/api/v1/commands/{command_id}"] = {
        "get": _read(
            "command_status", "lists", "What became of a command; unknown: send it again",
            "Status", identified,
        )
    }  # fmt: skip
    paths["/api/v1/commands"] = {
        "get": _read("commands", "lists", "What commands there are", "Commands", [])
    }
    return paths


def _documents() -> dict[str, Any]:
    content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    put = _read("put_document", "any", "Keep a document for attach_document to name", "Kept", [])
    put["parameters"].append({**_query("stream", {"type": "string"}), "required": True})
    put["requestBody"] = {"required": True, "content": content}
    put["responses"] = {"201": put["responses"].pop("200"), **put["responses"]}
    put["responses"] |= _refusals(("409", "413", "415"))
    paths: dict[str, Any] = {"/api/v1/documents": {"put": put}}
    for plural, kind in PLURALS.items():
        where = [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "event", "in": "path", "required": True, "schema": UUID},
        ]
        get = _read(f"{kind}_document", kind, "What an event attached; the read is kept", "", where)
        get["responses"]["200"] = {"description": "The content.", "content": content}
        paths[f"/api/v1/{plural}/{{id}}/documents/{{event}}"] = {"get": get}
    return paths


def _read(
    name: str, tag: str, summary: str, schema: str, parameters: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": [*parameters, LANG],
        "responses": {"200": _json("As asked.", schema), **_refusals(READS)},
    }


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _process() -> dict[str, Any]:
    def probe(name: str, summary: str, *others: str) -> dict[str, Any]:
        answers = {"200": _json("Yes.", "Parts"), **_refusals(others)}
        one = {"operationId": name, "tags": ["process"], "summary": summary, "security": []}
        return {"get": {**one, "responses": answers}}

    return {
        "/health": probe("health", "The process is up"),
        "/ready": probe("ready", "Its parts are up; else which is away", "503"),
    }


WORKLISTS = [
    "my_day", "unassigned", "sent_on", "late", "second_decisions", "handoffs", "requests",
    "blocked",
]  # fmt: skip
UUID = {"type": "string", "format": "uuid"}
LIMIT = _query("limit", {"type": "integer", "minimum": 1, "maximum": GREATEST})
LANG = _query("lang", {"enum": ["en", "km"]})
ENVELOPE: dict[str, Any] = {
    "command_id": {**UUID, "description": "Makes repetition harmless; made here if left out."},
    "expected_version": {"type": "integer", "minimum": 0},
    "occurred_at": {"type": "string", "format": "date-time"},
    "comment": {"type": "string"},
}
EVENT = {
    "type": "object",
    "properties": {
        "id": UUID,
        "type": {"type": "string"},
        "stream": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
    },
}


def _record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


SEARCHED = {
    "type": "object",
    "description": "A name in any script, or a document's number; a birth date beside a name.",
    "properties": {
        "name": {"type": "string", "maxLength": 200},
        "document": {"type": "string", "maxLength": 200},
        "born": {"type": "string", "description": "YYYY, YYYY-MM or YYYY-MM-DD"},
    },
    "additionalProperties": False,
}
FOUND = _list(
    _record(
        stream={"type": "string"},
        kind={"type": "string"},
        state={"type": "string"},
        opened_at={"type": "string", "format": "date-time"},
        person={"type": ["integer", "null"]},
        score={"type": "integer", "minimum": 0, "maximum": 100},
        why=_list({"type": "string"}),
    )
)
SCHEMAS: dict[str, Any] = {
    "Answer": _record(
        stream={"type": "string"},
        version={"type": "integer"},
        events=_list(EVENT),
        result={"type": "object", "additionalProperties": {"type": "string"}},
    ),
    "Accepted": _record(command_id=UUID, state={"const": "accepted"}),
    "Status": {
        "type": "object",
        "properties": {
            "command_id": UUID,
            "state": {"enum": ["done", "unknown"]},
            "answer": {"$ref": "#/components/schemas/Answer"},
        },
        "required": ["command_id", "state"],
    },
    "Lines": _record(lines=_list({"type": "object"})),
    "View": {"type": "object"},
    "Timeline": _record(events=_list({"type": "object"}), next={"type": ["integer", "null"]}),
    "Rows": {"type": "object", "properties": {"rows": _list({"type": "object"})}},
    "Found": _record(rows=FOUND, left={"type": "integer", "minimum": 0}),
    "Candidates": _record(people=_list(_record(person={"type": ["integer", "null"]}, rows=FOUND))),
    "Kept": _record(
        stream={"type": "string"},
        sha256={"type": "string"},
        size={"type": "integer", "maximum": LARGEST},
        media_type={"type": "string"},
    ),
    "Record": {"type": "object"},
    "Commands": _record(commands=_list({"type": "object"})),
    "Parts": {"type": "object"},
    "Problem": {
        "type": "object",
        "description": "RFC 9457.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "code": {"enum": list(STATUS)},
            "names": _list({"type": "string"}),
            "errors": _list(
                _record(
                    pointer={"type": "string"}, field={"type": "string"}, message={"type": "string"}
                )
            ),
            "current_version": {"type": "integer"},
            "command_id": UUID,
        },
        "required": ["type", "title", "status", "detail", "code", "names"],
    },
}
