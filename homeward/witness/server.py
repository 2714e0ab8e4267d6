"""The witness over HTTP: C2SP's tlog-witness, and the list of erasures.

POST /add-checkpoint   old size, consistency proof and note -> the cosignature
GET  /checkpoints      what it has kept, a JSON line each
GET  /key              its public key
POST /erasures         a line of docs/record.md's chain, in a note that the record's key signed
GET  /erasures         the lines, for whoever holds the record's key
"""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from homeward.eventstore import note
from homeward.eventstore.chain import GENESIS, erasure_hash
from homeward.eventstore.note import COSIGNS, WHOLE, Key
from homeward.witness.folder import Folder

MOST = 1_048_576
"""Bytes of a body; an erasure names every stub of a large case."""
PROOF = 63
SIZE = {"Content-Type": "text/x.tlog.size"}
LATELY = timedelta(minutes=5)
"""How old a signed wish to read the erasures may be."""


class No(Exception):  # noqa: N818 - it is an answer
    def __init__(self, status: int, told: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(told)
        self.response = PlainTextResponse(told + "\n", status, headers)


class Witness:
    """`keys`: those that may sign for the one record that it witnesses."""

    def __init__(self, folder: Folder, keys: Sequence[Key], clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._keys, self._clock = keys, clock
        self._turn = asyncio.Lock()

    @property
    def origin(self) -> str:
        return self._keys[0].name

    # --- checkpoints ---

    async def add_checkpoint(self, request: Request) -> Response:
        old, proof, text = _request(await _body(request))
        try:
            told = note.read(text)
        except ValueError as fault:
            raise No(400, str(fault)) from None
        if told.checkpoint.origin != self.origin:
            raise No(404, "another record")
        if not any(note.verified(told, key) for key in self._keys):
            raise No(403, "not signed by a key that is known here")
        if old > told.checkpoint.size:
            raise No(400, "the old size is larger than the new one")
        async with self._turn:
            return PlainTextResponse(await self._take(old, proof, told))

    async def _take(self, old: int, proof: list[bytes], told: note.Note) -> str:
        newest = self.folder.newest
        size = newest.checkpoint.size if newest else 0
        if old != size:
            raise No(409, str(size), SIZE)
        if newest is not None:
            if newest.body == told.body and (again := note.verified(newest, self.folder.key)):
                return again.line
            if size == told.checkpoint.size and newest.checkpoint.root != told.checkpoint.root:
                raise No(409, str(size), SIZE)
            if reason := note.why_not_after(newest.checkpoint, told.checkpoint, proof):
                raise No(422, reason)
        elif proof:
            raise No(422, "nothing has to be proved of the first checkpoint")
        signed = "".join(each.line for each in told.signatures if self._ours(told, each))
        seconds = int(self._clock().timestamp())
        return await asyncio.to_thread(self.folder.keep, told, f"{told.body}\n{signed}", seconds)

    def _ours(self, told: note.Note, signature: note.Signature) -> bool:
        return any(note.verified(told, key) == signature for key in self._keys)

    async def checkpoints(self, _: Request) -> Response:
        return _lines(self.folder.checkpoints.told)

    async def key(self, _: Request) -> Response:
        return PlainTextResponse(f"{self.folder.key}\n")

    # --- erasures ---

    async def add_erasure(self, request: Request) -> Response:
        """200 once it is durable, the same line too; 409 with how many there are for another."""
        told = self._signed(await _body(request))
        line = _erasure(told)
        async with self._turn:
            have = self.folder.erasures.told
            if line in have:
                return PlainTextResponse(f"{line['number']}\n")
            tip = b64decode(have[-1]["hash"]) if have else GENESIS
            if line["number"] != len(have) + 1 or b64decode(line["prev"]) != tip:
                raise No(409, str(len(have)))
            await asyncio.to_thread(self.folder.erasures.add, line)
        return PlainTextResponse(f"{line['number']}\n")

    async def erasures(self, request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        needed = "a wish to read, signed by the record's key, is needed"
        if scheme.lower() != "note":
            raise No(401, needed)
        try:
            told = self._signed(b64decode(given, validate=True))
            at = datetime.fromisoformat(told.removeprefix("read "))
            lately = abs(self._clock() - at.astimezone(UTC)) <= LATELY
        except ValueError:
            raise No(401, needed) from None
        if not lately:
            raise No(401, "this wish to read is too old, or the clocks differ")
        return _lines(self.folder.erasures.told)

    def _signed(self, body: bytes) -> str:
        """The one line that the record's key signed here."""
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise No(400, "not UTF-8") from None
        told, _, signatures = text.partition("\n\n")
        origin, _, line = told.partition("\n")
        if origin != f"erasures of {self.origin}" or "\n" in line:
            raise No(400, "not a note about this record's erasures")
        if not any(note.signed(told + "\n", signatures, key) for key in self._keys):
            raise No(403, "not signed by a key that is known here")
        return line


def _request(body: bytes) -> tuple[int, list[bytes], str]:
    needed = "an old size, a proof, an empty line and a note are needed"
    try:
        head, _, text = body.decode().partition("\n\n")
        old, *proof = head.split("\n")
        hashes = [b64decode(line, validate=True) for line in proof]
    except ValueError:
        raise No(400, needed) from None
    word, _, size = old.partition(" ")
    if word != "old" or not WHOLE.fullmatch(size) or len(proof) > PROOF:
        raise No(400, needed)
    if any(len(each) != 32 for each in hashes):
        raise No(400, "a hash has 32 bytes")
    return int(size), hashes, text


def _erasure(text: str) -> dict[str, Any]:
    """A line as docs/record.md gives it, its hash checked."""
    try:
        line = json.loads(text)
        hashed = erasure_hash(
            b64decode(line["prev"], validate=True),
            case=line["case"],
            event=UUID(line["event"]),
            subjects=line["subjects"],
            at=datetime.fromisoformat(line["at"]),
        )
        whole = (
            hashed == b64decode(line["hash"], validate=True)
            and set(line) == ERASURE
            and type(line["number"]) is int
            and str(UUID(line["event"])) == line["event"]
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise No(400, "not a line of the erasures") from None
    if not whole:
        raise No(400, "the line's hash is not its own")
    return dict(line)


ERASURE = {"number", "case", "event", "subjects", "at", "prev", "hash"}


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST:
            raise No(413, f"at most {MOST} bytes")
    return body


def _lines(told: Sequence[object]) -> Response:
    shown = list(told)

    async def each() -> AsyncIterator[str]:
        for line in shown:
            yield json.dumps(line, ensure_ascii=False) + "\n"

    return StreamingResponse(each(), media_type="application/jsonl")


async def _no(_: Request, no: Exception) -> Response:
    assert isinstance(no, No)
    return no.response


def create_app(folder: Folder, keys: Sequence[Key], clock: Callable[[], datetime]) -> Starlette:
    """Raises ValueError where the keys are not those of one record."""
    if not keys or len({key.name for key in keys}) != 1 or any(k.use == COSIGNS for k in keys):
        raise ValueError("the keys are not those that sign for one record")
    witness = Witness(folder, keys, clock)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        folder.close()

    return Starlette(
        routes=[
            Route("/add-checkpoint", witness.add_checkpoint, methods=["POST"]),
            Route("/checkpoints", witness.checkpoints, methods=["GET"]),
            Route("/key", witness.key, methods=["GET"]),
            Route("/erasures", witness.add_erasure, methods=["POST"]),
            Route("/erasures", witness.erasures, methods=["GET"]),
        ],
        exception_handlers={No: _no},
        lifespan=lifespan,
    )
