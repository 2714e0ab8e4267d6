"""Checkpoints as signed notes: the bytes of docs/record.md, written and read.

The formats are C2SP's signed-note, tlog-checkpoint and tlog-cosignature.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from homeward.eventstore.merkle import consistent

SIGNS, COSIGNS = 1, 4
"""What a key does: signs notes, or cosigns them with a time (cosignature/v1)."""
NAME = re.compile(r"[^\s+]+")
WHOLE = re.compile(r"0|[1-9][0-9]{0,18}")
TIME = "%Y-%m-%dT%H:%M:%SZ"


class Head(msgspec.Struct, frozen=True):
    """The end of a chain; number 0 and 32 zero bytes while it has nothing."""

    number: int = 0
    hash: bytes = bytes(32)


class Checkpoint(msgspec.Struct, frozen=True):
    """What is signed about the record at one moment."""

    origin: str
    size: int
    root: bytes
    access: Head
    erased: Head
    signed: datetime


class Signature(msgspec.Struct, frozen=True):
    name: str
    key_id: bytes
    signature: bytes
    line: str


class Note(msgspec.Struct, frozen=True):
    """A note as it was read; nothing of it is verified yet."""

    body: str
    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]


class Key(msgspec.Struct, frozen=True):
    """A public key with its name and what it does."""

    name: str
    public: bytes
    use: int = SIGNS

    @property
    def id(self) -> bytes:
        told = self.name.encode() + b"\n" + bytes([self.use]) + self.public
        return sha256(told).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_text(bytes([self.use]) + self.public)}"

    @classmethod
    def read(cls, text: str) -> "Key":
        """Raises ValueError for what is not a public key as docs/record.md writes it."""
        name, _, rest = text.strip().partition("+")
        key_id, _, material = rest.partition("+")
        told = _bytes(material)
        if len(told) != 33 or told[0] not in (SIGNS, COSIGNS) or not NAME.fullmatch(name):
            raise ValueError("not a public key: <name>+<id in hex>+<base64>")
        key = cls(name, told[1:], told[0])
        if key.id.hex() != key_id:
            raise ValueError("the key's id is not that of its name and bytes")
        return key


def body_of(checkpoint: Checkpoint) -> str:
    c = checkpoint
    return (
        f"{c.origin}\n{c.size}\n{_text(c.root)}\n"
        f"access {c.access.number} {_text(c.access.hash)}\n"
        f"erased {c.erased.number} {_text(c.erased.hash)}\n"
        f"signed {c.signed.astimezone(UTC).strftime(TIME)}\n"
    )


def signature_line(key: Key, signature: bytes) -> str:
    return f"— {key.name} {_text(key.id + signature)}\n"


def cosigned(body: str, seconds: int) -> bytes:
    """The bytes that a witness signs."""
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def read(note: str) -> Note:
    """Raises ValueError, which says what is wrong."""
    body, blank, signed = note.partition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise ValueError("a note is a body, an empty line and signatures")
    body += "\n"
    signatures = tuple(read_signature(line) for line in signed[:-1].split("\n"))
    checkpoint = _checkpoint(body)
    if body_of(checkpoint) != body:
        raise ValueError("the body is not written as a checkpoint is")
    return Note(body, checkpoint, signatures)


def read_signature(line: str) -> Signature:
    match line.split(" "):
        case ["—", name, told] if NAME.fullmatch(name) and len(_bytes(told)) > 4:
            return Signature(name, _bytes(told)[:4], _bytes(told)[4:], line + "\n")
    raise ValueError("a signature is a line: — <name> <base64>")


def _checkpoint(body: str) -> Checkpoint:
    match [line.split(" ") for line in body[:-1].split("\n")]:
        case [
            [origin], [size], [root], ["access", reads, read], ["erased", erasures, erasure],
            ["signed", at],
        ] if NAME.fullmatch(origin):  # fmt: skip
            return Checkpoint(
                origin, _whole(size), _hash(root), Head(_whole(reads), _hash(read)),
                Head(_whole(erasures), _hash(erasure)),
                datetime.strptime(at, TIME).replace(tzinfo=UTC),
            )  # fmt: skip
    raise ValueError("the body is not that of a checkpoint")


def signed(body: str, signatures: str, key: Key) -> bool:
    """Whether one of the signature lines over a body of any kind is this key's."""
    for line in signatures.splitlines():
        try:
            each = read_signature(line)
        except ValueError:
            continue
        if (each.name, each.key_id) == (key.name, key.id) and _holds(body, each, key):
            return True
    return False


def verified(note: Note, key: Key) -> Signature | None:
    """The signature of that key, if there is one and it holds."""
    for each in note.signatures:
        if (each.name, each.key_id) == (key.name, key.id) and _holds(note.body, each, key):
            return each
    return None


def _holds(body: str, signature: Signature, key: Key) -> bool:
    signed, message = signature.signature, body.encode()
    if key.use == COSIGNS:
        if len(signed) != 72:
            return False
        message = cosigned(body, int.from_bytes(signed[:8]))
        signed = signed[8:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def why_not_after(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> str:
    """What speaks against `new` as the one that follows `old`; empty if nothing does."""
    if new.origin != old.origin:
        return f"it is of {new.origin}, not of {old.origin}"
    if new.size < old.size:
        return f"the tree has shrunk from {old.size} leaves to {new.size}"
    if not consistent(old.size, old.root, new.size, new.root, proof):
        return f"the tree of {new.size} leaves does not begin with that of {old.size}"
    for name, was, is_ in (
        ("access log", old.access, new.access),
        ("list of erasures", old.erased, new.erased),
    ):
        if is_.number < was.number:
            return f"the {name} has shrunk from {was.number} lines to {is_.number}"
        if is_.number == was.number and is_.hash != was.hash:
            return f"the {name} of {was.number} lines is another"
    return "time has gone back" if new.signed < old.signed else ""


def _text(told: bytes) -> str:
    return b64encode(told).decode()


def _bytes(text: str) -> bytes:
    """Raises ValueError."""
    return b64decode(text, validate=True)


def _hash(text: str) -> bytes:
    if len(told := _bytes(text)) != 32:
        raise ValueError("a hash has 32 bytes")
    return told


def _whole(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError("a number is written without zeroes before it")
    return int(text)
