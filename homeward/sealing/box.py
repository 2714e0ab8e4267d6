"""Closing and opening one value: AES-256-GCM, with what it belongs to bound to it."""

import base64
import hashlib
import hmac
import json
import os
import unicodedata
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from homeward.domain.sealed import Compartment, Sealed
from homeward.sealing.keys import FileKeys

ALGORITHM = "A256GCM"


class Unreadable(Exception):  # noqa: N818
    """The key is missing, wrong or destroyed, or the box was moved from where it belongs."""


class Sealer:
    """Closes and opens with the keys it is given."""

    def __init__(self, keys: FileKeys) -> None:
        self.keys = keys

    def close(
        self, value: Any, subject: str, compartment: Compartment, field: str, *, match: bool = False
    ) -> Sealed:
        nonce = os.urandom(12)
        clear = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        bound = self._bound(subject, compartment, field, self.keys.id)
        box = AESGCM(self.keys.data_key(subject, compartment)).encrypt(nonce, clear, bound)
        return Sealed(
            subject, compartment, field, self.keys.id, base64.b64encode(nonce + box).decode(),
            self.match(value, subject) if match else None,
        )  # fmt: skip

    def open(self, sealed: Sealed) -> Any:
        """Raises Unreadable."""
        bound = self._bound(sealed.subject, sealed.compartment, sealed.field, sealed.key)
        key = self.keys.data_key(sealed.subject, sealed.compartment)
        try:
            box = base64.b64decode(sealed.box)
            return json.loads(AESGCM(key).decrypt(box[:12], box[12:], bound))
        except (InvalidTag, ValueError) as fault:
            raise Unreadable(sealed.field) from fault

    def match(self, value: Any, subject: str) -> str:
        """Equal for equal values of one person, whatever their case, width or spacing."""
        plain = "".join(unicodedata.normalize("NFKC", str(value)).casefold().split())
        digest = hmac.digest(self.keys.match_key(subject), plain.encode(), hashlib.sha256)
        return base64.b64encode(digest[:16]).decode()

    @staticmethod
    def _bound(subject: str, compartment: str, field: str, key: str) -> bytes:
        return f"{subject}\x1f{compartment}\x1f{field}\x1f{key}\x1f{ALGORITHM}".encode()
