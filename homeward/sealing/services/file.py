"""The key service of development: a secret in a file, and beside it the keys that wrap.

It runs in the same process, so it protects nothing from whoever can read that folder; production
refuses it. `dev.key` holds the secret, `dev.key.keks` the versions, `dev.key.erased` what was
forgotten.
"""

import base64
import binascii
import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from homeward.ports_keys import (
    Bound,
    Erasure,
    KeyDestroyed,
    KeyFault,
    KeyRefused,
    KeysMissing,
    Standing,
    Wrapped,
)


class FileKeyService:
    """`secret`: 32 bytes. `beside`: where versions and erasures are kept; None: in memory."""

    name = "file"

    def __init__(self, secret: bytes, beside: Path | None = None) -> None:
        if len(secret) != 32:
            raise KeysMissing("a key file holds 32 bytes, as 64 hexadecimal digits")
        self._secret = secret
        self._beside = beside
        self._in_memory: dict[int, bytes | None] = {}
        self._forgotten: list[Erasure] = []

    @classmethod
    def read(cls, path: Path) -> "FileKeyService":
        """Raises KeysMissing, which says what is wrong with the file."""
        try:
            return cls(bytes.fromhex(path.read_text(encoding="ascii").strip()), path)
        except (OSError, ValueError) as fault:
            raise KeysMissing(f"{path} is no key file: {fault}") from None

    async def prepare(self) -> None:
        self._versions()

    async def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[Wrapped]:
        keks = self._versions()
        newest = max(keks)
        return [self._wrap(keks[newest] or b"", newest, to, secret) for to, secret in keys]

    async def unwrap(self, keys: Sequence[Bound]) -> list[bytes | KeyFault]:
        keks = self._versions()
        return [self._unwrap(keks, bound) for bound in keys]

    async def rewrap(self, keys: Sequence[Bound]) -> list[Wrapped | KeyFault]:
        keks = self._versions()
        newest = max(keks)
        done: list[Wrapped | KeyFault] = []
        for bound in keys:
            clear = self._unwrap(keks, bound)
            if isinstance(clear, bytes):
                done.append(self._wrap(keks[newest] or b"", newest, bound.to, clear))
            else:
                done.append(clear)
        return done

    async def mac(self, purpose: str) -> bytes:
        return self.derive(purpose)

    def derive(self, purpose: str) -> bytes:
        """`mac`, for who has the file and no loop: HKDF-SHA-256 (RFC 5869)."""
        hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode())
        return hkdf.derive(self._secret)

    async def sign(self, message: bytes) -> bytes:
        return self._signer().sign(message)

    async def public_key(self) -> bytes:
        return self._signer().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    async def rotate(self) -> int:
        with self._locked():
            keks = self._versions()
            newest = max(keks) + 1
            self._write({**keks, newest: secrets.token_bytes(32)})
        return newest

    async def destroy(self, kek: int) -> None:
        with self._locked():
            keks = self._versions()
            if kek >= max(keks):
                raise KeyRefused("the newest version wraps what is written now")
            self._write({n: None if n <= kek else secret for n, secret in keks.items()})

    async def standing(self) -> Standing:
        keks = self._versions()
        living = tuple(sorted(n for n, secret in keks.items() if secret is not None))
        return Standing(self.name, str(self._beside or "memory"), max(keks), living)

    async def erasures(self, after: int = 0) -> list[Erasure]:
        if self._beside is not None:
            with contextlib.suppress(FileNotFoundError):
                lines = self._file("erased").read_bytes().splitlines()
                self._forgotten = [msgspec.json.decode(line, type=Erasure) for line in lines]
        return [line for line in self._forgotten if line.number > after]

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        with self._locked():
            known = {line.number for line in await self.erasures()}
            fresh = [line for line in erasures if line.number not in known]
            if self._beside is None:
                self._forgotten += fresh
                return
            with _appending(self._file("erased")) as file:
                for line in fresh:
                    os.write(file, msgspec.json.encode(line) + b"\n")
                os.fsync(file)

    async def close(self) -> None:
        """Nothing is held."""

    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.derive("sign"))

    def _wrap(self, kek: bytes, version: int, to: str, secret: bytes) -> Wrapped:
        nonce = os.urandom(12)
        return Wrapped(nonce + AESGCM(kek).encrypt(nonce, secret, to.encode()), version)

    def _unwrap(self, keks: dict[int, bytes | None], bound: Bound) -> bytes | KeyFault:
        wrapped = bound.wrapped
        if wrapped.kek not in keks:
            return KeyRefused("no such version")
        kek = keks[wrapped.kek]
        if kek is None:
            return KeyDestroyed("that version is destroyed")
        try:
            return AESGCM(kek).decrypt(wrapped.box[:12], wrapped.box[12:], bound.to.encode())
        except (InvalidTag, ValueError):
            return KeyRefused("not what was wrapped")

    # the files --------------------------------------------------------------------------------

    def _file(self, what: str) -> Path:
        assert self._beside is not None
        return self._beside.with_name(f"{self._beside.name}.{what}")

    def _versions(self) -> dict[int, bytes | None]:
        """Number -> key; None: destroyed. The first is made when it is first asked for."""
        if self._beside is None:
            self._in_memory = self._in_memory or {1: secrets.token_bytes(32)}
            return self._in_memory
        path = self._file("keks")
        if not path.exists():
            made = self._beside.with_name(f".{path.name}.{secrets.token_hex(4)}")
            made.touch(mode=0o600)
            made.write_bytes(_encoded({1: secrets.token_bytes(32)}))
            with contextlib.suppress(FileExistsError):
                os.link(made, path)  # of two that make it, the first is kept
            made.unlink()
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=dict[int, str | None])
            return {n: None if k is None else base64.b64decode(k) for n, k in kept.items()}
        except (msgspec.DecodeError, binascii.Error) as fault:
            raise KeysMissing(f"{path} holds no keys: {fault}") from None

    def _write(self, keks: dict[int, bytes | None]) -> None:
        if self._beside is None:
            self._in_memory = keks
            return
        path = self._file("keks")
        made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        made.touch(mode=0o600)
        made.write_bytes(_encoded(keks))
        made.replace(path)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        if self._beside is None:
            yield
            return
        with _appending(self._file("lock")) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _encoded(keks: dict[int, bytes | None]) -> bytes:
    told = {n: None if k is None else base64.b64encode(k).decode() for n, k in keks.items()}
    return msgspec.json.encode(told)


@contextlib.contextmanager
def _appending(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        yield file
    finally:
        os.close(file)
