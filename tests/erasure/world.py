"""A story told by the memory engine into a real database, under keys of a real key store."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from activities.carry_out import CarryOut
from homeward.dev.scenario.format import read_story
from homeward.dev.scenario.memory import MemoryEngine, MemoryStore
from homeward.dev.scenario.runner import Telling
from homeward.domain.actors import Actor
from homeward.edge.admission import Admission
from homeward.edge.reading import Reading
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Commit, Committed
from homeward.ports_keys import Remembers
from homeward.sealing.erasing import Erasing
from homeward.sealing.keyring import Keyring
from homeward.sealing.keystore import PostgresKeyStore
from tests.sealing.service import Service, keyring_on

STORY = Path(__file__).parents[1] / "scenarios" / "erasure.yaml"
AUDITOR = Actor("oudom", frozenset({"auditor"}))
OFFICER = Actor("kosal", frozenset({"officer", "supervisor"}))


class Both(MemoryStore):
    """Whatever is committed in memory is committed in PostgreSQL, too."""

    def __init__(self, postgres: PostgresEventStore) -> None:
        super().__init__()
        self._postgres = postgres

    async def append(self, commit: Commit) -> Committed:
        committed = await self._postgres.append(commit)
        assert committed.status == "done"
        return await super().append(commit)


class Engine(MemoryEngine):
    def __init__(self, postgres: PostgresEventStore, keyring: Keyring) -> None:
        self._postgres = postgres
        super().__init__()
        self.keyring = keyring

    def _start_afresh(self) -> None:
        super()._start_afresh()
        self.store = Both(self._postgres)
        self._carry_out = CarryOut(self.store, lambda: self._clock)
        self._edge = Admission(self.store, self.keyring, self, lambda: self._clock)


class NoReadLog:
    async def record(
        self, actor: Actor, what: str, stream: str, sections: Iterable[str], at: datetime
    ) -> None:
        """Who read is another test's matter."""


class World:
    def __init__(self, pool: Pool, service: Service, engine: Engine, case: str) -> None:
        self.pool, self.service, self.engine, self.case = pool, service, engine, case
        self.keys = PostgresKeyStore(pool)

    @classmethod
    async def told(cls, pool: Pool, service: Service) -> "World":
        engine = Engine(PostgresEventStore(pool), keyring_on(PostgresKeyStore(pool), service))
        story = read_story(STORY)
        steps = story.steps[:-1]
        telling = Telling(story.model_copy(update={"steps": steps, "then": []}), engine)
        await telling.tell()
        return cls(pool, service, engine, str(telling.names.saved["case"]))

    async def erase(self) -> None:
        """The decision; what it owes is done by `erasing`."""
        await self.engine.do("approve_erasure", {"stream": self.case, "fields": {}}, AUDITOR)

    def erasing(self, *others: Remembers, pool: Pool | None = None) -> Erasing:
        main = pool or self.pool
        return Erasing(main, PostgresKeyStore(main), self.service, others)

    def reading(self, pool: Pool | None = None) -> Reading:
        """As a process that has just started reads."""
        main = pool or self.pool
        keyring = keyring_on(PostgresKeyStore(main), self.service)
        return Reading(PostgresEventStore(main), keyring, NoReadLog(), lambda: datetime.now(UTC))

    async def name(self, reading: Reading | None = None, pool: Pool | None = None) -> Any:
        """What an officer reads where the person's name is."""
        reading = reading or self.reading(pool)
        return (await reading.read("case", self.case, OFFICER))["identity"]["name_romanised"]
