"""Kinds of tampering with events. Each changes the export and says where it must be found."""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.tampering.building import (
    Export,
    Line,
    b64,
    event_hash,
    leaf_of,
    log,
    set_streams,
    thief,
    thiefs_witness,
)
from tests.tampering.thief import (
    Where,
    at,
    at_event,
    between,
    line_of,
    pending_from,
    rechain,
    renumber,
    resign,
)

Kind = Callable[[Export, Any], Where]
PLACES: dict[str, int | str] = {
    "the first": 0, "just after a checkpoint's edge": 64, "just before a checkpoint's edge": 127,
    "the middle": 95, "the last under a checkpoint": 189, "the first under none": 190,
    "the last": 199, "the first pending": "first pending", "the last pending": "last pending",
}  # fmt: skip
COVERED: dict[str, int | str] = {
    name: place for name, place in PLACES.items() if isinstance(place, int) and place < 190
}
LEDGER: dict[str, int | str] = {
    name: place for name, place in PLACES.items() if isinstance(place, int)
}
OTHER_ID = "00000000-1111-4222-8333-444444444444"


def flip(text: str) -> str:
    """Other bytes of the same length."""
    data = bytearray(b64decode(text))
    data[len(data) // 2] ^= 1
    return b64(bytes(data))


COLUMNS: dict[str, Callable[[Line], dict[str, Any]]] = {
    "the stream": lambda e: {"stream": e["stream"][:-1] + "x"},
    "the version, up": lambda e: {"version": e["version"] + 1},
    "the version, to zero": lambda _: {"version": 0},
    "the event id": lambda _: {"event_id": OTHER_ID},
    "the event id, to the command's": lambda e: {"event_id": e["command_id"]},
    "the command id": lambda _: {"command_id": OTHER_ID},
    "the command": lambda e: {"command": e["command"] + "s"},
    "the type": lambda e: {"type": e["type"].lower()},
    "a letter from type to command": lambda e: {
        "command": e["command"] + e["type"][0], "type": e["type"][1:],
    },
    "the schema": lambda e: {"schema_v": e["schema_v"] + 1},
    "the actor": lambda _: {"actor": "sophea"},
    "a role more": lambda e: {"roles": [*e["roles"], "supervisor"]},
    "no role": lambda e: {"roles": [] if e["roles"] else ["officer"]},
    "two roles as one": lambda e: {"roles": [",".join([*e["roles"], "a"])]},
    "a role of no letters": lambda e: {"roles": [*e["roles"], ""]},
    "another cause": lambda e: {"cause": e["event_id"]},
    "no cause": lambda e: {"cause": None if e["cause"] else OTHER_ID},
    "when it occurred": lambda e: {"occurred_at": "2026-03-01T00:00:00.000000Z"},
    "when it was recorded": lambda e: {"recorded_at": e["occurred_at"]},
    "the two times for each other": lambda e: {
        "occurred_at": e["recorded_at"], "recorded_at": e["occurred_at"],
    },
    "a bit of the data": lambda e: {"data": flip(e["data"])},
    "no data": lambda _: {"data": ""},
    "more data": lambda e: {"data": b64(b64decode(e["data"]) + b" ")},
    "prev": lambda e: {"prev": flip(e["prev"])},
    "the hash": lambda e: {"hash": flip(e["hash"])},
}  # fmt: skip


def column(change: Callable[[Line], dict[str, Any]]) -> Kind:
    def kind(export: Export, place: Any) -> Where:
        line = pending_from(export, place)
        where = at_event({**line, **change(line)})
        line.update(change(line))
        return where

    return kind


def leaf(export: Export, place: int) -> Where:
    export.ledger[place]["leaf"] = flip(export.ledger[place]["leaf"])
    return at(place)


def no_leaf(export: Export, place: int) -> Where:
    export.ledger[place]["leaf"] = None
    return at(place)


def a_leaf_for_pending(export: Export, place: str) -> Where:
    line = pending_from(export, place)
    line["leaf"] = leaf_of(line["hash"])
    return at_event(line)


def data_of_two_swapped(export: Export, place: int) -> Where:
    one, two = export.ledger[place], export.ledger[(place + 31) % 200]
    one["data"], two["data"] = two["data"], one["data"]
    return at(min(place, (place + 31) % 200))


def another_position(export: Export, place: int) -> Where:
    export.ledger[place]["position"] = place + 1000
    return Where("position", place, place + 999)  # all these are missing now


def position_taken_away(export: Export, place: int) -> Where:
    line = export.ledger[place]
    line["position"] = line["leaf"] = None
    # what remains in its place shows it; of the very last, that it stands before the pending ones
    return at(place) if place < 199 else Where("stream", None)


def position_twice(export: Export, place: int) -> Where:
    again = dict(export.ledger[place])
    export.events.insert(place + 1, again)
    return at(place)


def lines_swapped(export: Export, place: int) -> Where:
    one = min(place, 198)
    export.events[one], export.events[one + 1] = export.events[one + 1], export.events[one]
    return at(one)


def positions_swapped(export: Export, place: int) -> Where:
    """Two events of two streams change places: each is whole in itself."""
    one = place if place < 199 else 198
    while export.ledger[one]["stream"] == export.ledger[one + 1]["stream"]:
        one -= 1
    lines_swapped(export, one)
    renumber(export)
    return between(export, one)


def within_a_stream(export: Export, place: int) -> Where:
    """Two events of a stream change places, with their versions."""
    line = export.ledger[place]
    others = [e for e in export.of(line["stream"]) if e["position"] not in {None, place}]
    keep = ("position", "version")
    one, two = sorted((line, others[0]), key=lambda e: int(e["position"]))
    kept = [{name: e[name] for name in keep} for e in (one, two)]
    first, second = dict(one), dict(two)
    one.update({**second, **kept[0]})
    two.update({**first, **kept[1]})
    return at(one["position"])


def between_streams(export: Export, place: int) -> Where:
    """An event is told of another person."""
    line = export.ledger[place]
    line["stream"] = next(s["stream"] for s in export.streams if s["stream"] != line["stream"])
    return at(place)


def deleted(export: Export, place: Any) -> Where:
    line = pending_from(export, place)
    export.events.remove(line)
    if line["position"] is not None:
        # nothing follows the very last: its stream's row has it still
        return at(place) if place < 199 else _stream(export, line)
    after = [e for e in export.of(line["stream"]) if e["version"] > line["version"]]
    return at_event(after[0]) if after else _stream(export, line)


def _stream(export: Export, line: Line) -> Where:
    names = [row["stream"] for row in export.streams]
    return line_of("stream", names.index(line["stream"]) + 1)


def deleted_and_closed_up(export: Export, place: int) -> Where:
    """The gap is renumbered; the stream's next event shows it, or else the tree."""
    line = export.ledger[place]
    export.events.remove(line)
    renumber(export)
    rest = [e for e in export.of(line["stream"]) if e["version"] > line["version"]]
    if rest and (rest[0]["position"] is None or rest[0]["position"] < between_end(export, place)):
        return at_event(rest[0])
    return between(export, place)


def between_end(export: Export, place: int) -> int:
    return min(size for size in export.sizes() if size > place)


def deleted_without_a_trace_but_the_tree(export: Export, place: int) -> Where:
    line = export.ledger[place]
    where = between(export, place)
    export.events.remove(line)
    renumber(export)
    rechain(export, line["stream"], leaves=True)
    return where


def inserted(export: Export, place: int) -> Where:
    """An invented event that names the place's own position and version."""
    forged = {**export.ledger[place], "event_id": OTHER_ID, "actor": "sophea"}
    forged["hash"] = b64(event_hash(forged))
    forged["leaf"] = leaf_of(forged["hash"])
    where = between(export, place) if place + 1 in export.sizes() else at(place)
    export.events.insert(place, forged)
    return where  # at a checkpoint's edge its tree is compared before the true one comes


def inserted_and_fitted(export: Export, place: int) -> Where:
    """... and everything after it made to fit, save what was signed."""
    where = between(export, place)
    stream = export.ledger[place]["stream"]
    inserted(export, place)
    renumber(export)
    rechain(export, stream, leaves=True)
    return where


def changed_and_hashed(export: Export, place: Any) -> Where:
    line = pending_from(export, place)
    line["actor"] = "sophea"
    line["hash"] = b64(event_hash(line))
    if line["position"] is not None:
        return at(line["position"])
    after = [e for e in export.of(line["stream"]) if e["version"] > line["version"]]
    return at_event(after[0]) if after else _stream(export, line)


def changed_and_chained(export: Export, place: int) -> Where:
    line = export.ledger[place]
    line["actor"] = "sophea"
    rechain(export, line["stream"], leaves=False)
    return at(place)


def changed_chained_and_leaved(export: Export, place: int) -> Where:
    line = export.ledger[place]
    line["actor"] = "sophea"
    rechain(export, line["stream"], leaves=True)
    return between(export, place)


def changed_and_signed_by_the_thief(export: Export, place: int) -> Where:
    """All is recomputed, checkpoints too; what witnesses hold still tells where it was."""
    changed_chained_and_leaved(export, place)
    first = next(n for n, size in enumerate(export.sizes()) if size > place)
    where = between(export, place)
    resign(export, thief, first)
    # none of the witness's beyond 128 leaves: there the checkpoint alone speaks
    return where if place < 128 else line_of("checkpoint", first + 1)


def changed_and_all_signed_by_the_thief(export: Export, place: int) -> Where:
    """... the witness's word in the export and the keys in it as well."""
    changed_chained_and_leaved(export, place)
    resign(export, thief, 0, thiefs_witness)
    export.keys = [thief.written, thiefs_witness.written]
    return line_of("checkpoint", 1)


def fake_in_the_middle(export: Export, place: int) -> Where:
    """Both ends of a stream stay true; what leads from one to the other does not."""
    line = export.ledger[place]
    history = export.of(line["stream"])
    line = history[len(history) // 2]
    line["actor"] = "sophea"
    line["hash"] = b64(event_hash(line))
    line["leaf"] = leaf_of(line["hash"])
    after = [e for e in history if e["version"] == line["version"] + 1]
    where = between(export, line["position"])
    if after[0]["position"] is not None and after[0]["position"] <= (where.last or 0):
        return at(after[0]["position"])
    return where


def tail_cut(export: Export, place: int) -> Where:
    """All from the place on is gone, and the streams' rows say the same."""
    export.events = export.ledger[:place]
    set_streams(export)
    covering = min(size for size in export.sizes() if size > place)
    return Where("position", place, covering - 1)


def stream_dropped(export: Export, place: int) -> Where:
    stream = export.ledger[place]["stream"]
    first = export.of(stream)[0]["position"]
    export.events = [e for e in export.events if e["stream"] != stream]
    export.streams = [s for s in export.streams if s["stream"] != stream]
    # neighbours of the same stream are missing in one piece
    last = first
    while last + 1 not in {e["position"] for e in export.events}:
        last += 1
    return Where("position", first, last)


def stream_dropped_and_closed_up(export: Export, place: int) -> Where:
    stream = export.ledger[place]["stream"]
    first = export.of(stream)[0]["position"]
    where = between(export, first)
    stream_dropped(export, place)
    renumber(export)
    return where


def two_histories(export: Export, place: int) -> Where:
    """A fork: the place's version exists twice, each with a successor's right to be the one."""
    line = export.ledger[place]
    fork = {**line, "actor": "sophea", "event_id": OTHER_ID, "position": 200}
    fork["hash"] = b64(event_hash(fork))
    fork["leaf"] = leaf_of(fork["hash"])
    export.events.insert(200, fork)
    return at(200)


def event_id_twice(export: Export, place: int) -> Where:
    """The writer itself, with its key, gave two events one id."""
    last = export.of(export.ledger[place]["stream"])[-1]
    other = export.ledger[(place + 7) % 190]
    last["event_id"] = other["event_id"]
    rechain(export, last["stream"], leaves=True)
    resign(export, log)
    export.witnesses.clear()
    nth = export.events.index(last)
    return at(max(nth, other["position"]))


def version_skipped(export: Export, place: int) -> Where:
    """The writer itself, with its key, left out a number; every hash fits."""
    line = export.ledger[place]
    head = line["prev"]
    for event in export.of(line["stream"]):
        if event["version"] < line["version"]:
            continue
        event["version"], event["prev"] = event["version"] + 1, head
        head = event["hash"] = b64(event_hash(event))
        event["leaf"] = None if event["position"] is None else leaf_of(head)
    set_streams(export)
    resign(export, log)
    export.witnesses.clear()
    return at(place)


KINDS: dict[str, tuple[Kind, Mapping[str, int | str]]] = {
    **{f"changes {name}": (column(change), PLACES) for name, change in COLUMNS.items()},
    "changes the leaf": (leaf, LEDGER),
    "takes the leaf away": (no_leaf, LEDGER),
    "gives a pending event a leaf": (
        a_leaf_for_pending, {n: p for n, p in PLACES.items() if isinstance(p, str)},
    ),
    "swaps the data of two events": (data_of_two_swapped, LEDGER),
    "gives an event another position": (another_position, LEDGER),
    "takes the position away": (position_taken_away, {**LEDGER, "the last": 198}),
    "tells a position twice": (position_twice, LEDGER),
    "swaps two lines": (lines_swapped, LEDGER),
    "swaps two events of two streams": (positions_swapped, COVERED),
    "swaps two events of a stream": (within_a_stream, LEDGER),
    "moves an event to another stream": (between_streams, LEDGER),
    "deletes an event": (deleted, PLACES),
    "deletes an event and closes the gap": (deleted_and_closed_up, COVERED),
    "deletes an event and recomputes chain and leaves": (
        deleted_without_a_trace_but_the_tree, COVERED,
    ),
    "inserts an event": (inserted, LEDGER),
    "inserts an event and recomputes chain and leaves": (inserted_and_fitted, COVERED),
    "changes an event and its hash": (changed_and_hashed, PLACES),
    "changes an event and recomputes its stream": (changed_and_chained, LEDGER),
    "changes an event and recomputes stream and leaves": (changed_chained_and_leaved, COVERED),
    "recomputes everything and signs with another key": (changed_and_signed_by_the_thief, COVERED),
    "recomputes everything, keys and witnesses too": (changed_and_all_signed_by_the_thief, COVERED),
    "keeps the ends of a stream and fakes its middle": (fake_in_the_middle, {"the middle": 95}),
    "cuts the tail": (tail_cut, COVERED),
    "drops a stream": (stream_dropped, LEDGER),
    "drops a stream and closes the gaps": (stream_dropped_and_closed_up, COVERED),
    "forks a stream": (two_histories, LEDGER),
    "gives two events one id": (event_id_twice, COVERED),
    "skips a version": (version_skipped, COVERED),
}  # fmt: skip


def cases() -> Iterator[tuple[str, Kind, Any]]:
    for name, (kind, places) in KINDS.items():
        for place, number in places.items():
            yield f"{name}: {place}", kind, number
