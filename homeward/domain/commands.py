"""What a stream can be told: the base of all commands, and how each says by whom and from where.

A command class holds its fields, its rule (`decide`) and, where something can be said before the
fields are known, `ready`. Everything else about it stands in its `@command` line.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid5

import msgspec
from pydantic import BaseModel, ConfigDict

from homeward.domain.actors import Actor
from homeward.domain.calendar import Terms
from homeward.domain.facts import Fact
from homeward.domain.refusals import Checks
from homeward.domain.sealed import Sealed


class Fields(BaseModel):
    """A group of fields; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Told(msgspec.Struct, kw_only=True):
    """What a rule is told beside state and fields: who, when, the names of what it opens.

    `others` holds the other streams that `also` named, loaded in the same transaction.
    """

    actor: Actor
    now: datetime
    occurred_at: datetime
    command_id: UUID
    terms: Terms
    stream: str
    reserved: Mapping[str, str] = {}
    """Stream kind -> the id reserved for a stream that this command opens."""
    others: Mapping[str, Any] = {}
    comment: Sealed | None = None
    checks: Checks = msgspec.field(default_factory=Checks)
    result: dict[str, str] = msgspec.field(default_factory=dict)
    """What the answer names: `hold`, `handoff`, `suspect`, `correction`, `case`."""

    def need(self, holds: object, code: str, *names: str, why: str = "") -> bool:
        return self.checks.need(holds, code, *names, why=why)

    @property
    def fields_known(self) -> bool:
        """Not while it is only asked what would be possible."""
        return self.command_id.int != 0

    def event_id(self, n: int) -> UUID:
        """The id of this command's n-th event (from 0), the same however often it is decided."""
        return uuid5(self.command_id, str(n))


class On(msgspec.Struct, frozen=True):
    """A fact for another stream than the command's own."""

    stream: str
    fact: Fact


Facts = Iterator[Fact | On]


class Spec(msgspec.Struct, frozen=True):
    """The contract's line about a command."""

    name: str
    stream: str
    by: frozenset[str]
    opens: bool
    from_states: frozenset[str] | None
    track: tuple[str, frozenset[str]] | None
    not_by: tuple[str, ...]
    needs_step: bool
    reserves: tuple[str, ...]
    system: bool


class Command(Fields):
    """Base of every command. The rule may state its needs in any order; `Checks` orders them."""

    spec: ClassVar[Spec]

    @classmethod
    def givers(cls, kind: str) -> frozenset[str]:  # noqa: ARG003
        """The roles that may ever give it to a stream of this kind."""
        return cls.spec.by

    @classmethod
    def admit(cls, state: Any, actor: Actor, raw: Mapping[str, Any], now: datetime) -> None:
        """Raise not_found or forbidden where they depend on stream or raw fields (may be junk)."""

    @classmethod
    def ready(cls, state: Any, told: Told) -> None:
        """Needs that do not depend on the fields; asked also to tell what is possible now."""

    def decide(self, state: Any, told: Told) -> Facts:
        """The rule: state needs through `told.need`, then yield facts."""
        raise NotImplementedError

    def also(self, state: Any) -> tuple[str, ...]:  # noqa: ARG002
        """Other streams that the rule reads or touches."""
        return ()

    def further(
        self,
        state: Any,  # noqa: ARG002
        others: Mapping[str, Any],  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Streams that only the streams of `also` name; asked once those are loaded."""
        return ()

    def subject(self, state: Any) -> str | None:  # noqa: ARG002
        """Which hold, correction, handoff or claim it is about, for `not_by` of several."""
        return None

    def named(self, state: Any) -> bool:  # noqa: ARG002
        """Whether its subject is or was there; if not, the rule says `invalid`."""
        return True


def still_needed(command: Command, state: Any, loaded: Mapping[str, Any]) -> tuple[str, ...]:
    """Streams that the rule asks for and that are not loaded: load them, then ask again."""
    named = (*command.also(state), *command.further(state, loaded))
    return tuple(dict.fromkeys(stream for stream in named if stream not in loaded))


COMMANDS: dict[str, type[Command]] = {}
C = TypeVar("C", bound=type[Command])


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def command(
    stream: str,
    by: Any,
    *,
    opens: bool = False,
    from_: tuple[str, ...] | None = None,
    track: tuple[str, tuple[str, ...]] | None = None,
    not_by: tuple[str, ...] = (),
    needs_step: bool = True,
    reserves: tuple[str, ...] = (),
    system: bool = False,
) -> Callable[[C], C]:
    """Register a command: `stream` is a kind, or `any`; `by` its roles.

    `from_`: states it may be given in (None: decided by state rules and `track`).
    `not_by`: commands whose latest giver may not give this one. `needs_step=False`: the contract's
    exceptions, for which the step need not stand open. `reserves`: kinds of streams it opens.
    `system`: given by timers and partners' answers only; not offered to anyone.
    """

    def register(cls: C) -> C:
        name = snake(cls.__name__)
        cls.spec = Spec(
            name, stream, frozenset(by), opens,
            None if from_ is None else frozenset(from_),
            None if track is None else (track[0], frozenset(track[1])),
            not_by, needs_step, (*((stream,) if opens else ()), *reserves), system,
        )  # fmt: skip
        assert name not in COMMANDS, name
        COMMANDS[name] = cls
        return cls

    return register


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it is given: the fields in sealed form, and what every command carries."""

    name: str
    stream: str
    command_id: UUID
    actor: Actor
    fields: dict[str, Any]
    occurred_at: datetime | None = None
    expected_version: int | None = None
    comment: Sealed | None = None
    reserved: dict[str, str] = {}
    fingerprint: str = ""
    cause: UUID | None = None
