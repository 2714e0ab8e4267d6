"""Where one development stack keeps its data, and what it remembers from start to start."""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import homeward
from homeward.dev.faults import Fault, HomeTaken
from homeward.settings import settings

SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108 - survives a restart, and every user can reach it

LOW = 2**15
"""Temporal's server keeps its members' ports in a column of 16 bits with a sign."""


def checkout() -> Path:
    """The folder that holds the source, or the current one for an installed package."""
    root = Path(homeward.__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:10]


def default_path() -> Path:
    """`HOMEWARD_HOME`, else `.homeward/` in the checkout.

    Root's is under /var/tmp: PostgreSQL refuses to run as root, and the user it runs as
    must reach its data without any folder above being opened.
    """
    if (given := settings().home) is not None:
        return given.expanduser().absolute()
    if os.geteuid() == 0:
        return SHARED_TEMPORARY / f"homeward-0-{_mark(checkout())}"
    return checkout() / ".homeward"


def reachable_by_others(path: Path) -> bool:
    """Whether every existing folder down to `path` may be passed by any user."""
    there = path.absolute()
    return all(
        folder.stat().st_mode & 0o001 for folder in (there, *there.parents) if folder.exists()
    )


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Readers see the old file or the new one, never half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.touch(mode=mode, exist_ok=False)
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


@dataclass(frozen=True)
class Home:
    path: Path

    @property
    def run_file(self) -> Path:
        return self.path / "run.json"

    @property
    def ports_file(self) -> Path:
        return self.path / "ports.json"

    @property
    def key_file(self) -> Path:
        return self.path / "keys" / "dev.key"

    @property
    def signing_key_file(self) -> Path:
        return self.path / "keys" / "signing.key"

    @property
    def witness_file(self) -> Path:
        """What a stack's own witness keeps: the checkpoints of this home's database."""
        return self.path / "witness" / "home.jsonl"

    @property
    def temporal_file(self) -> Path:
        """Named anew when its histories became unreadable to what wrote the older ones."""
        return self.path / "temporal-encrypted.db"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data; for root outside a home that the server's user cannot reach."""
        if os.geteuid() != 0 or reachable_by_others(self.path):
            return self.path / "postgres"
        return SHARED_TEMPORARY / f"homeward-0-{_mark(self.path)}" / "postgres"

    @property
    def socket_folder(self) -> Path:
        """Short, since a socket's whole path may have 107 characters at most."""
        return SHARED_TEMPORARY / f"hw-{os.geteuid()}-{_mark(self.path)}"

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def ready_file(self, name: str) -> Path:
        return self.path / "ready" / name

    def prepare(self) -> None:
        """Makes the folders; refuses one that someone else put there first."""
        if not self.path.exists():
            self.path.mkdir(parents=True)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)  # whatever the umask
        if self.path.stat().st_uid != os.geteuid():
            raise Fault(
                f"{self.path} belongs to another user.",
                "Name a folder of your own: HOMEWARD_HOME=/path/to/folder",
            )
        for folder in ("logs", "keys", "ready", "witness"):
            (self.path / folder).mkdir(exist_ok=True, mode=0o700)

    def key(self) -> Path:
        """The development key for sealing and signing, made on the first start."""
        if not self.key_file.exists():
            write_whole(self.key_file, secrets.token_hex(32) + "\n")
        return self.key_file

    def signing_key(self) -> Path:
        """The development key that signs checkpoints, made on the first start."""
        if not self.signing_key_file.exists():
            write_whole(self.signing_key_file, secrets.token_hex(32) + "\n")
        return self.signing_key_file

    def ports(self) -> dict[str, int]:
        """Those of the last start, by name."""
        return _read_json(self.ports_file)

    def port(self, name: str, preferred: int = 0) -> int:
        """The port of the last start if it is free, else the preferred one, else any."""
        return self._remember(name, preferred, lambda _: free_port())

    def port_from(self, name: str, first: int) -> int:
        """As `port`, but the next free one upwards, for programs that want a low number."""

        def upwards(taken: set[int]) -> int:
            return next(p for p in range(first, LOW) if p not in taken and port_is_free(p))

        return self._remember(name, first, upwards)

    def _remember(self, name: str, preferred: int, otherwise: Callable[[set[int]], int]) -> int:
        ports = self.ports()
        taken = {port for other, port in ports.items() if other != name}
        wanted = (ports.get(name), preferred)
        port = next((p for p in wanted if p and p not in taken and port_is_free(p)), 0)
        port = port or otherwise(taken)
        if ports.get(name) != port:
            write_whole(self.ports_file, json.dumps({**ports, name: port}, indent=2) + "\n")
        return port

    def run(self) -> dict[str, Any]:
        """What `homeward up` wrote about itself; empty when nothing runs."""
        return _read_json(self.run_file)

    def lock(self) -> TextIOWrapper:
        """Held while a supervisor runs; the kernel lets go of it however the holder ends."""
        handle = (self.path / "lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise HomeTaken(self.path, self.run().get("urls", {})) from None
        return handle

    def erase(self) -> None:
        """Forgets everything; for a start from nothing. Refused while a stack runs on it."""
        if not self.path.exists():
            return
        with self.lock():
            for folder in (
                self.postgres,
                self.socket_folder,
                self.path / "keys",
                self.path / "witness",
            ):
                shutil.rmtree(folder, ignore_errors=True)
            for kept in (*self.path.glob("temporal*.db*"), *self.path.glob("sandbox.sqlite3*")):
                kept.unlink()
            self.run_file.unlink(missing_ok=True)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def default_home() -> Home:
    return Home(default_path())
