"""Keys of the memory engine: real sealing, wrapped by nothing that outlives the process."""

import os
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from homeward.sealing.box import Owned
from homeward.sealing.keyring import Keyring, Secrets
from homeward.sealing.keystore import Forgotten, KeyRow, KeyStore
from homeward.sealing.services.file import FileKeyService


def memory_keyring(store: KeyStore, secret: bytes | None = None) -> Keyring:
    """On a file key service without a file."""
    secret = secret or os.urandom(32)
    return Keyring(store, FileKeyService(secret), memory_secrets(secret))


def memory_secrets(secret: bytes) -> Secrets:
    service = FileKeyService(secret)
    return Secrets(*[service.derive(purpose) for purpose in Secrets.__struct_fields__])


class MemoryKeyStore:
    """For the memory engine: one process, one thread."""

    def __init__(self) -> None:
        self.rows: dict[Owned, KeyRow] = {}
        self.ids: dict[str, KeyRow] = {}
        self.erased: Callable[[], Collection[str]] = tuple
        """Asks the record who was forgotten."""

    async def of(self, owners: Collection[Owned]) -> list[KeyRow]:
        return [self.rows[owner] for owner in owners if owner in self.rows]

    async def named(self, ids: Collection[str]) -> list[KeyRow]:
        return [self.ids[id_] for id_ in ids if id_ in self.ids]

    async def add(self, rows: Sequence[KeyRow], at: datetime) -> None:  # noqa: ARG002
        for row in rows:
            self.ids[row.id] = self.rows.setdefault(row.owner, row)

    async def forgotten(self, subjects: Collection[str]) -> Forgotten:
        return Forgotten(frozenset(self.erased()) & frozenset(subjects), 0)
