"""How evolvers write down open steps and owed calls, and strike them out again."""

from typing import Any, TypeVar
from uuid import UUID

from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.streams import Call, Step, StreamState

S = TypeVar("S", bound=StreamState)


def opened(state: StreamState, command: str, event: Event, what: Any = None) -> dict[str, Step]:
    """The open steps with the one that `event` opens, which a second person must take."""
    about = None if what is None else str(what)
    key = command if about is None else f"{command}:{about}"
    step = Step(event.id, event.type, event.by, event.recorded_at, about)
    return {**state.steps, key: step}


def decided(state: StreamState, *keys: str) -> dict[str, Step]:
    """The open steps without those named, which are taken or have lost their subject."""
    return {key: step for key, step in state.steps.items() if key not in keys}


def owed(
    state: StreamState, event: Event, service: str, operation: str, asks: dict[str, Any]
) -> dict[UUID, Call]:
    """The calls owed, with the one that `event` owes."""
    call = Call(event.id, service, operation, event.recorded_at, asks)
    return {**state.calls, event.id: call}


def settled(state: S, call: UUID | None) -> S:
    """The state after the call's answer: nothing is owed, and no answer on paper is awaited."""
    return replace(
        state,
        calls={id_: owed for id_, owed in state.calls.items() if id_ != call},
        overtaken={id_: late for id_, late in state.overtaken.items() if id_ != call},
        steps=decided(state, f"record_service_answer:{call}"),
    )


def turned_down(state: S, call: UUID | None) -> S:
    """The state after a partner's no: it is asked no more, but may still answer on paper."""
    known = state.calls.get(call) if call else None
    if known is None:
        return state
    refused = replace(known, refused=True, failed=False)
    return replace(state, calls={**state.calls, known.id: refused})


def dropped(state: S, operation: str) -> S:
    """The state without the calls of this operation: whatever they still bring comes too late."""
    after = state
    for call in [id_ for id_, owed in state.calls.items() if owed.operation == operation]:
        after = settled(after, call)
    return after
