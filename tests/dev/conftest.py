import sys
from collections.abc import Callable, Iterator

import pytest

from homeward.dev.children import Child
from homeward.dev.home import Home
from homeward.dev.throwaway import throwaway_home

MakeChild = Callable[..., Child]


@pytest.fixture
def home() -> Iterator[Home]:
    """A home that PostgreSQL's user can reach even when root runs the tests."""
    with throwaway_home() as made:
        made.prepare()
        yield made


@pytest.fixture
def child(home: Home) -> MakeChild:
    """A small process that says it is ready and then waits, unless given other code."""

    def make(name: str, code: str = "", *, ready: bool = True) -> Child:
        says = "open(os.environ['HOMEWARD_READY_FILE'], 'w').close()" if ready else ""
        program = f"import os, sys, time, subprocess\n{code}\n{says}\ntime.sleep(600)"
        file = home.ready_file(name)
        return Child(
            name=name,
            command=[sys.executable, "-c", program],
            log=home.log(name),
            ready=file.exists,
            ready_file=file,
            patience=20.0,
            grace=5.0,
        )

    return make
