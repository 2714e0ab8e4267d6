"""What may be told at once: steps of one quarter of an hour that have nothing in common."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from homeward.dev.docket.story import Step

QUARTER = 15 * 60


@dataclass(frozen=True)
class Wave:
    """Chains of steps: each in its order, and none naming what another names."""

    at: datetime
    """The time of its last step: the clock stands there while it is told."""
    chains: tuple[tuple[Step, ...], ...]


def waves(steps: list[Step], first_day: date) -> Iterator[Wave]:
    """All steps, in the order of their times; which goes with which follows from them alone."""
    saved = {_full(step.who, name) for step in steps for name in step.save}
    for _, quarter in groupby(steps, key=lambda step: int(step.at.timestamp()) // QUARTER):
        together = list(quarter)
        chains = _chains((step, _named(step, saved, first_day)) for step in together)
        yield Wave(together[-1].at, tuple(tuple(steps) for steps in chains))


def _chains(named: Iterable[tuple[Step, set[str]]]) -> list[list[Step]]:
    chains: list[tuple[list[Step], set[str]]] = []
    for step, names in named:
        alike = [chain for chain in chains if chain[1] & names]
        chains = [chain for chain in chains if not chain[1] & names]
        told = [before for chain in alike for before in chain[0]]
        told.sort(key=lambda before: before.at)
        chains.append(([*told, step], names.union(*(chain[1] for chain in alike))))
    return [steps for steps, _ in chains]


def _named(step: Step, saved: set[str], first_day: date) -> set[str]:
    """What it speaks to, what it refers to and what it saves."""
    values = step.looking_up({}, first_day)
    told = [*values.names(step.on), *values.names(step.fields)]
    own = {_full(step.who, name) for name in told} & saved
    anyones = {name for name in told if _full(step.who, name) not in saved}
    return own | anyones | {_full(step.who, name) for name in step.save}


def _full(who: str, name: str) -> str:
    return f"{who}.{name}" if who else name
