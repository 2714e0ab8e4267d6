"""The tour is taken once; every test comes back to where a command fits."""

from collections.abc import Iterator

import pytest

from tests.badinput.tour import Tour, taken
from tests.badinput.world import World


@pytest.fixture(scope="session")
def tour() -> Iterator[Tour]:
    tour = taken()
    yield tour
    tour.world.close()


@pytest.fixture(scope="session")
def world(tour: Tour) -> World:
    return tour.world
