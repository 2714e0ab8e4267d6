"""Kinds of tampering with checkpoints, with what witnesses hold, and with the keys."""

import re
from base64 import b64decode
from collections.abc import Callable, Iterator

from tests.tampering.building import (
    Export,
    Shape,
    Signer,
    Teller,
    b64,
    body_in,
    log,
    note_of,
    outside,
    thief,
    thiefs_witness,
)
from tests.tampering.events import flip
from tests.tampering.thief import Where, line_of

Kind = Callable[[Export, int], Where]
OTHER_LOG = Signer("homeward/elsewhere", 1, b"log")


def replace_line(body: str, number: int, text: str) -> str:
    lines = body.splitlines()
    lines[number] = text
    return "\n".join(lines) + "\n"


def edited(number: int, change: Callable[[str], str], *, signed: Signer | None = None) -> Kind:
    """One line of a checkpoint's body is another; signed anew, or as it was."""

    def kind(export: Export, nth: int) -> Where:
        line = export.checkpoints[nth]
        body = body_in(line["note"])
        new = replace_line(body, number, change(body.splitlines()[number]))
        line["note"] = note_of(new, signed) if signed else line["note"].replace(body, new)
        return line_of("checkpoint", nth % len(export.checkpoints) + 1)

    return kind


def more(text: str) -> str:
    return re.sub("[0-9]+", lambda found: str(int(found[0]) + 1), text, count=1)


def other_hash(text: str) -> str:
    words = text.split(" ")
    return " ".join([*words[:-1], flip(words[-1])])


def a_day_before(text: str) -> str:
    return text.replace("-03-", "-02-")


BODY: dict[str, tuple[int, Callable[[str], str]]] = {
    "the origin": (0, lambda _: "homeward/elsewhere"), "the size": (1, more),
    "the root": (2, other_hash), "how many reads": (3, more), "the reads' hash": (3, other_hash),
    "how many erasures": (4, more), "the erasures' hash": (4, other_hash),
    "the time": (5, a_day_before),
}  # fmt: skip


def note(change: Callable[[str], str]) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        line = export.checkpoints[nth]
        line["note"] = change(line["note"])
        return line_of("checkpoint", nth % len(export.checkpoints) + 1)

    return kind


def forged(text: str) -> str:
    *head, signature = text.split(" ")
    raw = bytearray(b64decode(signature))
    raw[40] ^= 1
    return " ".join([*head, b64(bytes(raw)) + "\n"])


NOTES: dict[str, Callable[[str], str]] = {
    "a forged signature": forged,
    "the signature of another key of that name": lambda t: note_of(body_in(t), thief),
    "the signature of another log": lambda t: note_of(body_in(t), OTHER_LOG),
    "a witness's signature alone": lambda t: note_of(body_in(t), outside),
    "a forged signature beside the true one": lambda t: t + forged(log.line(body_in(t))),
    "another key's beside the true one": lambda t: t + thief.line(body_in(t)),
    "no signature": lambda t: body_in(t) + "\n",
    "no note": lambda _: "",
    "a line more in the body": lambda t: t.replace("\n\n", "\nforgotten 1\n\n"),
    "a size with a zero before": lambda t: re.sub(r"\n([0-9]+)\n", r"\n0\1\n", t),
    "the signature cut short": lambda t: note_of(body_in(t)) + f"— {log.name} {b64(log.id)}\n",
}


def row_of_another_size(export: Export, nth: int) -> Where:
    export.checkpoints[nth]["size"] += 1
    return line_of("checkpoint", nth % len(export.checkpoints) + 1)


def twice(export: Export, nth: int) -> Where:
    number = nth % len(export.checkpoints) + 1
    export.checkpoints.insert(number, dict(export.checkpoints[nth]))
    return line_of("checkpoint", number + 1)


def replayed(export: Export, nth: int) -> Where:
    """An old checkpoint comes again as if it were the newest."""
    export.checkpoints.append(dict(export.checkpoints[nth % 8 - 1]))
    return line_of("checkpoint", 9)


def swapped(export: Export, nth: int) -> Where:
    lines, one = export.checkpoints, min(nth % 8, 6)
    lines[one], lines[one + 1] = lines[one + 1], lines[one]
    return line_of("checkpoint", one + 2)


def dropped(export: Export, nth: int) -> Where:
    """The record has it no more; the witness has."""
    del export.checkpoints[nth]
    return line_of(f"witness {outside.name}", nth + 1)


# What follows only the log's own key could sign: the writer itself is false, or lost its key.


def wrong_root(export: Export, nth: int) -> Where:
    sizes = [0, *export.sizes()]
    nth %= 8
    edited(2, other_hash, signed=log)(export, nth)
    good = max(size for size in sizes[: nth + 1])
    size = sizes[nth + 1]
    return Where("position", min(good, size - 1), size - 1)


def beyond_the_record(export: Export, _: int) -> Where:
    """The checkpoint of a longer record: this one was cut, or put back."""
    longer = Teller(Shape(events=230, checkpoints=(*Shape().checkpoints, 220))).tell()
    export.checkpoints.append(longer.checkpoints[-1])
    export.events = export.ledger
    return Where("position", 200, 219)


def more_reads_than_there_are(export: Export, _: int) -> Where:
    kind = edited(3, lambda t: t.replace(" 38 ", " 45 "), signed=log)
    kind(export, -1)
    return Where("access", 41, 45)


def time_going_back(export: Export, nth: int) -> Where:
    return edited(5, a_day_before, signed=log)(export, max(1, nth % 8))


def fewer_reads(export: Export, nth: int) -> Where:
    nth = max(2, nth % 8)
    empty = f"access 0 {b64(bytes(32))}"
    return edited(3, lambda _: empty, signed=log)(export, nth)


def fewer_erasures(export: Export, nth: int) -> Where:
    empty = f"erased 0 {b64(bytes(32))}"
    return edited(4, lambda _: empty, signed=log)(export, max(3, nth % 8))


# What witnesses hold, in the export or brought along.


def witness_ahead(export: Export, _: int) -> Where:
    """It has taken a checkpoint that the record has not: the record was put back."""
    longer = Teller(Shape(events=230, checkpoints=(*Shape().checkpoints, 220), witnessed=9)).tell()
    export.witnesses = longer.witnesses
    return Where("position", 200, 219)


def witness_of_another_history(export: Export, _: int) -> Where:
    other = Teller(Shape(seed=8)).tell()
    export.witnesses = other.witnesses
    return Where("position", 0, 0)


def held(change: Callable[[str], str]) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        notes = export.witnesses[outside.name]
        nth = nth % len(notes)
        notes[nth]["note"] = change(notes[nth]["note"])
        return line_of(f"witness {outside.name}", nth + 1)

    return kind


def held_swapped(export: Export, nth: int) -> Where:
    notes = export.witnesses[outside.name]
    one = min(nth % len(notes), len(notes) - 2)
    notes[one], notes[one + 1] = notes[one + 1], notes[one]
    return line_of(f"witness {outside.name}", one + 2)


HELD: dict[str, Callable[[str], str]] = {
    "a forged cosignature": forged,
    "a cosignature of another key": lambda t: note_of(body_in(t), log, thiefs_witness),
    "the log's forged signature": lambda t: note_of(body_in(t), thief, outside),
    "no signature of the log": lambda t: note_of(body_in(t), outside),
    "another body": lambda t: t.replace("\naccess ", "\naccess 9"),
    "no checkpoint": lambda _: "Dear colleagues,\n",
}


def keys(*written: str) -> Kind:
    def kind(export: Export, _: int) -> Where:
        export.keys = list(written)
        return Where("keys", None)

    return kind


KEYS: dict[str, Kind] = {
    "the thief's for the log's": keys(thief.written, outside.written),
    "one more for the log": keys(log.written, thief.written, outside.written),
    "no key's line": keys(log.written, "kampot-archive"),
    "an id of another key": keys(log.written.replace(log.id.hex(), thief.id.hex())),
    "a name of another key": keys(log.written.replace("invented", "elsewhere")),
    "another witness's of that name": keys(log.written, thiefs_witness.written),
}
PLACES = {"the first": 0, "the middle": 4, "the last": -1}
HELD_PLACES = {"the first": 0, "the middle": 3, "the last": -1}


def cases() -> Iterator[tuple[str, Kind, int]]:
    kinds: dict[str, Kind] = {
        **{f"changes {name}": edited(*how) for name, how in BODY.items()},
        **{f"brings {name}": note(change) for name, change in NOTES.items()},
        "says another size in its row": row_of_another_size, "comes twice": twice,
        "is replayed": replayed, "swaps with the next": swapped,
        "signs a wrong root": wrong_root, "goes back in time": time_going_back,
        "counts fewer reads": fewer_reads, "counts fewer erasures": fewer_erasures,
    }  # fmt: skip
    for name, kind in kinds.items():
        for place, nth in PLACES.items():
            yield f"a checkpoint {name}: {place}", kind, nth
    for place, nth in {"the first": 0, "the middle": 4, "the last witnessed": 6}.items():
        yield f"a witnessed checkpoint is dropped: {place}", dropped, nth
    yield "a checkpoint of more events than there are", beyond_the_record, 0
    yield "a checkpoint of more reads than there are", more_reads_than_there_are, 0
    yield "the witness is ahead", witness_ahead, 0
    yield "the witness holds another history", witness_of_another_history, 0
    for name, change in HELD.items():
        for place, nth in HELD_PLACES.items():
            yield f"a witness holds {name}: {place}", held(change), nth
    for place, nth in HELD_PLACES.items():
        yield f"a witness's notes swap: {place}", held_swapped, nth
    for name, kind in KEYS.items():
        yield f"keys.txt: {name}", kind, 0
