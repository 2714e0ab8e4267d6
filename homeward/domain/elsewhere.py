"""Streams that a rule names: whether they are there, and of the kind they should be."""

from collections.abc import Iterable
from typing import TypeVar

from homeward.domain.commands import Told
from homeward.domain.streams import StreamState

S = TypeVar("S", bound=StreamState)


def other(told: Told, stream: str | None, kind: type[S]) -> S | None:
    """The other stream as it stands, or None: there is no such stream."""
    state = told.others.get(stream) if stream is not None else None
    return state if isinstance(state, kind) and state.exists else None


def need_there(told: Told, name: str, streams: Iterable[str], kind: type[S]) -> dict[str, S]:
    """The streams of a list field; `invalid` names each that is not there, or named twice."""
    found: dict[str, S] = {}
    for nth, stream in enumerate(streams):
        state = other(told, stream, kind)
        if told.need(
            state is not None and stream not in found,
            "invalid",
            f"{name}.{nth}",
            why="There is no such stream, or it is named twice.",
        ):
            assert state is not None
            found[stream] = state
    return found
