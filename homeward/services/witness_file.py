"""A witness that is a file: of another user, and only ever appended to (docs/runbook.md)."""

import asyncio
import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from homeward.eventstore import note
from homeward.ports_record import WitnessAway, WitnessDisagrees, WitnessElsewhere

TAIL = 4096
"""Bytes in which the last line certainly stands."""


class FileWitness:
    """One note a line, as in docs/record.md: `{"note": "…"}`. It signs nothing."""

    key = None

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        return self.path.stem

    async def take(self, old: int, proof: Sequence[bytes], told: str) -> str | None:
        await asyncio.to_thread(self._take, old, list(proof), told)
        return None

    async def kept(self) -> list[str]:
        return await asyncio.to_thread(self._kept)

    def _take(self, old: int, proof: list[bytes], told: str) -> None:
        line = json.dumps({"note": told}, ensure_ascii=False).encode() + b"\n"
        try:
            with self._open() as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                last, torn = _last(file)
                if last == line:
                    return
                _assert_continues(last, old, proof, told)
                if not line.startswith(torn):
                    raise WitnessDisagrees("its last line is torn and not the beginning of ours")
                os.write(file.fileno(), line[len(torn) :])
                os.fsync(file.fileno())
        except OSError as error:
            raise WitnessAway(f"{self.path} cannot be written: {error.strerror}") from None

    def _open(self) -> BinaryIO:
        """Where it can be appended to alone, this is all that may be asked for."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        return os.fdopen(os.open(self.path, flags, 0o640), "rb", buffering=0)

    def _kept(self) -> list[str]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise WitnessAway(f"{self.path} cannot be read: {type(error).__name__}") from None
        return [_note_of(line.encode()) for line in text.split("\n")[:-1]]


def _last(file: BinaryIO) -> tuple[bytes, bytes]:
    """The last whole line, and what was written after it without an end."""
    size = os.fstat(file.fileno()).st_size
    start = max(0, size - TAIL)
    told = os.pread(file.fileno(), size - start, start)
    whole, end, torn = told.rpartition(b"\n")
    return whole.rpartition(b"\n")[2] + end, torn


def _assert_continues(last: bytes, old: int, proof: list[bytes], told: str) -> None:
    if not last:
        if old:
            raise WitnessElsewhere(0)
        return
    try:
        has, new = note.read(_note_of(last)).checkpoint, note.read(told).checkpoint
    except ValueError as fault:
        raise WitnessDisagrees(f"its last line is no checkpoint: {fault}") from None
    if has.size != old:
        raise WitnessElsewhere(has.size)
    if reason := note.why_not_after(has, new, proof):
        raise WitnessDisagrees(reason)


def _note_of(line: bytes) -> str:
    """Raises WitnessDisagrees for what is no line of a witness."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("note"), str):
        raise WitnessDisagrees('it has a line that is not {"note": "…"}')
    found: str = told["note"]
    return found
