"""The verifier as a program of its own, and what it says of what is whole."""

import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from homeward import verifier
from tests.tampering.building import (
    Export,
    Shape,
    Teller,
    b64,
    body_in,
    honest,
    log,
    note_of,
    outside,
    root_of,
    thief,
    thiefs_witness,
    write_lines,
)
from tests.tampering.checking import KEYS, verify
from tests.tampering.events import changed_chained_and_leaved
from tests.tampering.thief import resign

SOURCE = Path(verifier.__file__)


def alone(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A copy of the one file, run where homeward is not."""
    folder.mkdir(exist_ok=True)
    copy = Path(shutil.copy(SOURCE, folder / "verifier.py"))
    return subprocess.run(
        [sys.executable, "-I", str(copy), *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_it_imports_only_what_comes_with_python_and_cryptography() -> None:
    tree = ast.parse(SOURCE.read_text())
    found = {
        (each.module if isinstance(each, ast.ImportFrom) else each.names[0].name) or "."
        for each in ast.walk(tree)
        if isinstance(each, (ast.Import, ast.ImportFrom))
    }
    tops = {name.split(".")[0] for name in found}
    assert tops - set(sys.stdlib_module_names) == {"cryptography"}


def test_it_runs_alone(told: Export, tmp_path: Path) -> None:
    folder = told.write(tmp_path / "export")
    (tmp_path / "keys").write_text(KEYS)
    whole = alone(tmp_path / "alone", folder, "--key", tmp_path / "keys")
    assert (whole.returncode, whole.stderr) == (0, "")
    assert whole.stdout.startswith("intact\n")
    assert "not witnessed: 78" in whole.stdout

    told.events[57]["actor"] = "sophea"
    told.write(folder)
    broken = alone(tmp_path / "alone", folder, "--key", tmp_path / "keys")
    assert broken.returncode == 8
    stream, version = told.events[57]["stream"], told.events[57]["version"]
    assert f"position 57 ({stream} version {version}): its hash" in broken.stdout


@pytest.mark.parametrize(
    "arguments",
    [(), ("no-such-folder",), ("export", "--key", "no-such-file"), ("export", "--witness", "none"),
     ("export", "--key", "bad"), ("bad",), ("export", "--frobnicate")],
)  # fmt: skip
def test_a_call_that_makes_no_sense_ends_with_two(
    told: Export, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    told.write(tmp_path / "export")
    (tmp_path / "bad").write_bytes(b"homeward/\xff")
    done = alone(tmp_path, *arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_whole_is_intact_and_counted(told: Export, tmp_path: Path) -> None:
    code, report = verify(told.write(tmp_path / "export"))
    assert code == verifier.INTACT
    assert report["intact"] is True
    counted = {name: report[name] for name in ("events", "pending", "streams", "checkpoints")}
    assert counted == {"events": 206, "pending": 6, "streams": 20, "checkpoints": 8}
    assert (report["access"], report["erasures"]) == (len(told.access), len(told.erasures))
    assert report["witnesses"] == {"kampot-archive": 128}
    assert report["not_witnessed"] == 206 - 128
    assert report["not_checked"] == []


def test_without_a_key_it_says_what_it_could_not_check(told: Export, tmp_path: Path) -> None:
    folder = told.write(tmp_path / "export")
    report = verifier.verify_export(folder)
    assert report["intact"]
    assert any("keys are the record's own" in each for each in report["not_checked"])


def test_without_a_witness_nothing_is_witnessed(told: Export, tmp_path: Path) -> None:
    told.witnesses.clear()
    _, report = verify(told.write(tmp_path / "export"))
    assert report["not_witnessed"] == report["events"]
    assert any("no witness" in each for each in report["not_checked"])


def test_a_witness_whose_key_was_not_given_is_not_believed(told: Export, tmp_path: Path) -> None:
    _, report = verify(told.write(tmp_path / "export"), keys=f"{log.written}\n")
    assert report["intact"]
    assert report["not_witnessed"] == report["events"]


def test_a_witness_that_was_asked_itself_is_believed(told: Export, tmp_path: Path) -> None:
    held = tmp_path / "witness-phnom-penh.jsonl"
    write_lines(held, [{"note": line["note"]} for line in told.checkpoints[2:]])
    _, report = verify(told.write(tmp_path / "export"), "--witness", str(held))
    assert report["intact"]
    assert report["witnesses"] == {"kampot-archive": 128, "phnom-penh": 190}
    assert report["not_witnessed"] == 16


def test_a_witness_that_is_behind_is_no_fault(told: Export, tmp_path: Path) -> None:
    del told.witnesses[outside.name][2:]
    code, report = verify(told.write(tmp_path / "export"))
    assert (code, report["not_witnessed"]) == (verifier.INTACT, 206 - 17)


def test_only_a_witness_shows_that_everything_was_rewritten(told: Export, tmp_path: Path) -> None:
    """Whoever has stolen the log's key too is found out by what a witness holds."""
    held = tmp_path / "witness-phnom-penh.jsonl"
    write_lines(held, told.witnesses[outside.name])
    where = changed_chained_and_leaved(told, 95)
    resign(told, log)
    told.witnesses.clear()
    folder = told.write(tmp_path / "export")
    _, unseen = verify(folder)
    assert unseen["intact"]
    assert unseen["not_witnessed"] == unseen["events"]
    code, report = verify(folder, "--witness", str(held))
    assert code == verifier.BROKEN
    first = report["findings"][0]
    assert (first["part"], first["first"], first["last"]) == ("position", where.first, where.last)


def test_without_a_key_a_witness_still_shows_it(told: Export, tmp_path: Path) -> None:
    held = tmp_path / "witness-phnom-penh.jsonl"
    write_lines(held, told.witnesses[outside.name])
    changed_chained_and_leaved(told, 95)
    resign(told, thief, 0, thiefs_witness)
    told.keys = [thief.written, thiefs_witness.written]
    folder = told.write(tmp_path / "export")
    assert verifier.verify_export(folder)["intact"]
    trusted = {"phnom-penh": list(verifier.read_lines(held, "witness"))}
    assert not verifier.verify_export(folder, trusted=trusted)["intact"]


@pytest.mark.parametrize(
    "shape",
    [
        Shape(events=0, pending=0, checkpoints=(), witnessed=0),
        Shape(events=0, pending=3, checkpoints=(0, 0), witnessed=1),
        Shape(events=1, pending=0, checkpoints=(1,), witnessed=1),
        Shape(events=9, pending=0, streams=1, checkpoints=(2, 3, 9), witnessed=3),
        Shape(events=70, pending=70, streams=70, checkpoints=(0, 33), witnessed=1),
    ],
    ids=["nothing at all", "only pending", "one event", "one stream", "a stream for each"],
)  # fmt: skip
def test_small_records_are_whole(shape: Shape, tmp_path: Path) -> None:
    code, report = verify(honest(shape).write(tmp_path / "export"))
    assert (code, report["findings"]) == (verifier.INTACT, [])
    assert report["events"] == shape.events + shape.pending


def test_findings_are_told_up_to_a_hundred(told: Export, tmp_path: Path) -> None:
    for line in told.events:
        line["actor"] = "sophea"
    _, report = verify(told.write(tmp_path / "export"))
    assert len(report["findings"]) == 100


def path_to(leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, word by word."""
    if len(leaves) < 2:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path_to(leaves[:split], index), root_of(leaves[split:])]
    return [*path_to(leaves[split:], index - split), root_of(leaves[:split])]


def path_between(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 9162 section 2.1.4.1, word by word."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= split:
        return [*path_between(old, leaves[:split], whole=whole), root_of(leaves[split:])]
    rest = path_between(old - split, leaves[split:], whole=False)
    return [*rest, root_of(leaves[:split])]


def prove(folder: Path, proof: dict[str, object]) -> int:
    folder.mkdir(exist_ok=True)
    (folder / "keys").write_text(KEYS)
    (folder / "proof.json").write_text(json.dumps(proof))
    return verifier.main([str(folder / "proof.json"), "--key", str(folder / "keys"), "--json"])


def inclusion(told: Export, position: int, nth: int) -> dict[str, object]:
    line = told.checkpoints[nth]
    path = path_to(told.leaves()[: line["size"]], position)
    return {
        "kind": "inclusion", "position": position, "event": told.ledger[position],
        "path": [b64(each) for each in path], "checkpoint": line["note"],
    }  # fmt: skip


def consistency(told: Export, old: int, new: int) -> dict[str, object]:
    one, two = told.checkpoints[old], told.checkpoints[new]
    path = path_between(one["size"], told.leaves()[: two["size"]])
    return {
        "kind": "consistency", "from": one["note"], "to": two["note"],
        "path": [b64(each) for each in path],
    }  # fmt: skip


def test_every_proof_of_an_event_holds_and_no_other_does(told: Export, tmp_path: Path) -> None:
    for nth, line in enumerate(told.checkpoints):
        for position in {0, 1, 16, 63, 64, 99, 100, line["size"] - 1}:
            if position < line["size"]:
                assert prove(tmp_path, inclusion(told, position, nth)) == verifier.INTACT
    true = inclusion(told, 70, 4)
    path = list(true["path"])  # type: ignore[call-overload]
    event = dict(told.ledger[70])
    changes: tuple[dict[str, object], ...] = (
        {"path": path[:-1]}, {"path": [*path, path[0]]}, {"path": path[::-1]}, {"path": []},
        {"position": 71}, {"position": 100}, {"position": -1}, {"position": "70"},
        {"event": told.ledger[71]}, {"event": {**event, "actor": "sophea"}}, {"event": None},
        {"event": {**event, "leaf": None}}, {"event": {**event, "position": 71}},
        {"checkpoint": told.checkpoints[5]["note"]}, {"checkpoint": "none"}, {"kind": "hearsay"},
        {"checkpoint": note_of(body_in(told.checkpoints[4]["note"]), thief)},
        {"path": [*path[:-1], 7]}, {"path": None}, {"path": "A"},
    )  # fmt: skip
    for change in changes:
        assert prove(tmp_path, {**true, **change}) == verifier.BROKEN, change


def test_every_proof_of_growth_holds_and_no_other_does(told: Export, tmp_path: Path) -> None:
    for old in range(8):
        for new in range(old, 8):
            assert prove(tmp_path, consistency(told, old, new)) == verifier.INTACT, (old, new)
    other = Teller(Shape(seed=8)).tell()
    for old, new in ((0, 1), (1, 4), (2, 4), (4, 7), (6, 7)):
        true = consistency(told, old, new)
        path = list(true["path"])  # type: ignore[call-overload]
        for change in (
            {"from": true["to"], "to": true["from"]}, {"path": path[:-1]}, {"path": [*path, path[0]]},
            {"from": other.checkpoints[old]["note"]}, {"to": other.checkpoints[new]["note"]},
        ):  # fmt: skip
            assert prove(tmp_path, {**true, **change}) == verifier.BROKEN, (old, new, change)


@pytest.mark.parametrize("text", ["", "[]", "7", "null", "{", "{}", "[" * 100_000, '"x"'])
def test_a_proof_that_is_none_is_never_a_traceback(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "proof.json").write_text(text)
    try:
        code = verifier.main([str(tmp_path / "proof.json")])
    except SystemExit as ended:
        code = int(str(ended.code))
    assert code in {verifier.USAGE, verifier.BROKEN}
