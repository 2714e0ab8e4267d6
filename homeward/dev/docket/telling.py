"""Tells the docket to an engine, step by step, from where it stopped the last time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from homeward.dev.docket.story import Docket, Step
from homeward.dev.docket.values import UnknownValue
from homeward.domain.actors import Actor
from homeward.domain.calendar import local_date
from homeward.domain.refusals import Refused
from homeward.ports import Answer


class StoryBroke(Exception):  # noqa: N818
    """A step was refused, or refers to what is not there: the docket and the rules disagree."""


class Engine(Protocol):
    """What the docket is told to. All times are the engine's clock; commands may be repeated."""

    async def start_at(self, moment: datetime) -> None:
        """The clock reads `moment` from here on, though it be earlier than now."""
        ...

    async def now(self) -> datetime: ...

    async def reach(self, moment: datetime) -> None:
        """Let the clock run until then, if it is not there yet; what falls due is done."""
        ...

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer: ...

    async def settle(self) -> None:
        """Until partners have answered what they were asked."""
        ...

    async def known(self, command_id: UUID) -> Answer | None:
        """The answer that the command was given, if it was ever carried out."""
        ...


@dataclass
class Told:
    """How far the docket has come in one engine."""

    docket: Docket
    first_day: date
    steps: list[Step]
    saved: dict[str, str] = field(default_factory=dict)
    done: int = 0
    before: int = 0
    """How many steps had been told before this time."""

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
        result = {"stream": answer.stream, **answer.result}
        for name, key in step.save.items():
            wanted = key.strip("()")
            if wanted in result:
                self.saved[f"{step.who}.{name}" if step.who else name] = result[wanted]
            elif wanted == key:
                raise StoryBroke(f"{step.label}: its result has no `{key}`")
        self.done += 1


async def recall(docket: Docket, engine: Engine, now: datetime) -> Told:
    """What of the docket this engine has heard already; `now` is the host's time."""
    first_day = docket.first_day(now)
    opening = docket.steps(first_day, now)[0]
    begun = await engine.known(opening.command_id)
    if begun is not None:
        first_day = local_date(datetime.fromisoformat(begun.events[0]["at"]))
    told = Told(docket, first_day, docket.steps(first_day, now))
    if begun is None:
        return told
    for step in told.steps:
        answer = await engine.known(step.command_id)
        if answer is None:
            break
        told.keep(step, answer)
    told.before = told.done
    return told


async def tell(told: Told, engine: Engine, heard: Callable[[Step], None] = lambda _: None) -> None:
    """The rest of the docket. Raises StoryBroke; whatever was told stays told."""
    rest = told.steps[told.done :]
    if rest and (not told.done or await engine.now() > rest[0].at):
        await engine.start_at(rest[0].at)
    for step in rest:
        await engine.reach(step.at)
        try:
            answer = await engine.do(step.do, _body(step, told), step.actor)
        except UnknownValue as name:
            raise StoryBroke(f"{step.label}: there is no {name}") from None
        except Refused as refusal:
            raise StoryBroke(f"{step.label}: {_why(refusal)}") from refusal
        told.keep(step, answer)
        await engine.settle()
        heard(step)


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
