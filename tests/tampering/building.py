"""A writer of exports made from docs/record.md alone: neither the engine's nor the verifier's.

An export is kept as its lines are (text, base64), so that a test changes what a thief would change.
"""

import json
import pickle
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ZERO = bytes(32)
DAY_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
PREFIXES = {"VIC": "case", "REQ": "request", "OPS": "operation", "INC": "incident", "CRT": "court"}
LOG, WITNESS = 1, 4
Line = dict[str, Any]


def b64(data: bytes) -> str:
    return b64encode(data).decode()


def micro(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def second(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def big(number: int, size: int) -> bytes:
    return number.to_bytes(size, "big", signed=True)


def sized(text: str) -> bytes:
    return big(len(text.encode()), 4) + text.encode()


def int8(moment: str) -> bytes:
    span = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f%z") - DAY_ZERO
    return big(span // timedelta(microseconds=1), 8)


def uuid(text: str | None) -> bytes:
    return UUID(text).bytes if text else bytes(16)


def event_hash(line: Line) -> bytes:
    return sha256(
        b"\x02" + b64decode(line["prev"])
        + sized(line["stream"]) + big(line["version"], 4) + uuid(line["event_id"])
        + uuid(line["command_id"]) + sized(line["command"])
        + sized(line["type"]) + big(line["schema_v"], 2)
        + sized(line["actor"]) + sized(",".join(line["roles"])) + uuid(line["cause"])
        + int8(line["occurred_at"]) + int8(line["recorded_at"])
        + sha256(b64decode(line["data"])).digest()
    ).digest()  # fmt: skip


def access_hash(line: Line) -> bytes:
    return sha256(
        b"\x03" + b64decode(line["prev"]) + int8(line["at"]) + sized(line["actor"])
        + sized(line["what"]) + sized(line["stream"] or "") + sized(",".join(line["sections"]))
    ).digest()  # fmt: skip


def erasure_hash(line: Line) -> bytes:
    return sha256(
        b"\x04" + b64decode(line["prev"]) + sized(line["case"]) + uuid(line["event"])
        + sized("\n".join(sorted(line["subjects"], key=str.encode))) + int8(line["at"])
    ).digest()  # fmt: skip


def leaf_of(hash_: str) -> str:
    return b64(sha256(b"\x00" + b64decode(hash_)).digest())


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


@dataclass(frozen=True)
class Signer:
    name: str
    algorithm: int
    seed: bytes

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(sha256(self.seed).digest())

    @property
    def public(self) -> bytes:
        return bytes([self.algorithm]) + self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.public).digest()[:4]

    @property
    def written(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(self.public)}"

    def line(self, body: str, at: int = 1_780_000_000) -> str:
        if self.algorithm == LOG:
            raw = self.private.sign(body.encode())
        else:
            message = f"cosignature/v1\ntime {at}\n{body}"
            raw = big(at, 8) + self.private.sign(message.encode())
        return f"— {self.name} {b64(self.id + raw)}\n"


log = Signer("homeward/invented", LOG, b"log")
thief = Signer("homeward/invented", LOG, b"thief")
outside = Signer("kampot-archive", WITNESS, b"outside")
thiefs_witness = Signer("kampot-archive", WITNESS, b"thief's")


@dataclass
class Export:
    events: list[Line] = field(default_factory=list)
    streams: list[Line] = field(default_factory=list)
    access: list[Line] = field(default_factory=list)
    erasures: list[Line] = field(default_factory=list)
    checkpoints: list[Line] = field(default_factory=list)
    witnesses: dict[str, list[Line]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=lambda: [log.written, outside.written])

    def copy(self) -> "Export":
        same: Export = pickle.loads(pickle.dumps(self))
        return same

    @property
    def ledger(self) -> list[Line]:
        return [line for line in self.events if line["position"] is not None]

    @property
    def pending(self) -> list[Line]:
        return [line for line in self.events if line["position"] is None]

    def sizes(self) -> list[int]:
        return [line["size"] for line in self.checkpoints]

    def of(self, stream: str) -> list[Line]:
        return sorted(
            (line for line in self.events if line["stream"] == stream), key=lambda e: e["version"]
        )

    def leaves(self) -> list[bytes]:
        return [b64decode(line["leaf"]) for line in self.ledger]

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("events", "streams", "access", "erasures", "checkpoints"):
            write_lines(folder / f"{name}.jsonl", getattr(self, name))
        for name, notes in self.witnesses.items():
            write_lines(folder / f"witness-{name}.jsonl", notes)
        (folder / "keys.txt").write_text("".join(f"{key}\n" for key in self.keys))
        return folder


def write_lines(path: Path, lines: list[Line]) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def body_of(
    size: int, root: bytes, access: tuple[int, str], erased: tuple[int, str], signed: str,
    origin: str = "homeward/invented",
) -> str:  # fmt: skip
    return (
        f"{origin}\n{size}\n{b64(root)}\naccess {access[0]} {access[1]}\n"
        f"erased {erased[0]} {erased[1]}\nsigned {signed}\n"
    )


def note_of(body: str, *signers: Signer) -> str:
    return body + "\n" + "".join(signer.line(body) for signer in signers)


def body_in(note: str) -> str:
    return note[: note.index("\n\n") + 1]


def tip(lines: list[Line]) -> tuple[int, str]:
    return (len(lines), lines[-1]["hash"]) if lines else (0, b64(ZERO))


def chain(lines: list[Line], hashed: Any, begin: int = 0) -> None:
    """Numbers and hashes anew from the line of that index on."""
    for nth in range(begin, len(lines)):
        lines[nth]["number"] = nth + 1
        lines[nth]["prev"] = lines[nth - 1]["hash"] if nth else b64(ZERO)
        lines[nth]["hash"] = b64(hashed(lines[nth]))


@dataclass
class Shape:
    """How an honest export comes out."""

    seed: int = 7
    events: int = 200
    pending: int = 6
    streams: int = 20
    read_every: int = 5
    erasure_every: int = 33
    checkpoints: tuple[int, ...] = (1, 17, 64, 64, 100, 101, 128, 190)
    witnessed: int = 7
    """How many of the checkpoints the witness has taken."""


class Teller:
    """Tells an invented record, as long as it is asked."""

    def __init__(self, shape: Shape) -> None:
        self.shape, self.random, self.export = shape, Random(shape.seed), Export()
        self.now = BEGIN
        self.heads: dict[str, tuple[int, str]] = {}
        kinds = list(PREFIXES)
        self.ids = [f"{kinds[n % 5]}-2026-{n:06d}" for n in range(shape.streams)]

    def uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def event(self, position: int | None) -> Line:
        draw = self.random
        stream = draw.choice(self.ids)
        version, head = self.heads.get(stream, (0, b64(ZERO)))
        self.now += timedelta(microseconds=draw.randrange(1, 40_000_000))
        line: Line = {
            "position": position, "stream": stream, "version": version + 1,
            "event_id": self.uuid(), "command_id": self.uuid(),
            "command": draw.choice(["add_note", "open_case", "approve_waiver", ""]),
            "type": draw.choice(["NoteAdded", "CaseOpened", "PersonalDataErased"]),
            "schema_v": draw.choice([1, 1, 1, 2]), "actor": draw.choice(["maly", "dara", "សុខា"]),
            "roles": draw.choice([["officer"], ["officer", "approver"], ["system"], []]),
            "cause": self.uuid() if draw.random() < 0.5 else None,
            "occurred_at": micro(self.now - timedelta(seconds=draw.randrange(99_999))),
            "recorded_at": micro(self.now),
            "data": b64(b"{" + draw.randbytes(draw.randrange(80)) + b"}"), "prev": head,
        }  # fmt: skip
        line["hash"] = b64(event_hash(line))
        line["leaf"] = None if position is None else leaf_of(line["hash"])
        self.heads[stream] = line["version"], line["hash"]
        return line

    def read(self) -> Line:
        draw = self.random
        return {
            "number": 0, "at": micro(self.now), "actor": draw.choice(["maly", "dara"]),
            "what": draw.choice(["case", "handoffs", "report"]),
            "stream": draw.choice([*self.ids, None]),
            "sections": draw.choice([[], ["identity"], ["health", "identity"]]),
        }  # fmt: skip

    def erasure(self) -> Line:
        subjects = {f"{self.random.choice(self.ids)}/{n}" for n in range(self.random.randrange(4))}
        return {
            "number": 0, "case": self.random.choice(self.ids), "event": self.uuid(),
            "subjects": sorted(subjects, key=str.encode), "at": micro(self.now),
        }  # fmt: skip

    def checkpoint(self, size: int, *, cosigned: bool) -> None:
        told = self.export
        body = body_of(
            size, root_of(told.leaves()[:size]), tip(told.access), tip(told.erasures),
            second(self.now),
        )  # fmt: skip
        told.checkpoints.append({"size": size, "note": note_of(body, log)})
        if cosigned:
            held = told.witnesses.setdefault(outside.name, [])
            held.append({"note": note_of(body, log, outside)})

    def tell(self) -> Export:
        shape, told = self.shape, self.export
        due = list(shape.checkpoints)
        for position in range(shape.events + 1):
            for _ in range(position // shape.read_every - len(told.access)):
                told.access.append(self.read())
                chain(told.access, access_hash, len(told.access) - 1)
            for _ in range(position // shape.erasure_every - len(told.erasures)):
                told.erasures.append(self.erasure())
                chain(told.erasures, erasure_hash, len(told.erasures) - 1)
            while due and due[0] == position:
                self.now += timedelta(seconds=5)
                self.checkpoint(due.pop(0), cosigned=len(told.checkpoints) < shape.witnessed)
            if position < shape.events:
                told.events.append(self.event(position))
        pending = [self.event(None) for _ in range(shape.pending)]
        told.events += sorted(pending, key=lambda e: (e["stream"].encode(), e["version"]))
        set_streams(told)
        return told


def set_streams(told: Export) -> None:
    """Each stream's row as its events say."""
    last: dict[str, Line] = {}
    for line in told.events:
        if line["stream"] not in last or line["version"] > last[line["stream"]]["version"]:
            last[line["stream"]] = line
    told.streams = [
        {"stream": name, "kind": PREFIXES.get(name[:3], "case"),
         "version": last[name]["version"], "head": last[name]["hash"]}
        for name in sorted(last, key=str.encode)
    ]  # fmt: skip


def honest(shape: Shape | None = None) -> Export:
    return Teller(shape or Shape()).tell()
