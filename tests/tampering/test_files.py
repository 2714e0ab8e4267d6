"""An export that is no export: told in words, never by a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from homeward import verifier
from tests.tampering.building import Export
from tests.tampering.checking import verify

FILES = ("events", "streams", "access", "erasures", "checkpoints", "witness-kampot-archive")
NESTED = b"[" * 100_000 + b"\n"


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda text: b"".join(change(text.splitlines(keepends=True)))


def second_line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lines(lambda all_: [all_[0], change(all_[1]), *all_[2:]])


FAULTS: dict[str, Callable[[bytes], bytes]] = {
    "is empty": lambda _: b"",
    "ends in a torn line": lambda text: text[:-1],
    "ends in half a line": lambda text: text[:-40],
    "has a torn line within": second_line(lambda line: line[:30] + b"\n"),
    "has an empty line": second_line(lambda line: b"\n" + line),
    "has a line that is no object": second_line(lambda _: b'["events"]\n'),
    "has a number for a line": second_line(lambda _: b"17\n"),
    "has a bare word": second_line(lambda _: b"events\n"),
    "is not UTF-8": second_line(lambda line: line[:-10] + b"\xff\xfe" + line[-10:]),
    "is UTF-16": lambda text: text.decode().encode("utf-16"),
    "begins with a mark": lambda text: b"\xef\xbb\xbf" + text,
    "nests without end": second_line(lambda _: NESTED),
    "has a field more": second_line(lambda line: b'{"more": 1, ' + line[1:]),
    "has a field less": second_line(
        lambda line: b"{" + line.split(b", ", 1)[1] if b", " in line else b"{}\n"
    ),
    "has a field twice": second_line(
        lambda line: line.rstrip()[:-1] + b", " + line[1:].split(b", ", 1)[0] + b"}\n"
    ),
    "has binary in it": second_line(lambda _: bytes(range(256)) + b"\n"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_broken_is_found(
    told: Export, name: str, fault: str, tmp_path: Path
) -> None:
    folder = told.write(tmp_path / "export")
    path = folder / f"{name}.jsonl"
    path.write_bytes(FAULTS[fault](path.read_bytes()))
    code, report = verify(folder)
    # an empty witness's file says nothing against the record; it is only not witnessed
    quiet = (name, fault) == ("witness-kampot-archive", "is empty")
    assert code == (verifier.INTACT if quiet else verifier.BROKEN)
    if quiet:
        assert report["not_witnessed"] == report["events"]
        return
    assert "format says" not in report["findings"][0]["what"]


@pytest.mark.parametrize("name", FILES[:-1])
def test_a_file_that_is_not_there_is_found(told: Export, name: str, tmp_path: Path) -> None:
    folder = told.write(tmp_path / "export")
    (folder / f"{name}.jsonl").unlink()
    code, report = verify(folder)
    assert code == verifier.BROKEN
    assert any(f"{name}.jsonl" in finding["what"] for finding in report["findings"])


VALUES: dict[str, list[object]] = {
    "events position": [True, 1.0, "1", -1, 10**30, [], {}],
    "events stream": [None, 7, "", "VIC", "\ud800", [], "VIC-2026-000001\x00"],
    "events version": [None, True, 2.0, "2", -3, 2**31, 2**70, 10**400],
    "events event_id": [None, 7, "", "not-a-uuid", "00000000111142228333444444444444"],
    "events command": [None, 7, "\udfff"],
    "events schema_v": [None, False, 1.5, "1", 2**15, 10**40],
    "events actor": [None, {}, "\ud83d"],
    "events roles": [None, "officer", [None], [7], [["officer"]], {"officer": 1}, ["Officer"]],
    "events cause": [7, "", "00000000-0000-0000-0000-000000000000"],
    "events occurred_at": [
        None, 7, "", "yesterday", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00.000000+00:00",
        "2026-02-30T08:00:00.000000Z", "2026-03-02T24:00:00.000000Z", "0000-03-02T08:00:00.000000Z",
        "2026-03-02 08:00:00.000000Z", "2026-03-02T08:00:00.00000٣Z",
    ],
    "events data": [None, 7, "e30", "e30=\n", "e3 0=", "e31=", "e30==", "ë30=", "e30=e30="],
    "events hash": [None, "", "AAAA", "A" * 44],
    "streams version": [None, True, 1.0, 10**400],
    "streams head": [None, 7, ""],
    "streams stream": [None, 7, "", "\ud800"],
    "access at": [None, "now"],
    "access stream": [7, "", "\ud800"],
    "access sections": [None, "health", [None], ["a b"]],
    "access number": [None, True, 0, 10**400],
    "erasures subjects": [None, "x", [None], [""], ["b", "a"], ["a", "a"], ["\ud800"]],
    "erasures event": [None, 7, "x"],
    "checkpoints size": [None, True, 1.0, -1, 10**400],
    "checkpoints note": [None, 7, "", "\ud800", "x" * 10_000],
}  # fmt: skip
CASES = [(*place.split(), value) for place, values in VALUES.items() for value in values]


@pytest.mark.parametrize(("part", "name", "value"), CASES)
def test_a_value_that_is_none_is_found_in_its_line(
    told: Export, part: str, name: str, value: object, tmp_path: Path
) -> None:
    folder = told.write(tmp_path / "export")
    path = folder / f"{part}.jsonl"
    rows = path.read_text().splitlines()
    row = json.loads(rows[1])
    row[name] = value
    # the plain digits: json.dumps refuses to write numbers that long
    text = json.dumps({**row, name: 0} if isinstance(value, int) and value > 2**70 else row)
    if isinstance(value, int) and value > 2**70:
        text = text.replace(f'"{name}": 0', f'"{name}": 1' + "0" * 400)
    rows[1] = text
    path.write_text("".join(f"{row}\n" for row in rows))
    code, report = verify(folder)
    assert code == verifier.BROKEN
    first = report["findings"][0]
    nth = 2 if part != "events" else -1 if value == -1 else 1
    assert first["first"] is None or first["first"] <= nth <= first["last"], report["findings"]


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e3", "1" + "0" * 5000])
def test_a_number_that_is_none_is_found(told: Export, constant: str, tmp_path: Path) -> None:
    folder = told.write(tmp_path / "export")
    path = folder / "events.jsonl"
    path.write_text(path.read_text().replace('"version": 1,', f'"version": {constant},', 1))
    code, report = verify(folder)
    assert code == verifier.BROKEN
    assert report["findings"][0]["first"] == 0


def test_a_folder_for_a_file_is_found(told: Export, tmp_path: Path) -> None:
    folder = told.write(tmp_path / "export")
    (folder / "access.jsonl").unlink()
    (folder / "access.jsonl").mkdir()
    code, report = verify(folder)
    assert code == verifier.BROKEN
    assert "access.jsonl" in report["findings"][0]["what"]


@pytest.mark.parametrize("keys", ["", None, b"\xff", b"homeward/x+00000000+AAAA", b"\n\n"])
def test_keys_that_are_none_are_found(
    told: Export, keys: bytes | str | None, tmp_path: Path
) -> None:
    folder = told.write(tmp_path / "export")
    (folder / "keys.txt").unlink()
    if keys is not None:
        (folder / "keys.txt").write_bytes(keys if isinstance(keys, bytes) else keys.encode())
    code, report = verify(folder)
    assert code == verifier.BROKEN
    assert report["findings"][-1]["part"] == "keys"
