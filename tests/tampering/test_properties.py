"""Any honest record is whole, and any edit of any byte is found."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeward import verifier
from tests.tampering.building import Shape, honest
from tests.tampering.checking import verify

SMALL = honest(
    Shape(events=24, pending=4, streams=5, erasure_every=5, checkpoints=(3, 16, 24), witnessed=2)
)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    events = draw(st.integers(0, 60))
    sizes = draw(st.lists(st.integers(0, events), max_size=6))
    return Shape(
        seed=draw(st.integers(0, 2**32)), events=events, pending=draw(st.integers(0, 8)),
        streams=draw(st.integers(1, 30)), read_every=draw(st.integers(1, 9)),
        erasure_every=draw(st.integers(3, 40)), checkpoints=tuple(sorted(sizes)),
        witnessed=draw(st.integers(0, 6)),
    )  # fmt: skip


def quick(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip


@quick(40)
@given(shapes())
def test_any_honest_record_is_whole(shape: Shape) -> None:
    with tempfile.TemporaryDirectory() as folder:
        code, report = verify(honest(shape).write(Path(folder) / "export"))
    assert (code, report["findings"]) == (verifier.INTACT, [])
    assert report["events"] == shape.events + shape.pending
    sizes = shape.checkpoints[: shape.witnessed]
    assert report["not_witnessed"] == report["events"] - max(sizes, default=0)


def meaning(path: Path, text: bytes) -> Any:
    """What the lines say, whatever their spaces; None for what says nothing."""
    if path.suffix != ".jsonl":
        return [line for line in text.decode(errors="replace").splitlines() if line]
    try:
        lines = text.decode().split("\n")
        return [json.loads(line, object_pairs_hook=tuple) for line in lines[:-1]], lines[-1]
    except ValueError:
        return None


@quick(400)
@given(st.data())
def test_any_edit_of_a_byte_is_found(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export = SMALL.write(Path(folder) / "export")
        path = data.draw(st.sampled_from(sorted(export.iterdir())), "file")
        true = path.read_bytes()
        at = data.draw(st.integers(0, len(true) - 1), "where")
        how = data.draw(st.sampled_from(["change", "delete", "insert"]), "how")
        byte = bytes([data.draw(st.integers(0, 255), "byte")])
        false = true[:at] + (b"" if how == "delete" else byte) + true[at + (how != "insert") :]
        path.write_bytes(false)
        same = meaning(path, false) == meaning(path, true)
        code, _ = verify(export)
    assert code == (verifier.INTACT if same else verifier.BROKEN)
