"""Documents as they are kept: sealed parts, and what is known of them without opening."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from homeward.eventstore.pool import Pool, reaching
from homeward.readmodel.access_log import RECORD

KEEP = """
insert into es.document (document_id, stream_id, sha256, size, media_type, key_id, parts, sealed,
                         stored_at, stored_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (stream_id, sha256) do nothing returning document_id
"""
KEEP_PART = "insert into es.document_part (document_id, part, box) values ($1, $2, $3)"
FIND = """
select document_id, stream_id, sha256, size, media_type, key_id, parts, stored_at from es.document
 where stream_id = $1 and sha256 = $2
"""
ONE_PART = "select box from es.document_part where document_id = $1 and part = $2"


class Document(msgspec.Struct, frozen=True):
    id: UUID
    stream: str
    sha256: str
    size: int
    media_type: str
    key: str
    parts: int
    stored_at: datetime


async def keep(
    pool: Pool, document: Document, boxes: Sequence[bytes], sealed: bytes, actor: str
) -> bool:
    """In one transaction with its line in the access log; False: the stream has it already."""
    with reaching():
        async with pool.acquire() as connection, connection.transaction():
            kept = await connection.fetchval(
                KEEP, document.id, document.stream, document.sha256, document.size,
                document.media_type, document.key, document.parts, sealed, document.stored_at,
                actor,
            )  # fmt: skip
            if kept is None:
                return False
            parts = [(document.id, nth, box) for nth, box in enumerate(boxes)]
            await connection.executemany(KEEP_PART, parts)
            told = (document.stored_at, actor, f"stored {sealed.hex()}", [document.stream])
            await connection.execute(RECORD, *told, ["document"])
    return True


async def find(pool: Pool, stream: str, sha256: str) -> Document | None:
    with reaching():
        row = await pool.fetchrow(FIND, stream, sha256)
    return None if row is None else Document(*row)


async def parts(pool: Pool, document: Document) -> AsyncIterator[bytes]:
    """The boxes in order, one at a time: no more than one is held."""
    for nth in range(document.parts):
        with reaching():
            box: bytes = await pool.fetchval(ONE_PART, document.id, nth)
        yield box
