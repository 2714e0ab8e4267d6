"""From every stand on the way home: said what forbids it, nobody leaves and no embassy hears."""

import pytest

from tests.properties.machine import AGAINST, SENT_OFF, Histories, tour

WAY = (
    "screened",
    "identified",
    "asked",
    "documented",
    "prepared",
    "cleared",
    "ordered",
    "departed",
)


@pytest.mark.parametrize("start", WAY)
@pytest.mark.parametrize("then", SENT_OFF, ids=">".join)
def test_what_forbids_a_step_is_never_passed_over(start: str, then: tuple[str, ...]) -> None:
    for against in AGAINST:
        case = Histories()
        case.stream, before = tour().stands[start]
        case.world.back_to(before)
        case.judged = {name: len(events) for name, events in case.world.store.streams.items()}
        case.pass_over(against, then)
        case.history_is_as_it_must_be()
