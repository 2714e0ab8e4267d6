"""Long contents in sealed parts, as the STREAM construction has it (Hoang, Reyhanitabar, Rogaway,
Vizár 2015): AES-256-GCM, the part's number as nonce, and whether it is the last in what is bound.

A part that was changed, moved, left out or taken from another document does not open. Each document
has a key of its own, derived from its person's, so that counting nonces is safe.
"""

from collections.abc import AsyncIterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from homeward.sealing.box import DataKey, Unreadable

PART = 256 * 1024
"""Bytes of clear content in a part."""


class Parts:
    """Seals and opens one document's parts."""

    def __init__(self, key: DataKey, document: str) -> None:
        info = f"document\x1f{document}".encode()
        own = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.secret)
        self._box = AESGCM(own)
        self._bound = f"{document}\x1f{key.id}".encode()

    def close(self, part: int, clear: bytes, *, last: bool) -> bytes:
        return self._box.encrypt(part.to_bytes(12), clear, self._about(last))

    def open(self, part: int, box: bytes, *, last: bool) -> bytes:
        """Raises Unreadable."""
        try:
            return self._box.decrypt(part.to_bytes(12), box, self._about(last))
        except InvalidTag as fault:
            raise Unreadable("document", "damaged") from fault

    def _about(self, last: bool) -> bytes:
        return self._bound + (b"\x01" if last else b"\x00")


async def in_parts(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[bytes, bool]]:
    """The same bytes in parts of PART, each with whether it is the last; nothing for no bytes."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) > PART:
            yield bytes(held[:PART]), False
            del held[:PART]
    if held:
        yield bytes(held), True
