"""Documents: what they are is told by their content; they are sealed while they arrive.

Nothing of one touches a disk in clear: parts are sealed in memory, at most LARGEST a document and
AT_ONCE documents at a time.
"""

import asyncio
import codecs
import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import filetype
import msgspec

from homeward.domain.actors import Actor
from homeward.domain.anystream import LARGEST, AttachDocument
from homeward.domain.decide import admit, forbid
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import fold, kind_of
from homeward.edge.reading import Reading
from homeward.eventstore.pool import Pool
from homeward.ports import Unavailable
from homeward.readmodel import documents
from homeward.readmodel.documents import Document
from homeward.readmodel.timeline import entries
from homeward.sealing.box import Unreadable
from homeward.sealing.keyring import Erased
from homeward.sealing.parts import Parts, in_parts

AT_ONCE = 8
TOO_LARGE = "A document has at most 20 MiB."
ROOM = asyncio.Semaphore(AT_ONCE)
TYPES = frozenset(
    {
        "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic", "image/tiff",
        "audio/mpeg", "audio/mp4", "audio/ogg", "audio/x-wav", "audio/aac", "audio/amr",
        "video/mp4", "video/webm", "video/3gpp", "video/quicktime", "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.text",
    }
)  # fmt: skip
"""What is taken: nothing that a browser would run."""


class Opened(msgspec.Struct, frozen=True):
    """A document on its way to a reader; `parts` raises Unreadable for one that was changed."""

    media_type: str
    size: int
    sha256: str
    parts: AsyncIterator[bytes]

    @property
    def headers(self) -> dict[str, str]:
        """To be saved, never shown in place: a browser runs nothing of it."""
        return {
            "Content-Length": str(self.size),
            "Content-Disposition": f'attachment; filename="{self.sha256[:16]}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "ETag": f'"{self.sha256}"',
        }


class Documents(Reading):
    """Raises Refused and Unavailable."""

    pool: Pool

    async def store_document(
        self, stream: str, told_type: str | None, chunks: AsyncIterator[bytes], actor: Actor
    ) -> dict[str, Any]:
        """Keeps what arrives for `attach_document` to name: {sha256, size, media_type, stream}.

        The same content for the same stream is kept once. `told_type` is only compared.
        """
        forbid(AttachDocument, actor, stream)
        loaded = await self.store.load((stream,))
        events = loaded.events.get(stream, ())
        now = self.host_clock() + loaded.offset
        state = fold(blank(stream), events) if events else None
        admit(AttachDocument, {}, actor, state, now)
        if state is None or not state.hears("attach_document"):
            raise Refused("wrong_state")
        if ROOM.locked():
            raise Unavailable("documents")
        async with ROOM:
            return await self._seal(stream, told_type, chunks, actor)

    async def _seal(
        self, stream: str, told_type: str | None, chunks: AsyncIterator[bytes], actor: Actor
    ) -> dict[str, Any]:
        id_ = uuid4()
        try:
            sealer = await self.keyring.closing([(stream, "document")])
        except Erased:
            raise Refused("wrong_state", why="Its personal data have been erased.") from None
        key = sealer.closing_key((stream, "document"))
        sealing = Parts(key, str(id_))
        content, sealed = hashlib.sha256(), hashlib.sha256()
        boxes: list[bytes] = []
        size, media_type = 0, ""
        async for clear, last in in_parts(chunks):
            size += len(clear)
            if size > LARGEST:
                raise Refused("too_large", why=TOO_LARGE)
            media_type = media_type or _type_of(clear, told_type)
            content.update(clear)
            boxes.append(sealing.close(len(boxes), clear, last=last))
            sealed.update(boxes[-1])
        if not boxes:
            raise Refused.of_faults({"body": "is empty"})
        document = Document(
            id_, stream, content.hexdigest(), size, media_type, key.id, len(boxes),
            self.host_clock(),
        )  # fmt: skip
        await documents.keep(self.pool, document, boxes, sealed.digest(), actor.id)
        return {
            "stream": stream, "sha256": document.sha256, "size": size, "media_type": media_type,
        }  # fmt: skip

    async def document(self, stream: str, event: str, actor: Actor) -> Opened:
        """The content that an event attached, for who may read that event; the read is kept."""
        events, today, now = await self._known(kind_of(stream), stream, actor)
        shown = entries(today, events, actor, now)
        attached = [one["fields"].get("sha256") for one in shown if one["id"] == event]
        found = await documents.find(self.pool, stream, str(attached[0])) if attached else None
        if found is None:
            raise Refused("not_found")
        await self.log.record(actor, "document", stream, ("document",), self.host_clock())
        sealer = await self.keyring.opening_keys({found.key: stream})
        try:
            opening = Parts(sealer.opening_key(found.key), str(found.id))
        except Unreadable as why:
            raise Refused("not_found") from why

        async def parts() -> AsyncIterator[bytes]:
            nth = 0
            async for box in documents.parts(self.pool, found):
                yield opening.open(nth, box, last=nth == found.parts - 1)
                nth += 1

        return Opened(found.media_type, found.size, found.sha256, parts())


def _type_of(beginning: bytes, told: str | None) -> str:
    """By content. Raises invalid for what is not taken, and for what was told to be another."""
    media_type = filetype.guess_mime(beginning) or _text(beginning)
    if media_type not in TYPES:
        raise Refused.of_faults({"body": "is of no kind of document that is taken"})
    if told not in (None, "", media_type, "application/octet-stream"):
        raise Refused.of_faults({"content-type": "is not what the content is"})
    return str(media_type)


def _text(beginning: bytes) -> str | None:
    """Plain text is UTF-8 without control characters, and no markup."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return None
    plain = all(ch >= " " or ch in "\t\r\n" for ch in text)
    return "text/plain" if plain and not text.lstrip("\ufeff \t\r\n").startswith("<") else None
