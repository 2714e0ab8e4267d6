"""What a workflow needs to know of its stream, and nothing else: due times and calls owed."""

from datetime import datetime
from typing import Any

import msgspec

from homeward.domain.streams import Call, StreamState

ENDED = frozenset(
    {
        "CLOSED", "MERGED", "DECLINED", "CONCLUDED", "ABORTED", "REJECTED", "SUBSTANTIATED",
        "UNFOUNDED",
    }
)  # fmt: skip


class Delta(msgspec.Struct, frozen=True):
    """One event's change to a stream's control state. No personal data. Additive, versioned."""

    version: int
    type: str
    state: str
    armed: dict[str, datetime] = {}
    """Deadline key -> when its next level passes: new ones and moved ones."""
    ended: tuple[str, ...] = ()
    owed: tuple[Call, ...] = ()
    settled: tuple[str, ...] = ()
    """Calls answered or given up, by the id of the event that owed them."""
    late: bool = False
    v: int = 1


def dues(state: StreamState) -> dict[str, datetime]:
    return {key: d.due for key, d in state.deadlines.items() if d.due is not None}


def delta(before: StreamState, after: StreamState, type_: str) -> Delta:
    """What the step from `before` to `after` changes for the clock."""
    old, new = dues(before), dues(after)
    return Delta(
        version=after.version,
        type=type_,
        state=after.state,
        armed={key: due for key, due in new.items() if old.get(key) != due},
        ended=tuple(key for key in old if key not in new),
        owed=tuple(
            call for id_, call in open_calls(after).items() if id_ not in open_calls(before)
        ),
        settled=tuple(str(id_) for id_ in open_calls(before) if id_ not in open_calls(after)),
        late=bool(after.overdue),
    )


def open_calls(state: StreamState) -> dict[Any, Call]:
    """Calls still to be asked: a refused one waits for people, an overtaken one is heard out."""
    return {**{id_: c for id_, c in state.calls.items() if not c.refused}, **state.overtaken}
