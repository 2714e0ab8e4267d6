"""The demo's own events, exported: whole as they are, and any one of them changed is found."""

from pathlib import Path

import pytest

from homeward import verifier
from homeward.dev.docket.telling import Told
from homeward.eventstore.codec import encode
from tests.demo.memory import MemoryDocket
from tests.tampering.building import Export, Shape, Teller, b64, event_hash, leaf_of, micro
from tests.tampering.checking import verify


class Retold(Teller):
    """Lines of events that have happened, in their order."""

    def __init__(self, docket: MemoryDocket) -> None:
        self.happened = list(docket.engine.store.order)
        size = len(self.happened)
        super().__init__(
            Shape(events=size, pending=0, checkpoints=(size // 3, size // 2, size), witnessed=2)
        )

    def event(self, position: int | None) -> dict[str, object]:
        event = self.happened[position or 0]
        version, head = self.heads.get(event.stream, (0, b64(bytes(32))))
        line: dict[str, object] = {
            "position": position, "stream": event.stream, "version": version + 1,
            "event_id": str(event.id), "command_id": str(event.command_id),
            "command": event.command, "type": event.type, "schema_v": 1, "actor": event.by,
            "roles": list(event.roles), "cause": str(event.cause) if event.cause else None,
            "occurred_at": micro(event.occurred_at), "recorded_at": micro(event.recorded_at),
            "data": b64(encode(event.fact)), "prev": head,
        }  # fmt: skip
        line["hash"] = b64(event_hash(line))
        line["leaf"] = leaf_of(str(line["hash"]))
        self.heads[event.stream] = version + 1, str(line["hash"])
        return line


@pytest.fixture(scope="module")
def export(carried: tuple[MemoryDocket, Told]) -> Export:
    return Retold(carried[0]).tell()


def test_the_demos_record_is_whole(export: Export, tmp_path: Path) -> None:
    code, report = verify(export.write(tmp_path / "export"))
    assert (code, report["findings"]) == (verifier.INTACT, [])
    assert report["events"] == len(export.events) > 500


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75, 0.99])
def test_another_actor_in_the_demos_record_is_found(
    export: Export, share: float, tmp_path: Path
) -> None:
    told = export.copy()
    position = int(len(told.events) * share)
    told.events[position]["actor"] = "sophea"
    code, report = verify(told.write(tmp_path / "export"))
    assert code == verifier.BROKEN
    assert [report["findings"][0][name] for name in ("part", "first")] == ["position", position]
