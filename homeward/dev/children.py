"""Processes of our own: how one is started, how it shows that it is ready, how it is ended."""

import os
import pwd
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

SPAWN_SLACK = 0.05
"""How far two readings of one process's start may lie apart, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Child:
    """One process of a stack, as it is to be run."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    ready_file: Path | None = None
    """Removed before each start; the process touches it when it is ready."""
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 20.0
    """Seconds it may take to end after the stop signal."""
    patience: float = 90.0
    """Seconds it may take to become ready."""


def spawn(child: Child) -> "subprocess.Popen[bytes]":
    """In a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone."""
    child.log.parent.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, **child.env}
    if child.ready_file is not None:
        child.ready_file.unlink(missing_ok=True)
        env["HOMEWARD_READY_FILE"] = str(child.ready_file)
    who: dict[str, Any] = {}
    if child.user is not None:
        who = {"user": child.user, "group": pwd.getpwnam(child.user).pw_gid, "extra_groups": []}
    with child.log.open("ab") as log:
        return subprocess.Popen(
            list(child.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=child.cwd,
            start_new_session=True,
            umask=0o077,
            **who,
        )


def running(pid: int, born: float | None = None) -> psutil.Process | None:
    """The process of that number, unless the number went to another since."""
    try:
        process = psutil.Process(pid)
        if born is not None and abs(process.create_time() - born) > SPAWN_SLACK:
            return None
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
    except psutil.Error:
        return None
    return process


def born(pid: int) -> float:
    """When a process was started; 0 if it is gone already."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def end(pid: int, stop_signal: signal.Signals = signal.SIGTERM, grace: float = 20.0) -> bool:
    """Asks a process to stop, then kills what is left of it and of its session.

    True if it stopped when asked. PostgreSQL's backends have sessions of their own and end
    when their postmaster does, so they are waited for as descendants.
    """
    process = running(pid)
    family = _descendants(process)
    if process is not None:
        with suppress(psutil.Error):
            process.send_signal(stop_signal)
    asked = process is None or _gone([process], grace)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not _gone(family, 5.0):
        for left in family:
            with suppress(psutil.Error):
                left.kill()
        _gone(family, 5.0)
    return asked


def _descendants(process: psutil.Process | None) -> list[psutil.Process]:
    if process is None:
        return []
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _gone(processes: Iterable[psutil.Process], limit: float) -> bool:
    """Unlike `psutil.wait_procs` this reaps nothing, so a Popen still learns its exit code."""
    until = time.monotonic() + limit
    left = list(processes)
    while left := [p for p in left if _alive(p)]:
        if time.monotonic() > until:
            return False
        time.sleep(0.03)
    return True


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def answers(url: str, timeout: float = 2.0) -> bool:
    """Whether a GET of `url` is answered 200."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as reply:  # noqa: S310 - our own URL
            return bool(reply.status == 200)
    except (OSError, ValueError):
        return False
