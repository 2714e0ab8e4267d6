"""Tells the docket to an engine, wave by wave, from where it stopped the last time."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from homeward.dev.docket.story import Docket, Step
from homeward.dev.docket.values import UnknownValue
from homeward.dev.docket.waves import waves
from homeward.domain.actors import Actor
from homeward.domain.calendar import local_date
from homeward.domain.refusals import Refused
from homeward.ports import Answer


class StoryBroke(Exception):  # noqa: N818
    """A step was refused, or refers to what is not there: the docket and the rules disagree."""


class Engine(Protocol):
    """What the docket is told to, by several at once.

    All times are the engine's clock; commands may be repeated.
    """

    async def start_at(self, moment: datetime) -> None:
        """The clock reads `moment` from here on, though it be earlier than now."""
        ...

    async def now(self) -> datetime: ...

    async def reach(self, moment: datetime) -> None:
        """Let the clock run until then, if it is not there yet.

        What partners were asked is answered before it moves; what falls due on the way is done.
        """
        ...

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer: ...

    async def settle(self) -> None:
        """Until partners have answered what they were asked."""
        ...

    async def known(self, command_ids: Collection[UUID]) -> Mapping[UUID, Answer]:
        """The answers that these commands were given, of those that were ever carried out."""
        ...


@dataclass
class Told:
    """How far the docket has come in one engine."""

    docket: Docket
    first_day: date
    steps: list[Step]
    saved: dict[str, str] = field(default_factory=dict)
    heard: set[UUID] = field(default_factory=set)
    """The commands that the engine has heard."""
    before: int = 0
    """How many steps had been told before this time."""

    @property
    def done(self) -> int:
        return len(self.heard)

    @property
    def over(self) -> bool:
        return self.done == len(self.steps)

    def case(self, victim: str) -> str:
        return self.saved[f"{victim}.case"]

    def streams(self) -> list[str]:
        """Every stream that the docket has opened."""
        named = (name for name in self.saved.values() if name[3:4] == "-" and len(name) == 15)
        return list(dict.fromkeys(named))

    def keep(self, step: Step, answer: Answer) -> None:
        """Its result's names, and the ids of its events by their types."""
        events = {event["type"]: str(event["id"]) for event in answer.events}
        result = {**events, "stream": answer.stream, **answer.result}
        for name, key in step.save.items():
            wanted = key.strip("()")
            if wanted in result:
                self.saved[f"{step.who}.{name}" if step.who else name] = result[wanted]
            elif wanted == key:
                raise StoryBroke(f"{step.label}: its result has no `{key}`")
        self.heard.add(step.command_id)


async def recall(docket: Docket, engine: Engine, now: datetime) -> Told:
    """What of the docket this engine has heard already; `now` is the host's time."""
    first_day = docket.first_day(now)
    steps = docket.steps(first_day, now)
    known = await engine.known([step.command_id for step in steps])
    if steps[0].command_id not in known:
        return Told(docket, first_day, steps)
    first_day = local_date(datetime.fromisoformat(known[steps[0].command_id].events[0]["at"]))
    told = Told(docket, first_day, docket.steps(first_day, now))
    for step in told.steps:
        if step.command_id in known:
            told.keep(step, known[step.command_id])
    last = max(step.at for step in told.steps if step.command_id in known)
    # what was refused left no trace; it had been asked if anything was told after it
    told.heard |= {step.command_id for step in told.steps if step.refused and step.at <= last}
    told.before = told.done
    return told


async def tell(told: Told, engine: Engine, heard: Callable[[Step], None] = lambda _: None) -> None:
    """The rest of the docket. Raises StoryBroke; whatever was told stays told."""
    begun = False
    for wave in waves(told.steps, told.first_day):
        chains = [[s for s in chain if s.command_id not in told.heard] for chain in wave.chains]
        if not any(chains):
            continue
        if not begun and (not told.done or await engine.now() > wave.at):
            await engine.start_at(wave.at)
        begun = True
        await engine.reach(wave.at)
        ends = await asyncio.gather(
            *(_tell(chain, told, engine, heard) for chain in chains), return_exceptions=True
        )
        for broke in ends:
            if broke is not None:
                raise broke
    await engine.settle()


async def _tell(
    chain: list[Step], told: Told, engine: Engine, heard: Callable[[Step], None]
) -> None:
    for nth, step in enumerate(chain):
        if nth:
            await engine.settle()
        await _told(step, told, engine)
        heard(step)


async def _told(step: Step, told: Told, engine: Engine) -> None:
    try:
        answer = await engine.do(step.do, _body(step, told), step.actor)
    except UnknownValue as name:
        raise StoryBroke(f"{step.label}: there is no {name}") from None
    except Refused as refusal:
        if refusal.code != step.refused:
            raise StoryBroke(f"{step.label}: {_why(refusal)}") from refusal
        told.heard.add(step.command_id)
        return
    if step.refused:
        raise StoryBroke(f"{step.label}: is not refused as {step.refused}")
    told.keep(step, answer)


def _body(step: Step, told: Told) -> dict[str, Any]:
    values = step.looking_up(told.saved, told.first_day)
    body: dict[str, Any] = {
        "command_id": str(step.command_id), "fields": values.of(step.fields),
    }  # fmt: skip
    if step.on is not None:
        body["stream"] = values.of(step.on)
    return body


def _why(refusal: Refused) -> str:
    faults = "; ".join(f"{path} {why}" for path, why in refusal.faults.items())
    return f"refused as {refusal.code} {faults or ', '.join(refusal.names)} {refusal.why}".strip()
