"""What the engine asks of a key service, and how it may fail.

    KeysAway       away, slow or not understood: ask again (is told as 503 `unavailable`, part keys)
    KeyRefused     it answers, and says no: the key is another's, the policy forbids it
    KeyDestroyed   the key-encryption key is gone for good

A data key never leaves the process in clear and never lies anywhere but wrapped. The service holds
the keys that wrap, numbered as versions; it holds what was forgotten, too, so that a database that
was restored from a backup can be told.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from homeward.ports import Unavailable


class KeyFault(Exception):  # noqa: N818 - its kinds are named for what is the matter
    """What keeps one data key from being had."""


class KeyRefused(KeyFault):
    """The service says no, or the wrapped key is not what it wrapped."""


class KeyDestroyed(KeyFault):
    """What wrapped the key is destroyed."""


class KeysAway(Unavailable):
    """The service does not answer, or not in words that can be understood."""

    def __init__(self, retry_after: float = 5) -> None:
        super().__init__("keys", retry_after)


class KeysMissing(Exception):  # noqa: N818
    """No key service is configured, or it refuses to run here; the message says what to do."""


class Wrapped(msgspec.Struct, frozen=True):
    """A data key as it lies in the database, and the version of the key that wraps it."""

    box: bytes
    kek: int


class Bound(msgspec.Struct, frozen=True):
    """A wrapped key and what it was bound to when it was wrapped (its own id)."""

    to: str
    wrapped: Wrapped


class Erasure(msgspec.Struct, frozen=True):
    """A line of the record's erasures (docs/record.md)."""

    number: int
    case: str
    event: UUID
    subjects: tuple[str, ...]
    at: datetime
    prev: bytes
    hash: bytes


class Standing(msgspec.Struct, frozen=True):
    """How the service stands: its driver, the version that wraps now, the versions it can open."""

    driver: str
    where: str
    newest: int
    versions: tuple[int, ...]


class Remembers(Protocol):
    """Who keeps the list of what was forgotten, out of reach of a database's backups.

    Raises Unavailable when it is away.
    """

    @property
    def name(self) -> str: ...

    async def erasures(self, after: int = 0) -> list[Erasure]:
        """What it was told is forgotten, by number, from the one after `after`."""
        ...

    async def remember(self, erasures: Sequence[Erasure]) -> None:
        """Keeps these lines for ever; a number that it knows already is left as it is."""
        ...


class KeyService(Remembers, Protocol):
    """Every method raises KeysAway; batches answer in the order they were asked."""

    async def prepare(self) -> None:
        """Makes its keys where they are not there yet; harmless again. Once, by an administrator,
        where a service does not make them by itself."""
        ...

    async def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[Wrapped]:
        """(what it is bound to, 32 bytes) each, under the newest version."""
        ...

    async def unwrap(self, keys: Sequence[Bound]) -> list[bytes | KeyFault]:
        """A fault of one key is its answer and no other's."""
        ...

    async def rewrap(self, keys: Sequence[Bound]) -> list[Wrapped | KeyFault]:
        """The same keys under the newest version."""
        ...

    async def mac(self, purpose: str) -> bytes:
        """32 bytes that only this service can make, the same for ever: a process's own secret."""
        ...

    async def sign(self, message: bytes) -> bytes:
        """Ed25519, 64 bytes."""
        ...

    async def public_key(self) -> bytes:
        """That of `sign`, 32 bytes."""
        ...

    async def rotate(self) -> int:
        """Makes a new version, under which is wrapped from now on; its number."""
        ...

    async def destroy(self, kek: int) -> None:
        """Nothing that a version up to this one wraps can be opened any more. Not the newest."""
        ...

    async def standing(self) -> Standing: ...

    async def close(self) -> None: ...
