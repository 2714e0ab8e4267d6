"""`homeward demo` on the real stack, each of its parts killed once while the docket is carried."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from homeward.dev.docket.story import Docket
from homeward.dev.docket.telling import recall, tell
from homeward.dev.figures import figures, sentences
from homeward.dev.home import Home, checkout

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]
KILLED = {150: "worker", 300: "sandbox", 450: "temporal", 600: "postgres", 750: "api"}
STARTING = ("HOMEWARD_DATABASE_URL", "HOMEWARD_TEMPORAL_ADDRESS", "HOMEWARD_API_URL")


class Demo:
    """The command as a person would start it, its words and data in files."""

    def __init__(self, home: Path, *arguments: str) -> None:
        env = {k: v for k, v in os.environ.items() if k not in STARTING}
        self.home = home
        self.said, self.told = home.with_suffix(".err"), home.with_suffix(".out")
        with self.said.open("wb") as err, self.told.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "homeward", "demo", *arguments],
                env={**env, "HOMEWARD_HOME": str(home)}, cwd=checkout(), stdout=out, stderr=err,
            )  # fmt: skip

    def words(self) -> str:
        return self.said.read_text()

    def pids(self) -> dict[str, int]:
        pids: dict[str, int] = json.loads((self.home / "run.json").read_text())["pids"]
        return pids

    def reaches(self, words: str) -> bool:
        """Whether it says so before it ends."""
        while self.process.poll() is None:
            if words in self.words():
                return True
            time.sleep(0.1)
        return words in self.words()

    def end(self) -> int:
        return self.process.wait(600)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = Path("/var/tmp") if os.geteuid() == 0 else tmp_path_factory.mktemp("demo")
    path = folder / f"homeward-demo-{os.getpid()}"
    yield path
    for folder in (Home(path).socket_folder, path):
        shutil.rmtree(folder, ignore_errors=True)
    for beside in (".err", ".out"):
        path.with_suffix(beside).unlink(missing_ok=True)


async def test_killing_every_part_loses_nothing_and_doubles_nothing(
    home: Path, docket: Docket, memory_docket: Any
) -> None:
    demo = Demo(home, "--fresh", "--exit")
    seen: set[psutil.Process] = set()  # a number alone may by then be another's
    for nth, part in KILLED.items():
        assert demo.reaches(f"{nth:>4} of "), demo.words()
        pids = demo.pids()
        seen |= {one for one in psutil.process_iter() if one.pid in pids.values()}
        os.kill(pids[part], signal.SIGKILL)
    assert demo.end() == 0, demo.words()

    now = datetime.now(UTC)
    told = await recall(docket, memory_docket, now)
    await tell(told, memory_docket)
    await memory_docket.reach(now)
    expected = sentences(figures(await memory_docket.events(told.streams())))
    assert [line for line in demo.told.read_text().splitlines() if line in expected] == expected
    assert not [process for process in seen if process.is_running()]


def test_a_second_run_says_so_and_changes_nothing(home: Path) -> None:
    first = home.with_suffix(".out").read_text().splitlines()[-8:]
    demo = Demo(home, "--exit")
    assert demo.end() == 0, demo.words()
    assert "carried through before; nothing is changed" in demo.words()
    assert demo.told.read_text().splitlines()[-8:] == first


def test_it_serves_while_the_docket_is_carried_and_goes_on_where_it_was_stopped(
    home: Path,
) -> None:
    demo = Demo(home, "--fresh")
    assert demo.reaches("Sign in as:"), demo.words()
    assert demo.reaches("  25 of "), demo.words()
    demo.process.send_signal(signal.SIGINT)
    assert demo.end() == 1
    assert "goes on where it stopped" in demo.words()
    again = Demo(home)
    assert again.reaches("Goes on after step"), again.words()
    assert again.reaches("  75 of "), again.words()
    again.process.send_signal(signal.SIGINT)
    assert again.end() == 1
