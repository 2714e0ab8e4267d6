"""The whole stack as processes, in a home of its own that is gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeward.dev.say import silent
from homeward.dev.stack import Stack
from homeward.dev.throwaway import throwaway_home


@contextmanager
def own_stack() -> Iterator[Stack]:
    with throwaway_home() as home:
        stack = Stack(home, tell=silent)
        try:
            stack.start()
            yield stack
        finally:
            stack.stop()
