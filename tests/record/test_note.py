from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from homeward.eventstore import note
from homeward.eventstore.merkle import EMPTY
from homeward.eventstore.note import COSIGNS, Checkpoint, Head, Key

AT = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)
MADE = Checkpoint(
    "homeward/test", 3, sha256(b"3").digest(), Head(7, sha256(b"7").digest()), Head(), AT
)
ROOT, SEVEN = (b64encode(sha256(told).digest()).decode() for told in (b"3", b"7"))
BODY = f"""homeward/test
3
{ROOT}
access 7 {SEVEN}
erased 0 {b64encode(bytes(32)).decode()}
signed 2026-11-22T08:15:00Z
"""


@dataclass
class Pair:
    secret: Ed25519PrivateKey
    key: Key


@pytest.fixture
def pair() -> Pair:
    secret = Ed25519PrivateKey.from_private_bytes(bytes(32))
    return Pair(secret, Key(MADE.origin, secret.public_key().public_bytes_raw()))


def whole(pair: Pair) -> str:
    return f"{BODY}\n{note.signature_line(pair.key, pair.secret.sign(BODY.encode()))}"


def test_a_body_is_written_to_the_byte() -> None:
    assert note.body_of(MADE) == BODY


def test_a_key_is_written_and_read_as_the_signed_note_format_says() -> None:
    # C2SP's own example of a key
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = Key.read(text)
    assert (key.name, key.id.hex(), str(key)) == ("PeterNeumann", "c74f20a3", text)


@pytest.mark.parametrize(
    "text",
    ["", "a", "a+b", "a+00000000+AAAA", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
     "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a+c74f20a3+%%%"],
)  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Key.read(text)


def test_a_note_is_read_as_it_was_written_and_its_signature_holds(pair: Pair) -> None:
    read = note.read(whole(pair))
    assert (read.checkpoint, read.body) == (MADE, BODY)
    assert note.verified(read, pair.key) is not None
    line = whole(pair).splitlines()[-1]
    told = b64decode(line.split(" ")[2])
    assert told[:4] == sha256(b"homeward/test\n\x01" + pair.key.public).digest()[:4]


def test_a_changed_body_another_key_and_another_name_do_not_verify(pair: Pair) -> None:
    changed = note.read(whole(pair).replace("access 7", "access 8"))
    assert note.verified(changed, pair.key) is None
    read = note.read(whole(pair))
    other = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32).public_key().public_bytes_raw()
    assert note.verified(read, Key(MADE.origin, other)) is None
    assert note.verified(read, Key("homeward/other", pair.key.public)) is None


def test_a_cosignature_is_over_its_time_and_the_body(pair: Pair) -> None:
    key = Key("court", pair.key.public, COSIGNS)
    seconds = 1_763_799_300
    message = f"cosignature/v1\ntime {seconds}\n{BODY}".encode()
    line = note.signature_line(key, seconds.to_bytes(8) + pair.secret.sign(message))
    assert note.verified(note.read(whole(pair) + line), key) is not None
    later = note.signature_line(key, (seconds + 1).to_bytes(8) + pair.secret.sign(message))
    assert note.verified(note.read(whole(pair) + later), key) is None
    assert note.verified(note.read(whole(pair) + line), Key("court", pair.key.public)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n3\n", "\n03\n"), ("\n3\n", "\n-3\n"), ("\n3\n", "\n٣\n"), ("access 7", "access 07"),
        ("access", "reads"), ("08:15:00Z", "08:15:00"), ("08:15:00Z", "8:15:00Z"), (ROOT, ROOT[:-4]),
        (ROOT, "%"), ("homeward/test\n3", "home ward\n3"), ("\n\n", "\n"), ("\n\n— ", "\n\n- "),
        ("2026-11-22", "2026-02-30"), ("erased 0", "erased 99999999999999999999"),
    ],
)  # fmt: skip
def test_what_is_not_written_as_a_checkpoint_is_refused(pair: Pair, old: str, new: str) -> None:
    assert old in whole(pair)
    with pytest.raises(ValueError, match=r".+"):
        note.read(whole(pair).replace(old, new, 1))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"signed": datetime(2026, 11, 22, 8, 14, 59, tzinfo=UTC)}, "time has gone back"),
        ({"origin": "homeward/other"}, "it is of homeward/other"),
        ({"size": 2}, "shrunk from 3 leaves to 2"),
        ({"root": EMPTY}, "does not begin with"),
        ({"size": 4}, "does not begin with"),
        ({"access": Head(6, bytes(32))}, "access log has shrunk from 7 lines to 6"),
        ({"access": Head(7, bytes(32))}, "access log of 7 lines is another"),
        ({"access": Head(8, bytes(32))}, ""),
        ({"erased": Head(0, bytes([1]) * 32)}, "list of erasures of 0 lines is another"),
    ],
)  # fmt: skip
def test_what_speaks_against_a_next_checkpoint_is_said(
    changes: dict[str, object], why: str
) -> None:
    said = note.why_not_after(MADE, msgspec.structs.replace(MADE, **changes), [])
    assert why in said
    assert bool(why) == bool(said)
