"""Builds a server from source once, into a cache that every checkout of a user shares."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from homeward.dev.children import end
from homeward.dev.faults import Fault, ServiceAway, tail
from homeward.dev.say import Say, elapsed, say, waiting

GO_ELSEWHERE = Path("/usr/local/go/bin/go")
ON_A_TERMINAL, IN_A_LOG = 1.0, 20.0
"""Seconds between two lines of progress."""


@dataclass(frozen=True)
class Build:
    """What to build, and what people are told meanwhile."""

    binary: str
    package: str
    made: str
    """The name `go install` gives the binary: the last part of the package's path."""
    takes: str


def cache() -> Path:
    """Where binaries that take minutes to build are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "homeward" / "bin"


def cached(binary: str) -> Path | None:
    path = cache() / binary
    return path if os.access(path, os.X_OK) else None


def go() -> Path | None:
    if found := shutil.which("go"):
        return Path(found)
    return GO_ELSEWHERE if os.access(GO_ELSEWHERE, os.X_OK) else None


def never() -> bool:
    return False


def install(
    build: Build, why: str, *, tell: Say = say, interrupted: Callable[[], bool] = never
) -> Path:
    """Builds into a folder beside the cache and renames: the cache holds only whole binaries."""
    target = cache() / build.binary
    cache().mkdir(parents=True, exist_ok=True)
    with _alone(build, tell, interrupted):
        if (ready := cached(build.binary)) is not None:
            return ready
        for broken in cache().glob(f".{build.binary}-*"):  # of a start that was killed
            shutil.rmtree(broken, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=cache(), prefix=f".{build.binary}-") as folder:
            _run(build, Path(folder), why, tell, interrupted)
            (Path(folder) / build.made).replace(target)
    tell(f"built {target}")
    return target


@contextmanager
def _alone(build: Build, tell: Say, interrupted: Callable[[], bool]) -> Iterator[None]:
    """Two starts at once build once: the second waits for the first."""
    with (cache() / f".{build.binary}.lock").open("a") as lock:
        with waiting(f"another start, which is building {build.binary}", tell):
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    _leave_if(interrupted)
                    time.sleep(0.2)
        yield


def _run(build: Build, folder: Path, why: str, tell: Say, interrupted: Callable[[], bool]) -> None:
    compiler = go()
    if compiler is None:
        raise ServiceAway(
            f"{build.binary} is not here, and there is no Go to build it with.",
            f"Install Go, or put `{build.binary}` on PATH.",
        )
    tell(f"building {build.binary} (once, {build.takes}): {why}")
    tell(f"  go install {build.package}")
    log = folder / "build.log"
    began = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [compiler, "install", build.package],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=folder,  # away from any go.mod
            env={**os.environ, "GOBIN": str(folder), "GO111MODULE": "on"},
            start_new_session=True,
        )
        try:
            _watch(process, binary=build.binary, log=log, tell=tell, interrupted=interrupted)
        finally:
            if process.poll() is None:
                end(process.pid, signal.SIGTERM, 5.0)
                process.wait()
    if process.returncode != 0:
        raise Fault(
            f"go install {build.package} failed after {elapsed(time.monotonic() - began)}:\n"
            f"{tail(log)}",
            f"Put `{build.binary}` on PATH, or mend what Go says.",
        )


def _watch(
    process: "subprocess.Popen[bytes]",
    *,
    binary: str,
    log: Path,
    tell: Say,
    interrupted: Callable[[], bool],
) -> None:
    began = time.monotonic()
    on_a_terminal = sys.stderr.isatty() and tell is say
    pause = ON_A_TERMINAL if on_a_terminal else IN_A_LOG
    spoke = began
    while process.poll() is None:
        _leave_if(interrupted)
        time.sleep(0.2)
        now = time.monotonic()
        if now - spoke < pause:
            continue
        spoke = now
        line = f"  building {binary} ... {elapsed(now - began)} ({_doing(log)})"
        if on_a_terminal:
            sys.stderr.write(f"\r\033[K{line[:110]}")
            sys.stderr.flush()
        else:
            tell(line)
    if on_a_terminal:
        sys.stderr.write("\r\033[K")


def _doing(log: Path) -> str:
    """Downloading is told by Go, compiling is silent."""
    last = tail(log, 1).strip()
    return last if last.startswith("go: downloading") else "compiling"


def _leave_if(interrupted: Callable[[], bool]) -> None:
    if interrupted():
        raise KeyboardInterrupt
