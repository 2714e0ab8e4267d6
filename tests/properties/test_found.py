"""What the properties have found, each as the shortest story of it."""

from typing import Any

from tests.badinput.good import GOOD, PASSPORT
from tests.badinput.world import World, plain, who
from tests.properties.machine import tour


def give(world: World, name: str, command: str, stream: str, **told: Any) -> None:
    fields = plain(GOOD[command](world, stream) | told)
    world.command(command, {"stream": stream, "fields": fields}, who(name))
    world.run(world.settle(()))


def passed(world: World, stream: str) -> list[tuple[str, str | None]]:
    return [
        (event.fact.name, event.fact.instance)  # type: ignore[attr-defined]
        for event in world.store.streams[stream]
        if event.type == "DeadlinePassed"
    ]


def test_what_had_fallen_due_before_a_case_closed_falls_due_again_when_it_is_reopened() -> None:
    world = tour().world
    case, then = tour().stands["prepared"]
    world.back_to(then)
    world.wait_for(days=32)
    assert passed(world, case).count(("expiry", "exit_permit")) == 1
    give(world, "care", "report_missing", case)
    give(world, "sok", "close_case", case)
    give(world, "visal", "reopen_case", case)
    assert passed(world, case).count(("expiry", "exit_permit")) == 2


def test_a_passport_found_again_expires_on_the_same_day_again() -> None:
    world = tour().world
    case, then = tour().stands["identified"]
    world.back_to(then)
    expires = world.day(20)
    held = {**PASSPORT, "status": "held_by_person", "expires": expires}
    give(world, "sok", "record_passport", case, passport=held)
    world.wait_for(days=10)
    assert passed(world, case).count(("expiry", "passport")) == 1
    give(world, "sok", "record_passport", case, passport={**held, "status": "lost"})
    give(world, "sok", "record_passport", case, passport=held)
    assert passed(world, case).count(("expiry", "passport")) == 2


def test_a_risk_assessed_for_a_day_gone_by_expires_again() -> None:
    world = tour().world
    case, then = tour().stands["identified"]
    world.back_to(then)
    day = world.day(2)
    for _ in range(2):
        give(world, "care", "assess_return_risk", case, valid_until=day)
        world.wait_for(days=5)
        assert world.case_of(case).risk.track == "EXPIRED"
    types = [event.type for event in world.store.streams[case]]
    assert types.count("ReturnRiskExpired") == 2
