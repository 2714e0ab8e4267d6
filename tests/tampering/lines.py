"""Kinds of tampering with the access log, the erasures and the streams' rows."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.tampering.building import Export, Line, access_hash, b64, chain, erasure_hash
from tests.tampering.events import OTHER_ID, flip
from tests.tampering.thief import Where, line_of

Kind = Callable[[Export, int], Where]
HASHED = {"access": access_hash, "erasures": erasure_hash}
PARTS = {"access": "access", "erasures": "erasure"}
COLUMNS: dict[str, dict[str, Callable[[Line], Any]]] = {
    "access": {
        "number": lambda e: e["number"] + 1, "at": lambda _: "2026-01-01T00:00:00.000000Z",
        "actor": lambda _: "sophea", "what": lambda e: e["what"] + "s",
        "stream": lambda e: None if e["stream"] else "VIC-2026-000000",
        "sections": lambda e: [] if e["sections"] else ["health"],
        "prev": lambda e: flip(e["prev"]), "hash": lambda e: flip(e["hash"]),
    },
    "erasures": {
        "number": lambda e: e["number"] + 1, "at": lambda _: "2026-01-01T00:00:00.000000Z",
        "case": lambda e: e["case"] + "0", "event": lambda _: OTHER_ID,
        "subjects": lambda e: ["VIC-2026-999999/9", *e["subjects"]],
        "prev": lambda e: flip(e["prev"]), "hash": lambda e: flip(e["hash"]),
    },
    "streams": {
        "kind": lambda e: "court" if e["kind"] == "case" else "case",
        "version": lambda e: e["version"] - 1, "head": lambda e: flip(e["head"]),
    },
}  # fmt: skip


def lines_of(export: Export, part: str) -> list[Line]:
    found: list[Line] = getattr(export, part)
    return found


def told_numbers(export: Export, part: str) -> list[int]:
    row = 3 if part == "access" else 4
    return [int(line["note"].splitlines()[row].split()[1]) for line in export.checkpoints]


def between_numbers(export: Export, part: str, number: int) -> Where:
    """From what the last good checkpoint before tells of to what the first that covers it does."""
    numbers = [0, *told_numbers(export, part)]
    good = max(n for n in numbers if n < number)
    return Where(PARTS[part], good + 1, min(n for n in numbers if n >= number))


def column(part: str, name: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        line = lines_of(export, part)[nth]
        line[name] = COLUMNS[part][name](line)
        return line_of(PARTS.get(part, "stream"), lines_of(export, part).index(line) + 1)

    return kind


def both_words_as_one(export: Export, _: int) -> Where:
    line = next(line for line in export.access if len(line["sections"]) > 1)
    line["sections"] = [",".join(line["sections"])]
    return line_of("access", line["number"])


def nothing_as_a_stream(export: Export, _: int) -> Where:
    line = next(line for line in export.access if line["stream"] is None)
    line["stream"] = ""
    return line_of("access", line["number"])


def subjects_as_one(export: Export, _: int) -> Where:
    line = next(line for line in export.erasures if len(line["subjects"]) > 1)
    line["subjects"] = ["\n".join(line["subjects"])]
    return line_of("erasure", line["number"])


def subjects_out_of_order(export: Export, _: int) -> Where:
    line = next(line for line in export.erasures if len(line["subjects"]) > 1)
    line["subjects"].reverse()
    return line_of("erasure", line["number"])


def deleted(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        lines = lines_of(export, part)
        number = nth % len(lines) + 1
        covered = max(told_numbers(export, part))
        del lines[nth]
        if number <= len(lines):
            return line_of(PARTS[part], number)
        return Where(PARTS[part], number, covered)

    return kind


def deleted_and_chained(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        where = between_numbers(export, part, nth + 1)
        del lines_of(export, part)[nth]
        chain(lines_of(export, part), HASHED[part], nth)
        return where

    return kind


def changed_and_chained(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        where = between_numbers(export, part, nth + 1)
        lines = lines_of(export, part)
        lines[nth]["at"] = "2026-01-01T00:00:00.000000Z"
        chain(lines, HASHED[part], nth)
        return where

    return kind


def inserted_and_chained(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        where = between_numbers(export, part, nth + 1)
        lines = lines_of(export, part)
        lines.insert(nth, {**lines[nth], "at": "2026-01-01T00:00:00.000000Z"})
        chain(lines, HASHED[part], nth)
        return where

    return kind


def twice(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        lines = lines_of(export, part)
        number = nth % len(lines) + 1
        lines.insert(number, dict(lines[nth]))
        return line_of(PARTS[part], number + 1)

    return kind


def swapped(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        lines = lines_of(export, part)
        one = min(nth % len(lines), len(lines) - 2)
        lines[one], lines[one + 1] = lines[one + 1], lines[one]
        return line_of(PARTS[part], one + 1)

    return kind


def cut(part: str) -> Kind:
    def kind(export: Export, nth: int) -> Where:
        covering = min(n for n in told_numbers(export, part) if n > nth)
        del lines_of(export, part)[nth:]
        return Where(PARTS[part], nth + 1, covering)

    return kind


def row_dropped(export: Export, nth: int) -> Where:
    row = export.streams.pop(nth)
    return Where("stream", None, None, row["stream"], row["version"])


def row_invented(export: Export, nth: int) -> Where:
    row = export.streams[nth]
    export.streams.insert(nth, {**row, "stream": "VIC-2026-777777", "kind": "case"})
    number = export.streams.index(row)
    return Where("stream", number, number, "VIC-2026-777777", row["version"])


def row_twice(export: Export, nth: int) -> Where:
    row = export.streams[nth]
    number = export.streams.index(row) + 1
    export.streams.insert(number, dict(row))
    return line_of("stream", number + 1)


def head_of_the_version_before(export: Export, nth: int) -> Where:
    """The stream's row as it was one event ago: the last event is to be forgotten."""
    row = export.streams[nth]
    before = export.of(row["stream"])[-2]
    row["version"], row["head"] = before["version"], before["hash"]
    return line_of("stream", export.streams.index(row) + 1)


def head_of_zeros(export: Export, nth: int) -> Where:
    export.streams[nth]["head"] = b64(bytes(32))
    return line_of("stream", export.streams.index(export.streams[nth]) + 1)


PLACES = {
    "access": {"the first": 0, "the middle": 19, "before a checkpoint's edge": 24, "the last": -1},
    "erasures": {"the first": 0, "the middle": 2, "the last": -1},
    "streams": {"the first": 0, "the middle": 9, "the last": -1},
}
COVERED = {
    "access": {"the first": 0, "the middle": 19, "the last under a checkpoint": 37},
    "erasures": {"the first": 0, "the middle": 2, "the last under a checkpoint": 4},
}
LINES: dict[str, tuple[Callable[[str], Kind], dict[str, dict[str, int]]]] = {
    "swaps two lines": (swapped, PLACES),
    "tells a line twice": (twice, PLACES),
    "deletes a line": (deleted, COVERED),
    "deletes a line and chains the rest": (deleted_and_chained, COVERED),
    "changes a line and chains the rest": (changed_and_chained, COVERED),
    "inserts a line and chains the rest": (inserted_and_chained, COVERED),
    "cuts the tail": (cut, COVERED),
}
STREAMS: dict[str, Kind] = {
    "drops a row": row_dropped, "invents a row": row_invented, "tells a row twice": row_twice,
    "puts a head back": head_of_the_version_before, "empties a head": head_of_zeros,
}  # fmt: skip
ONES: dict[str, Kind] = {
    "access: two sections as one": both_words_as_one,
    "access: a nameless stream for none": nothing_as_a_stream,
    "erasures: two subjects as one": subjects_as_one,
    "erasures: subjects in another order": subjects_out_of_order,
}


def cases() -> Iterator[tuple[str, Kind, int]]:
    for part, columns in COLUMNS.items():
        for name in columns:
            for place, nth in PLACES[part].items():
                yield f"{part}: changes {name}: {place}", column(part, name), nth
    for part in ("access", "erasures"):
        for name, (make, places) in LINES.items():
            for place, nth in places[part].items():
                yield f"{part}: {name}: {place}", make(part), nth
    for name, kind in STREAMS.items():
        for place, nth in PLACES["streams"].items():
            yield f"streams: {name}: {place}", kind, nth
    for name, kind in ONES.items():
        yield name, kind, 0
