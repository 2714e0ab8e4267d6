"""Checks a record of homeward's: `python verifier.py EXPORT_DIR --key KEYFILE`.

Written from docs/record.md alone. It shares no line with the writer: Python's own library and
`cryptography` are all it needs, so that it can be read in an hour and run where nobody is trusted.
"""

import argparse
import json
import re
import sys
import time
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from heapq import merge
from itertools import islice
from pathlib import Path
from struct import pack
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

INTACT, USAGE, BROKEN = 0, 2, 8
ZERO, NO_CAUSE, LOG, WITNESS = bytes(32), bytes(16), 1, 4
CHUNK, LONGEST_LINE, TOLD = 4096, 1 << 28, 100
KINDS = {"REQ": "request", "OPS": "operation", "VIC": "case", "INC": "incident", "CRT": "court"}
FIELDS = {
    "events": "position:int? stream:text version:int event_id:uuid command_id:uuid command:text"
    " type:text schema_v:int actor:text roles:list cause:uuid? occurred_at:time recorded_at:time"
    " data:bytes prev:hash hash:hash leaf:hash?",
    "streams": "stream:text kind:text version:int head:hash",
    "access": "number:int at:time actor:text what:text stream:text? sections:list prev:hash"
    " hash:hash",
    "erasures": "number:int case:text event:uuid subjects:list at:time prev:hash hash:hash",
    "checkpoints": "size:int note:text",
    "witness": "note:text",
}
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECOND = "[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
TIME = re.compile(rf"({SECOND})\.([0-9]{{6}})Z")
WORDS = re.compile("([a-z_]+(,[a-z_]+)*)?")
HEAD = r"(0|[1-9][0-9]{0,17}) (\S+)\n"
NOTE = re.compile(
    rf"((homeward/[^\s+]+)\n(0|[1-9][0-9]{{0,17}})\n(\S+)\naccess {HEAD}erased {HEAD}"
    rf"signed ({SECOND})Z\n)\n((?:— [^\s+]+ \S+\n)+)"
)
EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - every time here is UTC


class Bad(Exception):  # noqa: N818
    """What was read is not as the format says; the text tells why."""


Row = tuple[Any, ...] | Bad
"""The values of a line in the order of FIELDS: bytes as bytes, a UUID as its 16, a time as the 8
that are hashed, a list as a tuple, null as None; or why the line is none."""


class Key(NamedTuple):
    """A public key: of the log (algorithm 1) or of a witness (4)."""

    name: str
    id: bytes
    algorithm: int
    public: bytes


class Note(NamedTuple):
    """A checkpoint as it was read; nothing in it is believed yet."""

    body: str
    origin: str
    size: int
    root: bytes
    access: tuple[int, bytes]
    erased: tuple[int, bytes]
    signed: str
    signatures: list[tuple[str, bytes]]


class Findings(list[dict[str, Any]]):
    """What is wrong where: at a position, or in a line of another part; the first hundred. `last`
    is another than `first` where only a range can be known."""

    def add(
        self, part: str, what: str, first: int | None = None, last: int | None = None,
        stream: str | None = None, version: int | None = None,
    ) -> None:  # fmt: skip
        if what and len(self) < TOLD:
            place = {"first": first, "last": first if last is None else last}
            self.append({"part": part, **place, "stream": stream, "version": version, "what": what})


class Chain:
    """Numbered things of which each is hashed with those before, and that checkpoints tell of."""

    def __init__(self, part: str, rows: Iterable[Row], findings: Findings, base: int) -> None:
        self.part, self.rows, self.findings, self.base = part, iter(rows), findings, base
        self.number, self.good, self.told = 0, dict[str, int](), False

    def upto(self, number: int) -> None:
        """Reads on until there are so many."""
        raise NotImplementedError

    def head(self) -> bytes:
        raise NotImplementedError

    def holds(self, number: int, head: bytes, source: str, whose: str) -> bool:
        """Whether the first so many are what a checkpoint says; the first that differs is told."""
        self.upto(number)
        if (self.number, self.head()) == (number, head):
            self.good[source] = number
            return True
        if not self.told:
            self.told, missing, last = True, self.number < number, max(number - 1, 0)
            what = "missing, covered by" if missing else "somewhere here it is not that of"
            first = self.number if missing else min(self.good.get(source, 0), last)
            self.findings.add(self.part, f"{what} {whose}", self.base + first, self.base + last)
        return False


class Lines(Chain):
    """The access log, or the erasures: each line's hash covers the one before."""

    def __init__(
        self, part: str, rows: Iterable[Row], findings: Findings, content: Callable[..., bytes]
    ) -> None:
        super().__init__(part, rows, findings, 1)
        self.last, self.content = ZERO, content

    def head(self) -> bytes:
        return self.last

    def upto(self, number: int) -> None:
        for row in islice(self.rows, max(0, number - self.number)):
            self.number += 1
            try:
                nth, *values, prev, hash_ = whole(row)
                link = sha256(self.content(prev, *values)).digest()
                what = told(
                    (nth != self.number, f"number {nth} stands in its place"),
                    (prev != self.last, "its prev is not the hash before it"),
                    (hash_ != link, "its hash is not that of its content"),
                )
                self.last = hash_
            except Exception as fault:
                what = why(fault)
            self.findings.add(self.part, what, self.number)


class Events(Chain):
    """The events, and the Merkle tree of RFC 9162 over those that have a position.

    What it keeps: a row for each stream, 16 bytes for each event."""

    def __init__(
        self, rows: Iterable[Row], findings: Findings, progress: Callable[[int], object]
    ) -> None:
        super().__init__("position", rows, findings, 0)
        self.progress, self.pending, self.next = progress, 0, 0
        self.streams, self.blocks = dict[str, list[Any]](), dict[tuple[Any, ...], bytes]()
        self.ids, self.odd = bytearray(), list[bytes | None]()

    def upto(self, number: int) -> None:
        while chunk := list(islice(self.rows, max(0, min(CHUNK, number - self.number)))):
            self.grow(self.leaves(chunk))
            self.progress(len(chunk))

    def grow(self, nodes: list[bytes]) -> None:
        """`odd`: of each height of the tree the node that has no twin yet."""
        self.number, height = self.number + len(nodes), 0
        while nodes:
            if height == len(self.odd):
                self.odd.append(None)
            if odd := self.odd[height]:
                nodes = [odd, *nodes]
            self.odd[height] = nodes.pop() if len(nodes) % 2 else None
            pairs = zip(nodes[::2], nodes[1::2], strict=True)
            nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            height += 1

    def head(self) -> bytes:
        root = b""
        for odd in filter(None, self.odd):
            root = node(odd, root) if root else odd
        return root or sha256().digest()

    def leaves(self, rows: list[Row]) -> list[bytes]:
        """Chains the events. This loop is what a million of them wait for."""
        streams, blocks, leaves, ids = self.streams, self.blocks, list[bytes](), list[bytes]()
        for row in rows:
            what = ""
            try:
                (
                    position, stream, version, event_id, command_id, command, type_, schema_v,
                    actor, roles, cause, occurred_at, recorded_at, data, prev, hash_, leaf,
                ) = row  # type: ignore[misc]  # fmt: skip
                state = streams.get(stream)
                if state is None:
                    state = streams[stream] = [0, ZERO, sized(stream)]
                said = (command, type_, schema_v, actor, roles)
                link = sha256(b"".join((
                    b"\x02", prev, state[2], version.to_bytes(4, "big"), event_id, command_id,
                    blocks.get(said) or self.block(said), NO_CAUSE if cause is None else cause,
                    occurred_at, recorded_at, sha256(data).digest(),
                ))).digest()  # fmt: skip
                if (
                    link != hash_ or prev != state[1] or version != state[0] + 1
                    or position != self.next or cause == NO_CAUSE
                    or leaf != sha256(b"\x00" + link).digest()
                ):  # fmt: skip
                    what = self.wrong(whole(row), link, *state)
                state[0], state[1] = version, hash_
                ids.append(event_id)
                if position is not None:
                    self.next = position + 1
                    leaves.append(leaf or ZERO)
            except Exception as fault:
                what, position, stream, version = why(fault, row), self.next, None, None
                ids.append((len(self.ids) + len(ids)).to_bytes(16, "big"))
                if not isinstance(row, Bad):
                    position, stream, version = row[:3]
                if position is None:
                    self.pending += 1
                else:
                    self.next = position + 1
                    leaves.append(ZERO)
            if what:
                part = "pending" if position is None else self.part
                self.findings.add(part, what, position, position, stream, version)
        self.ids += b"".join(ids)
        return leaves

    def wrong(self, row: tuple[Any, ...], link: bytes, last: int, head: bytes, __: bytes) -> str:
        """What is wrong with an event that is not simply right; pending ones are looked at here."""
        position, _, version, *_, prev, hash_, leaf = row
        pending = position is None
        self.pending += pending
        if not pending and position > self.next:
            self.findings.add(self.part, "missing", self.next, position - 1)
        of_hash = pending or leaf == sha256(b"\x00" + hash_).digest()
        return told(
            (pending and leaf is not None, "it has a leaf and no position"),
            (not pending and self.pending, "it stands after pending events"),
            (not pending and position < self.next, "its position comes twice, or too late"),
            (not of_hash, "its leaf is not that of its hash"),
            (version != last + 1, f"version {last + 1} should stand here in its stream"),
            (prev != head, "its prev is not the hash before it in its stream"),
            (link != hash_ or row[10] == NO_CAUSE, "its hash is not that of its content"),
        )

    def block(self, said: tuple[Any, ...]) -> bytes:
        """The bytes that an event shares with many others; kept."""
        command, type_, schema_v, actor, roles = said
        if len(self.blocks) > 1 << 16:
            self.blocks.clear()
        parts = sized(command), sized(type_), pack(">h", schema_v), sized(actor), words(roles)
        block = self.blocks[said] = b"".join(parts)
        return block

    def end(self, rows: Iterable[Row]) -> int:
        """Each stream's own row against the last of its events; event ids that come twice."""
        number, ids, ends = 0, bytes(self.ids), self.ids[15::16]
        for number, row in enumerate(rows, 1):
            stream = version = None
            try:
                stream, kind, version, head = whole(row)
                last, hash_, _ = self.streams.pop(stream, [0, ZERO, b""])
                what = told(
                    (not last, "it has no events, or its row comes twice"),
                    (last and version != last, f"its last event has version {last}"),
                    (last and head != hash_, "its head is not the hash of its last event"),
                    (KINDS.get(stream[:3]) != kind, f"it is no {kind}"),
                )
            except Exception as fault:
                what = why(fault, row)
            self.findings.add("stream", what, number, number, stream, version)
        for stream, (last, *_) in self.streams.items():
            self.findings.add("stream", "it has events and no row", None, None, stream, last)
        parts = min(256, 1 + (len(ends) >> 16))
        for part in range(parts):  # in parts, so that memory stays small
            seen: dict[bytes, int] = {}
            for nth in (n for n, end in enumerate(ends) if end % parts == part):
                if (first := seen.setdefault(ids[16 * nth : 16 * nth + 16], nth)) != nth:
                    self.findings.add(self.part, f"its event id stands at {first} already", nth)
        return number


def verify(
    record: Mapping[str, Any],
    keys: Sequence[Key] = (),
    trusted: Mapping[str, Iterable[Row]] | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> dict[str, Any]:
    """Checks every element of a record: the parts of FIELDS, `witnesses` by name, `keys` as text;
    each is read once, in its order. The arguments `keys` and `trusted`, what witnesses hold, come
    from elsewhere: the record's own word for a witness counts only if its cosignature shows it."""
    findings, own, not_checked = Findings(), own_keys(record["keys"], keys), []
    if isinstance(own, Bad):
        findings.add("keys", str(own))
        own = []
    if not keys and own:
        not_checked.append("whose signatures these are: the keys are the record's own")
    elif not any(key.algorithm == LOG for key in keys):
        not_checked.append("the signatures of checkpoints: no key of the log was given")
    events = Events(record["events"], findings, progress)
    access = Lines("access", record["access"], findings, access_content)
    erasures = Lines("erasure", record["erasures"], findings, erasure_content)
    numbers, witnesses = dict[str, int](), dict[str, int]()
    sources = [notes("checkpoint", record["checkpoints"], keys or own, findings, numbers)]
    for held, believed in ((record["witnesses"], False), (trusted or {}, True)):
        for name, rows in held.items():
            witnesses[name] = 0
            needed = frozenset() if believed else frozenset({WITNESS if keys else 0})
            source = f"witness {name}", rows, keys or own, findings, numbers, needed
            sources.append(notes(*source))
    ours, place = set[str](), (-1, "", 0, 0)
    for part, number, note, believed in merge(*sources, key=lambda n: stand(n[2])):
        if place != (place := stand(note)):
            ours.clear()
        whose = f"the checkpoint of size {note.size} ({part} {number})"
        fits = events.holds(note.size, note.root, part, whose)
        access.holds(*note.access, part, whose)
        erasures.holds(*note.erased, part, whose)
        if part == "checkpoint":
            ours.add(note.body)
        elif note.body not in ours:
            findings.add(part, f"the record has no such checkpoint (size {note.size})", number)
        elif fits and believed:
            witnesses[part[8:]] = note.size
    for each in (events, access, erasures):
        each.upto(sys.maxsize)
    streams, every = events.end(record["streams"]), events.number + events.pending
    if not any(witnesses.values()):
        not_checked.append("whether all was rewritten: no witness's word was given")
    ranks = {"position": 0, "pending": 1, "checkpoint": 2}
    findings.sort(key=lambda finding: ranks.get(finding["part"], 3))
    return {
        "intact": not findings, "events": every, "pending": events.pending, "streams": streams,
        "access": access.number, "erasures": erasures.number,
        "checkpoints": numbers.get("checkpoint", 0), "witnesses": witnesses,
        "not_witnessed": every - max(witnesses.values(), default=0),
        "not_checked": not_checked, "findings": findings,
    }  # fmt: skip


def own_keys(written: str | Bad, given: Sequence[Key]) -> list[Key] | Bad:
    """The record's own keys; a Bad where they are none, or others than those given."""
    if isinstance(written, Bad):
        return written
    try:
        own = read_keys(written)
        for key in own:
            same = [k for k in given if k.name == key.name or k.algorithm == key.algorithm == LOG]
            if same and key not in same:
                return Bad(f"another key than was given: {key.name}")
    except (ValueError, Bad) as fault:
        return Bad(why(fault))
    return own if any(key.algorithm == LOG for key in own) else Bad("no key of the log")


def stand(note: Note) -> tuple[int, str, int, int]:
    """How far a checkpoint is: of one size and second there may be several."""
    return note.size, note.signed, note.access[0], note.erased[0]


def notes(
    part: str, rows: Iterable[Row], keys: Sequence[Key], findings: Findings,
    numbers: dict[str, int], believed_if: frozenset[int] = frozenset(),
) -> Iterator[tuple[str, int, Note, bool]]:  # fmt: skip
    """Those notes of one source that are signed and follow each other, with their numbers."""
    before: Note | None = None
    for number, row in enumerate(rows, 1):
        numbers[part] = number
        try:
            *size, text = whole(row)
            note = read_note(text)
            if size not in ([], [note.size]):
                raise Bad(f"its row says size {size[0]}, it says {note.size}")
            by = signers(note, keys)
            if before is not None:
                sides = (stand(each) for each in (before, note))
                grown = all(old <= new for old, new in zip(*sides, strict=True))
                twice = part == "checkpoint" and before.body == note.body
                if not grown or twice or before.origin != note.origin:
                    raise Bad("it does not follow the one before it")
        except Exception as fault:
            findings.add(part, why(fault, row), number)
            continue
        before = note
        yield part, number, note, by >= believed_if


def read_note(text: str) -> Note:
    """A checkpoint with its signature lines; raises Bad."""
    if not (found := NOTE.fullmatch(text)):
        raise Bad("it is no checkpoint")
    body, origin, size, root, *heads, signed, lines = found.groups()
    access, erased = ((int(heads[n]), read("hash", heads[n + 1])) for n in (0, 2))
    signatures = [
        (name, read("bytes", line)) for _, name, line in map(str.split, lines.splitlines())
    ]
    return Note(body, origin, int(size), read("hash", root), access, erased, signed, signatures)


def signers(note: Note, keys: Sequence[Key]) -> set[int]:
    """The algorithms of the keys that signed it; raises Bad where one did not, or the log not."""
    by, known = set[int](), {(key.name, key.id): key for key in keys}
    for name, line in note.signatures:
        key, body = known.get((name, line[:4])), note.body
        if key is None:
            if any(name == key.name or line[:4] == key.id for key in keys):
                raise Bad(f"signed as {name} by another key")
            continue
        if key.algorithm == WITNESS:
            body = f"cosignature/v1\ntime {int.from_bytes(line[4:12], 'big')}\n{body}"
        signature = line[4 if key.algorithm == LOG else 12 :]
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, body.encode())
        except InvalidSignature:
            raise Bad(f"{name} signed something else") from None
        by.add(key.algorithm)
    if LOG not in by and any(key.algorithm == LOG for key in keys):
        raise Bad("not signed by the log")
    return by


def read_keys(text: str) -> list[Key]:
    """Public keys, one a line: `<name>+<id>+<base64>`; raises Bad."""
    keys = []
    for line in text.splitlines():
        name, id_, written = (*line.split("+", 2), "", "")[:3]
        public = read("bytes", written)
        key_id = sha256(name.encode() + b"\n" + public).digest()[:4]
        if key_id.hex() != id_ or len(public) != 33 or public[0] not in {LOG, WITNESS}:
            raise Bad(f"no key: {line[:80]}")
        keys.append(Key(name, key_id, public[0], public[1:]))
    return keys


def read(kind: str, value: Any) -> Any:
    """A value of the export by its kind in FIELDS; raises Bad."""
    if kind[-1] == "?":
        return None if value is None else read(kind[:-1], value)
    if value.__class__.__name__ != {"int": "int", "list": "list"}.get(kind, "str"):
        raise Bad("of another type")
    if kind in {"hash", "bytes"}:
        data = a2b_base64(value, strict_mode=True)
        if b64encode(data).decode() != value or (kind == "hash" and len(data) != 32):
            raise Bad("not base64 of its length")
        return data
    if kind == "uuid" and UUID.fullmatch(value):
        return bytes.fromhex(value.replace("-", ""))
    if kind == "time" and (found := TIME.fullmatch(value)):
        span = datetime.fromisoformat(found[1]) - EPOCH
        return pack(">q", (span.days * 86_400 + span.seconds) * 1_000_000 + int(found[2]))
    if kind in {"uuid", "time"}:
        raise Bad(f"no {kind}")
    return tuple(read("text", each) for each in value) if kind == "list" else value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) != len(pairs):
        raise Bad("a field comes twice")
    return found


decode = json.JSONDecoder(object_pairs_hook=once).decode


def read_row(found: Any, part: str) -> tuple[Any, ...]:
    """An object of the export; raises Bad, which names the field."""
    fields = [field.split(":") for field in FIELDS[part].split()]
    if found.__class__ is not dict or found.keys() != dict(fields).keys():
        raise Bad(f"it has other fields than {', '.join(dict(fields))}")
    row = []
    for name, kind in fields:
        try:
            row.append(read(kind, found[name]))
        except (Bad, ValueError) as fault:
            raise Bad(f"{name}: {fault}") from None
    return tuple(row)


def read_line(line: bytes, part: str) -> Row:
    """A line of a `.jsonl` file; a Bad where it is none."""
    try:
        if line[-1:] != b"\n":
            return Bad("a torn line")
        return read_row(decode(line.decode()), part)
    except (Bad, ValueError, RecursionError) as fault:
        return fault if isinstance(fault, Bad) else Bad("no JSON")


def read_lines(path: Path, part: str) -> Iterator[Row]:
    """The rows of a `.jsonl` file, one by one."""
    try:
        with path.open("rb") as lines:
            while line := lines.readline(LONGEST_LINE):
                yield read_line(line, part)
    except OSError as fault:
        yield Bad(f"{path.name}: {fault.strerror}")


def verify_export(
    folder: Path,
    keys: Sequence[Key] = (),
    trusted: Mapping[str, Iterable[Row]] | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> dict[str, Any]:
    """`verify` of an export's folder; without `keys`, with those that it brings itself."""
    parts = ("events", "streams", "access", "erasures", "checkpoints")
    record: dict[str, Any] = {part: read_lines(folder / f"{part}.jsonl", part) for part in parts}
    paths = sorted(folder.glob("witness-*.jsonl"))
    record["witnesses"] = {path.stem[8:]: read_lines(path, "witness") for path in paths}
    try:
        record["keys"] = (folder / "keys.txt").read_bytes().decode()
    except (OSError, ValueError) as fault:
        record["keys"] = Bad(f"keys.txt cannot be read ({type(fault).__name__})")
    return verify(record, keys, trusted, progress)


def verify_proof(found: Any, keys: Sequence[Key] = ()) -> dict[str, Any]:
    """A proof file: an event is in a checkpoint's tree, or one tree is a prefix of another."""
    findings = Findings()
    try:
        if found["kind"] not in {"inclusion", "consistency"}:
            raise Bad("it proves nothing known")
        inclusion = found["kind"] == "inclusion"
        names = ("checkpoint",) if inclusion else ("from", "to")
        old, new = (read_note(read("text", found[name])) for name in (names[0], names[-1]))
        for note in (old, new):
            signers(note, keys)
        path = [read("hash", each) for each in read("list", found["path"])]
        if inclusion:
            row = read_row(found["event"], "events")
            events = Events([row], findings, lambda _: None)
            events.next, events.streams[row[1]] = row[0], [row[2] - 1, row[14], sized(row[1])]
            leaf = events.leaves([row])[0]
            if row[0] != found["position"] or not 0 <= row[0] < new.size:
                raise Bad("the event does not stand at this position of the checkpoint")
            shown = climb(row[0], new.size - 1, leaf, path)[1] == new.root
        elif old.size in {0, new.size}:
            shown = not path and (not old.size or old.root == new.root)
        else:
            twins = (old.size & -old.size).bit_length() - 1  # the old tree's last full subtree
            first, *path = path if old.size & (old.size - 1) else [old.root, *path]
            ends = climb((old.size - 1) >> twins, (new.size - 1) >> twins, first, path)
            shown = old.size < new.size and ends == (old.root, new.root)
        if not shown:
            raise Bad("the path does not lead to the root that was signed")
    except Exception as fault:
        findings.add("proof", why(fault))
    return {"intact": not findings, "findings": findings}


def climb(fn: int, sn: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """The roots of the older and the newer tree (RFC 9162 sections 2.1.3.2 and 2.1.4.2)."""
    first = second = start
    for step in path:
        if not sn:
            raise Bad("the path is too long")
        if fn & 1 or fn == sn:
            first, second = node(step, first), node(step, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node(second, step)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Bad("the path is too short")
    return first, second


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def sized(text: str) -> bytes:
    raw = text.encode()
    return pack(">i", len(raw)) + raw


def words(words: tuple[str, ...]) -> bytes:
    text = ",".join(words)
    if not WORDS.fullmatch(text) or text.count(",") != max(len(words), 1) - 1 or "" in words:
        raise Bad("a role or section is no word of a-z and _")
    return sized(text)


def access_content(
    prev: bytes, at: bytes, actor: str, what: str, stream: str | None, sections: tuple[str, ...]
) -> bytes:
    if stream == "":
        raise Bad("a stream without a name")
    texts = sized(actor) + sized(what) + sized(stream or "")
    return b"\x03" + prev + at + texts + words(sections)


def erasure_content(
    prev: bytes, case: str, event: bytes, subjects: tuple[str, ...], at: bytes
) -> bytes:
    text = "\n".join(subjects)
    if subjects and text.split("\n") != sorted(set(filter(None, subjects)), key=str.encode):
        raise Bad("its subjects are not in order")
    return b"\x04" + prev + sized(case) + event + sized(text) + at


def told(*pairs: tuple[Any, str]) -> str:
    return "; ".join(what for wrong, what in pairs if wrong)


def whole(row: Row) -> tuple[Any, ...]:
    if isinstance(row, Bad):
        raise row
    return row


def why(fault: Exception, row: Row = ()) -> str:
    bad = row if isinstance(row, Bad) else fault
    return str(bad) if isinstance(bad, Bad) else f"not as the format says ({type(bad).__name__})"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks a record of homeward's.")
    parser.add_argument("record", type=Path, help="the folder of an export, or a proof file")
    parser.add_argument("--key", type=Path, help="public keys: the log's, then the witnesses'")
    parser.add_argument("--witness", type=Path, action="append", default=[], help="what it holds")
    parser.add_argument("--json", action="store_true", help="the whole report as JSON")
    given, started, done = parser.parse_args(arguments), time.monotonic(), 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        speed = done / (time.monotonic() - started)
        sys.stderr.write(f"\r{done:,} events, {speed:,.0f} a second" if sys.stderr.isatty() else "")

    try:
        keys = read_keys(given.key.read_bytes().decode()) if given.key else []
        trusted = {path.stem.removeprefix("witness-"): path for path in given.witness}
        for path in trusted.values():
            path.open("rb").close()
        if given.record.is_dir():
            held = {name: read_lines(path, "witness") for name, path in trusted.items()}
            report = verify_export(given.record, keys, held, progress)
        else:
            report = verify_proof(decode(given.record.read_bytes().decode()), keys)
    except (OSError, ValueError, RecursionError, Bad) as fault:
        parser.error(str(fault))
    sys.stdout.write(json.dumps(report, indent=2) + "\n" if given.json else say(report))
    return INTACT if report["intact"] else BROKEN


def say(report: Mapping[str, Any]) -> str:
    """The report in words."""
    lines = ["intact" if report["intact"] else "NOT INTACT"]
    for part, first, last, stream, version, what in map(dict.values, report["findings"]):
        at = "" if first is None else f" {first}" if first == last else f" {first} to {last}"
        lines.append(f"{part}{at}{f' ({stream} version {version})' if stream else ''}: {what}")
    for name, value in report.items():
        if name not in {"intact", "findings"}:
            told_of = "; ".join(value) if isinstance(value, list) else value
            lines.append(f"{name.replace('_', ' ')}: {told_of or '-'}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
