"""What happened: the stored, public format. Names are never changed, fields only added.

Each fact is one class; its `type` on disk is the class's name. Facts of one stage stand together in
one file of this package; this one holds what all streams share.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar, dataclass_transform
from uuid import UUID

import msgspec

from homeward.domain.sealed import Sealed


class Level(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One rung of a deadline: when it falls due, and whom its passing tells."""

    due: datetime
    tells: str


class Deadline(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A deadline as a fact: computed once, from the terms in force then; never moved silently.

    `silent` ones pass without DeadlinePassed: their passing is a fact of its own (ReflectionEnded).
    `passed` counts the levels that have passed; `every` repeats the last level (in seconds).
    """

    name: str
    levels: tuple[Level, ...]
    instance: str | None = None
    silent: bool = False
    passed: int = 0
    every: int = 0
    terms: str = ""

    @property
    def key(self) -> str:
        return self.name if self.instance is None else f"{self.name}:{self.instance}"

    @property
    def due(self) -> datetime | None:
        """When the next level passes; None once all have."""
        return self.levels[self.passed].due if self.passed < len(self.levels) else None


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The body of an event. `arms` are the deadlines that start with it."""

    kinds: ClassVar[dict[str, type["Fact"]]] = {}
    schema: ClassVar[int] = 1

    arms: tuple[Deadline, ...] = ()
    comment: Sealed | None = None

    @property
    def type_name(self) -> str:
        """The name it is stored and shown under."""
        return type(self).__name__

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        Fact.kinds[cls.__name__] = cls


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A fact in its stream: who, in which command, when it happened and when it was recorded."""

    id: UUID
    stream: str
    version: int
    fact: Fact
    by: str
    roles: tuple[str, ...]
    command: str
    command_id: UUID
    cause: UUID | None
    occurred_at: datetime
    recorded_at: datetime

    @property
    def type(self) -> str:
        return self.fact.type_name

    @property
    def by_person(self) -> bool:
        return self.by != "system"


def sealed_in(value: Any) -> Iterator[Sealed]:
    """Every sealed value in a fact, a state or a view."""
    if isinstance(value, Sealed):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from sealed_in(getattr(value, name))
    elif isinstance(value, dict):
        for item in value.values():
            yield from sealed_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from sealed_in(item)


class DeadlinePassed(Fact, kw_only=True):
    name: str
    instance: str | None = None
    level: int
    tells: str
    due: datetime


class DeadlineExtended(Fact, kw_only=True):
    deadline: str
    until: datetime
    reasons: str


class StepRejected(Fact, kw_only=True):
    step: UUID
    step_type: str
    reasons: Sealed | None = None


class ServiceCallFailed(Fact, kw_only=True):
    """A partner has not answered for an hour, or refused: `reason` is its words, sealed."""

    call: UUID
    service: str
    operation: str
    reason: Sealed | str = ""
    refused: bool = False


class LateAnswerQuarantined(Fact, kw_only=True):
    """An answer that came after its question had ended; nobody's travel is planned by it."""

    call: UUID
    answer: str


class DocumentAttached(Fact, kw_only=True):
    name: Sealed
    media_type: str
    sha256: str
    size: int
    about: UUID | None = None


class NoteAdded(Fact, kw_only=True):
    text: Sealed
    about: UUID | None = None
    task: str | None = None
    restricted_to: tuple[str, ...] = ()


class ConflictRecorded(Fact, kw_only=True):
    user: str
    unit: str | None = None
    ground: Sealed
