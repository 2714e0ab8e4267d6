"""Closing and opening one value: AES-256-GCM, with what it belongs to bound to it."""

import base64
import hashlib
import hmac
import json
import os
import unicodedata
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from homeward.domain.sealed import Compartment, Sealed

ALGORITHM = "A256GCM"
MATCH: Literal["match"] = "match"
Owned = tuple[str, Compartment | Literal["match", "document"]]
"""Whose key of which compartment."""
Why = Literal["erased", "missing", "damaged"]


class Unreadable(Exception):  # noqa: N818
    """`why`: the person was erased, the key is missing, or it or the box is not what it was."""

    def __init__(self, field: str, why: Why) -> None:
        super().__init__(field)
        self.why = why


class DataKey(msgspec.Struct, frozen=True):
    """One person's key of one compartment, in clear: never stored, never shown."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.id})"


class Sealer:
    """Closes and opens with the keys that a `Keyring` has fetched for it, and no other."""

    def __init__(
        self,
        closing: Mapping[Owned, DataKey] | None = None,
        opening: Mapping[str, bytes | Why] | None = None,
    ) -> None:
        self._closing = closing or {}
        self._opening = opening or {}

    def close(
        self, value: Any, subject: str, compartment: Compartment, field: str, *, match: bool = False
    ) -> Sealed:
        key = self._closing[subject, compartment]
        nonce = os.urandom(12)
        clear = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        bound = _bound(subject, compartment, field, key.id)
        box = AESGCM(key.secret).encrypt(nonce, clear, bound)
        return Sealed(
            subject, compartment, field, key.id, base64.b64encode(nonce + box).decode(),
            self.match(value, subject) if match else None,
        )  # fmt: skip

    def open(self, sealed: Sealed) -> Any:
        """Raises Unreadable."""
        key = self._opening.get(sealed.key, "missing")
        if isinstance(key, str):
            raise Unreadable(sealed.field, key)
        bound = _bound(sealed.subject, sealed.compartment, sealed.field, sealed.key)
        try:
            box = base64.b64decode(sealed.box)
            return json.loads(AESGCM(key).decrypt(box[:12], box[12:], bound))
        except (InvalidTag, ValueError) as fault:
            raise Unreadable(sealed.field, "damaged") from fault

    def closing_key(self, owner: Owned) -> DataKey:
        """For what is sealed in parts (`sealing.parts`)."""
        return self._closing[owner]

    def opening_key(self, id_: str) -> DataKey:
        """Raises Unreadable."""
        key = self._opening.get(id_, "missing")
        if isinstance(key, str):
            raise Unreadable("document", key)
        return DataKey(id_, key)

    def match(self, value: Any, subject: str) -> str:
        """Equal for equal values of one person, whatever their case, width or spacing."""
        plain = "".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
        secret = self._closing[subject, MATCH].secret
        digest = hmac.digest(secret, plain.encode(), hashlib.sha256)
        return base64.b64encode(digest[:16]).decode()


def _bound(subject: str, compartment: str, field: str, key: str) -> bytes:
    return f"{subject}\x1f{compartment}\x1f{field}\x1f{key}\x1f{ALGORITHM}".encode()
