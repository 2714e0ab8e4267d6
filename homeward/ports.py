"""What the engine needs from the world, and how the world may fail it.

Unavailable      a part is away; the outcome may be unknown: ask again with the same command id
  (partners' errors are in `ports_partners`)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from homeward.domain.commands import Order
from homeward.domain.control import Delta
from homeward.domain.facts import Event
from homeward.domain.streams import StreamState


class Unavailable(Exception):  # noqa: N818 - it is the outside that failed
    """`part` names what is away: postgresql, temporal, keys, erasures (a restored database)."""

    def __init__(self, part: str, retry_after: float = 5) -> None:
        super().__init__(f"{part} is away")
        self.part = part
        self.retry_after = retry_after


class Answer(msgspec.Struct, frozen=True):
    """The first answer to a command; a repeat by the same actor gets it again."""

    stream: str
    version: int | None
    """None for a mission, which learns of no step but its own."""
    events: tuple[dict[str, Any], ...]
    """{id, type, stream, at} each, in order."""
    result: dict[str, str]


class KnownCommand(msgspec.Struct, frozen=True):
    """A command that was already carried out."""

    fingerprint: str
    actor: str
    answer: Answer


class Loaded(msgspec.Struct, frozen=True):
    """Streams as they stand, the clock and the epoch, read in one round trip."""

    offset: timedelta
    epoch: int
    events: Mapping[str, tuple[Event, ...]]
    """Stream id -> its events from the first; absent or empty: there is no such stream."""
    known: KnownCommand | None = None


class Commit(msgspec.Struct, frozen=True):
    """One command's facts with everything that must be durable with them, in one transaction."""

    order: Order
    events: tuple[Event, ...]
    before: Mapping[str, StreamState]
    after: Mapping[str, StreamState]
    answer: Answer


class Committed(msgspec.Struct, frozen=True):
    """`done`, or `repeat`/`duplicate_key` (known holds the first), or `conflict`: load again."""

    status: str
    known: KnownCommand | None = None


class EventStore(Protocol):
    """The truth. Raises `Unavailable("postgresql")`, never a driver's error."""

    async def load(self, streams: Sequence[str], command_id: UUID | None = None) -> Loaded: ...

    async def append(self, commit: Commit) -> Committed:
        """Idempotency before version; nothing or everything; expected version per stream."""
        ...

    async def reserve(
        self, command_id: UUID, fingerprint: str, kinds: Sequence[str], year: int
    ) -> dict[str, str]:
        """An id for each kind, the same for the same command id; the fingerprint is kept first."""
        ...

    async def command(self, command_id: UUID) -> KnownCommand | None: ...


class OrderSent(msgspec.Struct, frozen=True):
    """An order on its way through Temporal: nothing of it is personal data in clear."""

    order: Order


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What `carry_out` says to the workflow, and the workflow to the desk. Never an exception."""

    kind: str
    """done | refused | unavailable | superseded"""
    answer: Answer | None = None
    code: str = ""
    names: tuple[str, ...] = ()
    why: str = ""
    version: int = 0
    part: str = ""
    deltas: tuple[Delta, ...] = ()
    """Control data of every event after the version the workflow had seen."""
    nudges: tuple[str, ...] = ()
    """Other streams that this commit touched."""
    offset: float = 0.0
    """Seconds by which the engine's clock is ahead of the host's."""


class Due(msgspec.Struct, frozen=True):
    """A stream with something overdue: the sweep nudges its workflow."""

    stream: str
    due: datetime
