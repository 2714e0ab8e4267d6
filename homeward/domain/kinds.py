"""The kinds of stream and the blank state each starts from."""

from homeward.domain.case.state import Case
from homeward.domain.court import Court
from homeward.domain.incident import Incident
from homeward.domain.operation import Operation
from homeward.domain.request import Request
from homeward.domain.streams import StreamState, kind_of

STATES: dict[str, type[StreamState]] = {
    "request": Request,
    "operation": Operation,
    "case": Case,
    "incident": Incident,
    "court": Court,
}


def blank(stream: str) -> StreamState:
    """The state before the first event."""
    return STATES[kind_of(stream)](id=stream)
