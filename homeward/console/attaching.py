"""Attaching a document as a file, and saving one; in memory alone until it is sealed."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from homeward.console.kinds import PLURALS, checked, path_of
from homeward.console.rendering import go_to
from homeward.console.streams import named
from homeward.console.visit import STATUS, Visit, route
from homeward.domain.anystream import LARGEST, AttachDocument
from homeward.domain.decide import forbid
from homeward.domain.refusals import Refused
from homeward.edge.documents import TOO_LARGE
from homeward.edge.words import Refusal, fault_message, refusal

ROUND_IT = 64 * 1024
"""What a form has beside its file."""
MultiPartParser.spool_max_size = LARGEST + ROUND_IT  # a spooled file would lie on disk in clear
FIELDS = {"body": "file", "content-type": "file", "fields.name": "name"}


async def form(visit: Visit) -> Response:
    stream = _stream(visit)
    forbid(AttachDocument, visit.actor, stream)
    return _page(visit, stream, uuid4())


async def attach(visit: Visit) -> Response:
    stream = _stream(visit)
    told = await visit.request.form()
    file, name = told.get("file"), str(told.get("name", "")).strip()
    command_id = _uuid(str(told.get("command_id", "")))
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(
            visit, stream, command_id, name, {"file": fault_message("is missing", visit.lang)}
        )
    try:
        kept = await visit.edge.store_document(stream, None, _chunks(file), visit.actor)
        fields = {key: kept[key] for key in ("sha256", "size", "media_type")}
        fields["name"] = name or file.filename
        body: dict[str, Any] = {"stream": stream, "command_id": str(command_id), "fields": fields}
        await visit.edge.command("attach_document", body, visit.actor)
    except Refused as refused:
        if refused.code == "not_found":
            raise
        faults = {
            FIELDS.get(key, key): fault_message(why, visit.lang)
            for key, why in refused.faults.items()
        }
        status = STATUS.get(refused.code, 409)
        said = None if faults else refusal(refused, visit.lang)
        return _page(visit, stream, uuid4(), name, faults, said, status)
    return go_to(f"{path_of(stream)}?done=attach_document")


async def save(visit: Visit) -> Response:
    event = visit.request.path_params["event"]
    opened = await visit.edge.document(_stream(visit), event, visit.actor)
    return StreamingResponse(opened.parts, 200, opened.headers, opened.media_type)


def _page(
    visit: Visit,
    stream: str,
    command_id: UUID,
    name: str = "",
    faults: dict[str, str] | None = None,
    said: Refusal | None = None,
    status: int = 422,
) -> Response:
    wrong = bool(faults or said)
    return visit.page(
        "attach.html", status if wrong else 200, stream=stream, back=path_of(stream), name=name,
        command_id=command_id, faults=faults or {}, told=said,
    )  # fmt: skip


def _stream(visit: Visit) -> str:
    plural, stream = named(visit)
    checked(plural, stream)
    return stream


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(ROUND_IT):
        yield chunk


def _uuid(told: str) -> UUID:
    try:
        return UUID(told)
    except ValueError:
        raise Refused("invalid", "command_id") from None


def fits(visit: Visit) -> None:
    """Asked before the form is read. Raises too_large."""
    told = visit.request.headers.get("content-length", "")
    if not (told.isascii() and told.isdigit() and int(told[:18]) <= LARGEST + ROUND_IT):
        raise Refused("too_large", why=TOO_LARGE)


routes: list[Route] = [
    one
    for plural in PLURALS
    for one in (
        route(f"/{plural}/{{stream}}/do/attach_document", form),
        route(f"/{plural}/{{stream}}/do/attach_document", attach, "POST", file=fits),
        route(f"/{plural}/{{stream}}/documents/{{event}}", save),
    )
]
