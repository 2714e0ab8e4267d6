"""Who signs checkpoints: a key file of its own in development, a key service in production."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from homeward.ports_keys import KeysMissing
from homeward.ports_record import Signer
from homeward.sealing.choice import key_service
from homeward.settings import Settings


class FileSigner:
    """An Ed25519 key in a file that its owner alone may read: 32 bytes as hexadecimal digits."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)

    @classmethod
    def read(cls, path: Path) -> "FileSigner":
        """Raises KeysMissing, which says what to do."""
        try:
            mode = path.stat().st_mode
            text = path.read_text()
        except OSError as error:
            raise KeysMissing(f"the signing key {path} cannot be read: {error.strerror}") from None
        if mode & 0o077:
            raise KeysMissing(f"others may read the signing key: chmod 600 {path}")
        try:
            return cls(bytes.fromhex(text.strip()))
        except ValueError:
            raise KeysMissing(f"{path} is no signing key: 64 hexadecimal digits") from None

    async def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    async def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def signer_from(config: Settings) -> Signer:
    """The key file in development, the key service in production.

    Raises KeysMissing, which says what to do.
    """
    if config.environment == "production" or config.keys != "file":
        return key_service(config)
    path = config.signing_key_file
    if path is None and config.home is not None:
        path = config.home / "keys" / "signing.key"
    if path is None:
        raise KeysMissing(
            "there is no signing key: set HOMEWARD_SIGNING_KEY_FILE, or let `homeward up` make one"
        )
    return FileSigner.read(path)
