"""A key service that can be told to misbehave, and clocks that stand."""

import asyncio
from collections.abc import Sequence
from typing import Any

from homeward.ports_keys import Bound, KeyFault, KeysAway, Wrapped
from homeward.sealing.keyring import Keyring, Secrets
from homeward.sealing.keystore import KeyStore
from homeward.sealing.services.file import FileKeyService


class Service(FileKeyService):
    """Without a file. `asked` counts the keys that it was asked to unwrap."""

    def __init__(self) -> None:
        super().__init__(bytes(range(32)))
        self.away = False
        self.slow = False
        self.garbage: Any = None
        self.asked = 0

    async def wrap(self, keys: Sequence[tuple[str, bytes]]) -> list[Wrapped]:
        await self._misbehave()
        return await super().wrap(keys)

    async def unwrap(self, keys: Sequence[Bound]) -> list[bytes | KeyFault]:
        await self._misbehave()
        self.asked += len(keys)
        if self.garbage is not None:
            return list(self.garbage)
        return await super().unwrap(keys)

    async def _misbehave(self) -> None:
        if self.away:
            raise KeysAway
        if self.slow:
            await asyncio.Event().wait()


class Clock:
    """Stands until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def keyring_on(store: KeyStore, service: Service, **settings: Any) -> Keyring:
    return Keyring(store, service, Secrets(bytes(32), bytes(32), bytes(32), bytes(32)), **settings)
