"""Keeps the blind indexes: reads the ledger, opens what people are found by, keeps its hashes.

Runs where sealed values may be opened. A person who was forgotten, or whose key is missing, is not
found; a key service that is away is waited for.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Sequence

import structlog

from homeward.domain.facts import sealed_in
from homeward.domain.reference.names import Term
from homeward.domain.sealed import Sealed
from homeward.eventstore.pool import Connection, Pool
from homeward.eventstore.rebuild import release
from homeward.eventstore.subscription import Sequenced, Subscription
from homeward.ports import Unavailable
from homeward.readmodel import search
from homeward.sealing import blind as blinding
from homeward.sealing.blind import blind, findable, terms_of
from homeward.sealing.box import Unreadable
from homeward.sealing.keyring import Keyring

log = structlog.get_logger("homeward.search")
NAME = "search"
TABLES = ("search_term",)
AGAIN = 5.0


class Indexing:
    """The subscription `search`: every name, number and birth date by which somebody is found."""

    name = NAME
    tables = TABLES

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._keyring = keyring
        self._subscription = Subscription(pool, NAME)

    async def once(self) -> int:
        """The next batch; how many events it had. Raises Unavailable."""
        return await self._subscription.once(self.handle)

    async def forever(self) -> None:
        while True:
            try:
                await self._subscription.run(self.handle)
            except Unavailable as away:
                log.warning("search_waits", part=away.part)
                await asyncio.sleep(AGAIN)

    @property
    def release(self) -> str:
        return release(*(str(module.__file__) for module in (sys.modules[__name__], blinding)))

    async def settle(self, connection: Connection, schema: str) -> None:
        await search.forget(connection, schema)

    async def handle(self, connection: Connection, batch: Sequence[Sequenced]) -> None:
        await self.fill(connection, batch, "es")

    async def fill(self, connection: Connection, batch: Sequence[Sequenced], schema: str) -> None:
        """As `handle`, into the tables of another schema."""
        of: dict[str, list[Sealed]] = defaultdict(list)
        for told in batch:
            for value in sealed_in(told.event.fact):
                if findable(value):
                    of[value.subject].append(value)
        sealer = await self._keyring.opening(value for values in of.values() for value in values)
        for subject, values in of.items():
            nth = await search.next_value(connection, subject, schema)
            terms: list[Term] = []
            for value in values:
                try:
                    clear = sealer.open(value)
                except Unreadable:
                    continue
                terms += terms_of(value.field, clear, nth)
                nth = max([nth, *(term.value + 1 for term in terms)])
            own = subject.partition("/")[0]
            hashes = blind(self._keyring.secrets.index, terms)
            await search.index(connection, subject, own, hashes, schema)
