"""What a witness keeps: its key, checkpoints and erasures, in files that it appends to."""

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from homeward.eventstore import note
from homeward.eventstore.note import COSIGNS, Key, Note


class FolderTaken(Exception):  # noqa: N818 - says what is wrong with the folder
    """Another witness runs on it, or it holds what no witness has written."""


class Lines:
    """A file of JSON lines, each durable before it is answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[dict[str, Any]] = []
        self._file: BinaryIO = path.open("a+b", buffering=0)
        self._file.seek(0)
        whole, end, torn = self._file.read().rpartition(b"\n")
        if torn:  # never answered, so never taken
            self._file.truncate(len(whole) + len(end))
        try:
            self.told = [json.loads(line) for line in whole.split(b"\n") if line]
        except ValueError:
            raise FolderTaken(f"{path} has a line that is no JSON") from None

    def add(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file.fileno())
        self.told.append(line)

    def close(self) -> None:
        self._file.close()


class Folder:
    """One witness's state. Raises FolderTaken, and OSError where the folder cannot be used."""

    def __init__(self, path: Path, name: str) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (path / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderTaken(f"another witness runs on {path}") from None
        self._secret = _key(path / "witness.key")
        self.key = Key(name, self._secret.public_key().public_bytes_raw(), COSIGNS)
        self.checkpoints = Lines(path / "checkpoints.jsonl")
        self.erasures = Lines(path / "erasures.jsonl")
        self.newest: Note | None = None
        if self.checkpoints.told:
            try:
                self.newest = note.read(self.checkpoints.told[-1]["note"])
            except (ValueError, KeyError, TypeError):
                raise FolderTaken("the last line of checkpoints.jsonl is no checkpoint") from None

    def keep(self, told: Note, text: str, seconds: int) -> str:
        """The cosignature, once the checkpoint is durable."""
        signature = self._secret.sign(note.cosigned(told.body, seconds))
        line = note.signature_line(self.key, seconds.to_bytes(8) + signature)
        self.checkpoints.add({"note": text + line})
        self.newest = note.read(text + line)
        return line

    def close(self) -> None:
        for file in (self.checkpoints, self.erasures, self._lock):
            file.close()


def _key(path: Path) -> Ed25519PrivateKey:
    """Its own, made on the first start."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32) + "\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text().strip()))
    except ValueError:
        raise FolderTaken(f"{path} is no key: 64 hexadecimal digits") from None
