"""The memory engine with everything that good fields refer to, and snapshots to come back to."""

import asyncio
import json
from collections.abc import Coroutine, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from homeward.dev.scenario.memory import MemoryEngine, MemoryStore
from homeward.domain.actors import Actor
from homeward.domain.calendar import local_date
from homeward.domain.case.state import Case
from homeward.domain.commands import COMMANDS
from homeward.domain.facts import Event
from homeward.domain.refusals import Refused
from homeward.domain.streams import PREFIX, StreamState, kind_of
from homeward.ports import Answer, KnownCommand

T = TypeVar("T")
START = datetime.fromisoformat("2022-08-01T08:30:00+07:00")
NOBODY = "00000000-0000-4000-8000-000000000000"
PEOPLE: dict[str, tuple[str, ...]] = {
    "intan": ("intake",), "emma": ("examiner",), "piseth": ("planner",),
    "auth": ("authoriser",), "field": ("field",), "sreymom": ("screener",),
    "ivan": ("interviewer",), "dara": ("determiner",), "sok": ("officer",),
    "rith": ("officer",), "enda": ("endorser",), "maly": ("approver",), "vn": ("liaison",),
    "id": ("liaison",), "mfa": ("mfa",), "care": ("care",), "child": ("child_protection",),
    "just": ("justice",), "just2": ("justice",), "visal": ("supervisor",),
    "visal2": ("supervisor",), "aud": ("auditor",), "stat": ("statistician",),
    "boss": ("endorser", "supervisor"), "doubler": ("officer", "endorser", "approver"),
    "both": ("interviewer", "determiner"),
}  # fmt: skip
MISSIONS = {"vn": "VN", "id": "ID"}
LANGUAGES = {"ivan": frozenset({"khm", "eng", "vie"}), "both": frozenset({"vie"})}


def who(name: str) -> Actor:
    return Actor(
        name, frozenset(PEOPLE[name]), MISSIONS.get(name), f"unit-{name}",
        LANGUAGES.get(name, frozenset()),
    )  # fmt: skip


class Snapshot(NamedTuple):
    now: datetime
    streams: dict[str, tuple[Event, ...]]
    order: tuple[Event, ...]
    commands: dict[UUID, KnownCommand]
    states: dict[str, StreamState]


class World(MemoryEngine):
    """Synchronous: every step is done when the call returns."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.run(self.begin(START))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    def close(self) -> None:
        self.loop.close()

    @property
    def clock(self) -> datetime:
        return self._clock

    def snapshot(self) -> Snapshot:
        store = self.store
        return Snapshot(
            self.clock, {name: tuple(events) for name, events in store.streams.items()},
            tuple(store.order), dict(store.commands), dict(store.states),
        )  # fmt: skip

    def back_to(self, then: Snapshot) -> None:
        self._clock = then.now
        self.store.streams = {name: list(events) for name, events in then.streams.items()}
        self.store.order = list(then.order)
        self.store.commands = dict(then.commands)
        self.store.states = dict(then.states)

    def command(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        """As the API would give it; raises Refused."""
        return self.run(self.do(command, body, actor))

    def wait_for(self, **duration: float) -> None:
        self.run(self.wait(self.clock + timedelta(**duration), ()))

    def opened(self, events: list[Event]) -> list[Any]:
        """The facts of the events in clear, as JSON data."""
        return [self.run(self.keyring.open(event.fact)) for event in events]

    # what good fields refer to ----------------------------------------------------------------

    def at(self, **ahead: float) -> str:
        return (self.clock + timedelta(**ahead)).isoformat()

    def day(self, ahead: int = 0) -> str:
        return (local_date(self.clock) + timedelta(days=ahead)).isoformat()

    def streams_of(self, kind: str) -> list[str]:
        return [name for name in self.store.states if kind_of(name) == kind]

    def latest(self, kind: str, *, but: str | None = None, state: str = "") -> str:
        """The newest stream of the kind, in this state if there is one in it."""
        known = [name for name in self.streams_of(kind) if name != but]
        fitting = [name for name in known if self.store.states[name].state == state]
        return (fitting or known or [f"{PREFIX[kind]}-2022-000000"])[-1]

    def case_of(self, stream: str | None) -> Case:
        found = self.store.states.get(stream or "")
        return found if isinstance(found, Case) else Case(id="VIC-2022-000000")


def changed(store: MemoryStore) -> tuple[int, int, int]:
    """What grows when anything is appended."""
    return (len(store.order), sum(map(len, store.streams.values())), len(store.commands))


def plain(fields: Any) -> Any:
    """JSON data without the marks that the table of good fields puts on people's own words."""
    return json.loads(json.dumps(fields))


def leaves(value: Any) -> Iterator[Any]:
    """Every value in JSON data that holds no other."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


OFFERED = {name: cls for name, cls in COMMANDS.items() if not cls.spec.system}
__all__ = ["NOBODY", "OFFERED", "PEOPLE", "Refused", "Snapshot", "World", "changed", "leaves",
           "msgspec", "plain", "who"]  # fmt: skip
