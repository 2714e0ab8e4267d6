"""Wherever a stream stands: what is offered can be given, and what is not is refused as shown."""

from collections.abc import Iterator

import pytest

from homeward.domain.access import conflicted, may_command
from homeward.domain.decide import possible
from homeward.domain.refusals import Refused
from tests.badinput.good import GOOD
from tests.badinput.world import NOBODY, PEOPLE, World, plain, who
from tests.properties.machine import FIELDS_DECIDE, tour

STANDS = sorted(tour().stands)


def answered(world: World, name: str, command: str, stream: str) -> Refused | str | None:
    """The refusal of good fields; a word where there are none to be had here."""
    fields = plain(GOOD[command](world, stream))
    if NOBODY in str(fields):
        return "about nothing"
    try:
        world.command(command, {"stream": stream, "fields": fields}, who(name))
    except Refused as refusal:
        return refusal
    return None


def disagreements(world: World, name: str, stand: str) -> Iterator[str]:
    stream, then = tour().stands[stand]
    world.back_to(then)
    state, actor = world.store.states[stream], who(name)
    if not may_command(state, actor, world.clock) or conflicted(state, actor):
        return
    for command, shown in possible(state, actor, world.clock).items():
        world.back_to(then)
        told = answered(world, name, command, stream)
        if isinstance(told, str):
            continue
        by_fields = FIELDS_DECIDE.get(command, frozenset())
        if shown is None and told is not None and told.code not in by_fields:
            if told.code != "invalid":
                yield f"{name} was offered {command}, then refused: {told} {told.why}"
        elif shown is not None and (told is None or told.code not in by_fields | {shown.code}):
            yield f"{name} was shown {shown} for {command}, then told {told}"


@pytest.mark.parametrize("stand", STANDS)
def test_what_is_shown_as_possible_agrees_with_what_is_decided(stand: str) -> None:
    world = tour().world
    assert [wrong for name in sorted(PEOPLE) for wrong in disagreements(world, name, stand)] == []
