"""Words for people, on standard error: what is being done, and what is being waited for."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Say = Callable[[str], None]

PATIENCE = 2.0
"""A wait longer than this says what it waits for."""
REPEAT = 15.0


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def silent(_line: str) -> None:
    """For tests and for callers that draw a progress bar of their own."""


def elapsed(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@contextmanager
def waiting(what: str, tell: Say = say, patience: float = PATIENCE) -> Iterator[None]:
    """Says what is waited for once the wait exceeds two seconds, then now and again."""
    over = threading.Event()
    began = time.monotonic()

    def speak() -> None:
        pause = patience
        while not over.wait(pause):
            tell(f"waiting for {what} ... {elapsed(time.monotonic() - began)}")
            pause = REPEAT

    speaker = threading.Thread(target=speak, name="waiting", daemon=True)
    speaker.start()
    try:
        yield
    finally:
        over.set()
        speaker.join()
