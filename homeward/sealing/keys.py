"""The keys: one secret in a file, from which each person's and compartment's key is derived.

Development and first installations. A key service with keys of their own per person, rotation and
erasure takes its place behind the same three questions; production refuses the file.
"""

from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from homeward.settings import Settings


class KeysMissing(Exception):  # noqa: N818
    """No keys can be had; the message says what to do."""


class FileKeys:
    """Derives every key by HKDF-SHA-256 (RFC 5869) from 32 secret bytes."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a key file holds 32 bytes, as 64 hexadecimal digits")
        self._secret = secret
        self._derived: dict[str, bytes] = {}
        self.id = "file-" + self._derive("id").hex()[:8]

    @classmethod
    def read(cls, path: Path) -> "FileKeys":
        """Raises OSError if the file cannot be read, ValueError if it is no key."""
        return cls(bytes.fromhex(path.read_text().strip()))

    def _derive(self, info: str) -> bytes:
        if info not in self._derived:
            if len(self._derived) > 100_000:
                self._derived.clear()
            hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=info.encode())
            self._derived[info] = hkdf.derive(self._secret)
        return self._derived[info]

    def data_key(self, subject: str, compartment: str) -> bytes:
        """The AES-256 key of one person's compartment."""
        return self._derive(f"data|{subject}|{compartment}")

    def match_key(self, subject: str) -> bytes:
        """The HMAC key behind the match values of one person."""
        return self._derive(f"match|{subject}")

    def fingerprint_key(self) -> bytes:
        return self._derive("fingerprint")

    def token_key(self) -> bytes:
        """Signs development tokens and console sessions."""
        return self._derive("token")

    def codec_secret(self, key_id: str | None = None) -> tuple[str, bytes]:
        """From which each workflow's key is derived; KeyError for any other id than ours."""
        if key_id not in (None, self.id):
            raise KeyError(key_id)
        return self.id, self._derive("temporal")


def keys_from(config: Settings) -> FileKeys:
    """The configured keys. Raises KeysMissing, which says what to do."""
    if config.environment == "production":
        raise KeysMissing("production takes no key file: configure a key service")
    path = config.key_file or (config.home / "keys" / "dev.key" if config.home else None)
    if path is None or not path.is_file():
        raise KeysMissing(
            "there is no key file: set HOMEWARD_KEY_FILE, or let `homeward up` make one"
        )
    return FileKeys.read(path)
