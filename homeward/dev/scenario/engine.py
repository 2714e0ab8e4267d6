"""What the runner needs of an engine; `memory` and `live` fulfil it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Protocol

from homeward.domain.actors import Actor
from homeward.domain.facts import Event
from homeward.ports import Answer


class Engine(Protocol):
    """Commands and reads raise `Refused`. All times are the engine's clock."""

    name: str

    async def begin(self, now: datetime) -> None:
        """A fresh story: the clock set, the partners as they are by default."""
        ...

    async def now(self) -> datetime: ...

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer: ...

    async def read(self, stream: str, actor: Actor) -> dict[str, Any]: ...

    async def settle(self, streams: Collection[str]) -> None:
        """Until nothing more happens while the clock stands still."""
        ...

    async def wait(self, until: datetime, streams: Collection[str]) -> None:
        """Let the clock run, stopping wherever something of these streams falls due."""
        ...

    async def tell_service(self, service: str, behaviour: Mapping[str, Any]) -> None: ...

    async def crash(self, what: str) -> None: ...

    async def events(self, streams: Collection[str]) -> list[Event]:
        """Everything recorded in these streams, in the order of recording."""
        ...
