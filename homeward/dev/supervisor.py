"""Keeps processes running: starts them, starts them again when they die unasked, ends them all.

What runs is written to `run.json` of the home before anything is waited for, so that after the
supervisor itself was killed the next start finds the orphans by number and birth and ends them.
"""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from io import TextIOWrapper
from typing import Any

from homeward.dev.children import Child, born, end, running, spawn
from homeward.dev.faults import StartFailed
from homeward.dev.home import Home, write_whole
from homeward.dev.say import Say, say, waiting

BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)
STEADY = 10.0
"""A child that ran this long starts again with the shortest pause."""
STARTS = 5
"""So many deaths before a child was ever ready fail the start."""


@dataclass
class Kept:
    """A child and its life so far."""

    child: Child
    process: "subprocess.Popen[bytes]"
    born: float
    starts: int = 1
    ready: threading.Event = field(default_factory=threading.Event)
    failed: StartFailed | None = None
    keeper: threading.Thread | None = None
    since: float = 0.0
    ever_ready: bool = False


class Supervisor:
    """`launch`, `await_ready`, `stop`; one per home."""

    def __init__(self, home: Home, *, tell: Say = say) -> None:
        self.home = home
        self.tell = tell
        self.urls: dict[str, str] = {}
        self.env: dict[str, str] = {}
        self.chosen: dict[str, dict[str, str]] = {}
        self._kept: dict[str, Kept] = {}
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._write = threading.RLock()
        self._lock: TextIOWrapper | None = None

    def open(self) -> None:
        """Takes the home, ending what a killed supervisor left behind."""
        self.home.prepare()
        self._lock = self.home.lock()
        end_orphans(self.home, self.tell)
        self.record()

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def launch(self, child: Child) -> None:
        """Starts a child and keeps it; returns at once."""
        with self._write:
            process = spawn(child)
            kept = Kept(child, process, born(process.pid), since=time.monotonic())
            self._kept[child.name] = kept
            self.record()
        kept.keeper = threading.Thread(
            target=self._keep, args=(kept,), name=f"keep {child.name}", daemon=True
        )
        kept.keeper.start()

    def await_ready(self, *names: str) -> None:
        for name in names:
            kept = self._kept[name]
            with waiting(f"{name} (log: {kept.child.log})", self.tell):
                in_time = kept.ready.wait(kept.child.patience)
            if kept.failed is not None:
                raise kept.failed
            if not in_time:
                said = f"was not ready after {kept.child.patience:.0f} s"
                raise StartFailed(name, said, kept.child.log)
            self.checkpoint()

    def checkpoint(self) -> None:
        """Leaves a start that was interrupted."""
        if self._stopping.is_set():
            raise KeyboardInterrupt

    def interrupt(self) -> None:
        """Ends a start that is under way; safe from a signal handler."""
        self._stopping.set()
        for kept in list(self._kept.values()):
            kept.ready.set()

    def interrupted(self) -> bool:
        return self._stopping.is_set()

    def ready(self, name: str) -> bool:
        kept = self._kept[name]
        return kept.ready.is_set() and kept.process.poll() is None

    def pid(self, name: str) -> int:
        return self._kept[name].process.pid

    def starts(self, name: str) -> int:
        """How often a child was started; 1 if it never died."""
        return self._kept[name].starts

    def kill9(self, name: str) -> None:
        """Kills a child as a crash would; it is started again."""
        kept = self._kept[name]
        kept.ready.clear()
        kept.process.kill()
        kept.process.wait()

    def stop(self) -> None:
        """Ends every child, the last started first, and waits until none is left."""
        self.interrupt()
        with self._write:  # a child that is just being started again is ended as well
            kept_now = list(self._kept.values())
        for kept in reversed(kept_now):
            asked = end(kept.process.pid, kept.child.stop_signal, self._grace(kept))
            kept.process.wait()
            if not asked:
                self.tell(f"{kept.child.name} did not stop when asked and was killed")
            if kept.keeper is not None:
                kept.keeper.join()
        self._kept.clear()
        if self._lock is not None:
            self.home.run_file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def hurry(self) -> None:
        """A second Ctrl-C: children are no longer waited for."""
        self._hurry.set()
        for kept in list(self._kept.values()):
            kept.process.kill()

    def record(self) -> None:
        """Writes run.json: urls, what our processes are told, and each by number and birth."""
        with self._write:
            if self._lock is None:
                return
            pid = os.getpid()
            children = {
                name: {"pid": k.process.pid, "born": k.born, "command": list(k.child.command)}
                for name, k in self._kept.items()
            }
            told: dict[str, Any] = {
                "supervisor": {"pid": pid, "born": born(pid)},
                "urls": self.urls,
                "env": self.env,
                "chosen": self.chosen,
                "pids": {name: one["pid"] for name, one in children.items()},
                "children": children,
            }
            write_whole(self.home.run_file, json.dumps(told, indent=2) + "\n")

    def _grace(self, kept: Kept) -> float:
        return 0.1 if self._hurry.is_set() else kept.child.grace

    def _keep(self, kept: Kept) -> None:
        """The life of one child, in a thread of its own."""
        deaths = 0
        while True:
            self._watch_until_ready(kept)
            code = kept.process.wait()
            kept.ready.clear()
            if self._stopping.is_set():
                kept.ready.set()
                return
            steady = time.monotonic() - kept.since > STEADY
            deaths = 1 if steady else deaths + 1
            if deaths >= STARTS and not kept.ever_ready:
                said = f"ended {STARTS} times while starting, the last time with {_how(code)}"
                kept.failed = StartFailed(kept.child.name, said, kept.child.log)
                kept.ready.set()
                return
            self.tell(f"{kept.child.name} ended unasked ({_how(code)}); starting it again")
            if self._stopping.wait(BACKOFF[min(deaths, len(BACKOFF)) - 1]):
                kept.ready.set()
                return
            self._again(kept)

    def _again(self, kept: Kept) -> None:
        with self._write:
            if self._stopping.is_set():
                return
            kept.process = spawn(kept.child)
            kept.born = born(kept.process.pid)
            kept.since = time.monotonic()
            kept.starts += 1
            self.record()

    def _watch_until_ready(self, kept: Kept) -> None:
        pause = 0.05
        while kept.process.poll() is None and not self._stopping.is_set():
            if kept.child.ready():
                kept.ever_ready = True
                kept.ready.set()
                return
            self._stopping.wait(pause)
            pause = min(pause * 1.3, 0.5)


def _how(code: int) -> str:
    if code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def is_up(home: Home) -> dict[str, Any]:
    """What run.json says if its supervisor lives; else nothing."""
    told = home.run()
    supervisor = told.get("supervisor", {})
    if supervisor and running(supervisor.get("pid", 0), supervisor.get("born")) is not None:
        return told
    return {}


def end_orphans(home: Home, tell: Say = say) -> None:
    """Ends what a supervisor that was killed left running, the last started first."""
    told = home.run()
    for name, one in reversed(list(told.get("children", {}).items())):
        if (process := running(one.get("pid", 0), one.get("born"))) is None:
            continue
        tell(f"ending {name}, left behind by a start that was killed")
        fast = signal.SIGINT if name == "postgres" else signal.SIGTERM
        end(process.pid, fast)
    home.run_file.unlink(missing_ok=True)
