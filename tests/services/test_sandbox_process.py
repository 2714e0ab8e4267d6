"""`homeward sandbox` as a process: killed without warning, it has forgotten nothing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from homeward.ports_partners import HandoffDeliveryAsked, ServiceUnavailable, WaiverAsked
from homeward.services.immigration import ImmigrationClient
from homeward.services.mission import MissionClient

RUN = "import typer; from homeward.cli.sandbox import sandbox; typer.run(sandbox)"
WAIVER = WaiverAsked(case="VIC-2022-482911", percent=100)
Start = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> tuple["subprocess.Popen[str]", str]:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | environment,
        )
        started.append(process)
        assert process.stdout is not None
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


async def told(url: str, behaviour: object) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        (await http.put(f"{url}/_sandbox/behaviour", json=behaviour)).raise_for_status()


async def test_killed_and_started_again_it_answers_the_same_key_alike(
    tmp_path: Path, start: Start
) -> None:
    state = tmp_path / "state" / "sandbox.sqlite3"
    process, url = start("--state", str(state))
    await told(url, {"immigration": {"waiver": {"reference": "first-1", "lose": 2}}})
    async with ImmigrationClient(url) as immigration:
        with pytest.raises(ServiceUnavailable):
            await immigration.apply_waiver("event-1", WAIVER)
    process.send_signal(signal.SIGKILL)
    process.wait()

    process, url = start("--state", str(state))
    async with ImmigrationClient(url) as immigration:
        with pytest.raises(ServiceUnavailable):  # one loss was still to come
            await immigration.apply_waiver("event-1", WAIVER)
        await told(url, {"immigration": {"waiver": {"reference": "second-2"}}})
        assert (await immigration.apply_waiver("event-1", WAIVER)).reference == "first-1"
        assert (await immigration.apply_waiver("event-2", WAIVER)).reference == "second-2"
    async with httpx.AsyncClient(trust_env=False) as http:
        calls = (await http.get(f"{url}/_sandbox/calls")).json()["calls"]
    assert [(c["key"], c["attempts"], c["applied"]) for c in calls] == [
        ("event-1", 3, 1),
        ("event-2", 1, 1),
    ]


async def test_killed_between_plan_and_answer_the_mission_still_answers(
    tmp_path: Path, start: Start
) -> None:
    process, url = start(HOMEWARD_HOME=str(tmp_path))
    await told(url, {"mission": {"answer": {"handoff": "H-1", "answer": "done", "after": "1d"}}})
    delivery = HandoffDeliveryAsked(
        handoff="H-1", case="VIC-2022-482911", mission="VN", kind="consular_visit", nationality="VN"
    )
    async with MissionClient(url) as mission:
        await mission.deliver("event-1", delivery)
    process.kill()
    process.wait()

    _, url = start(HOMEWARD_HOME=str(tmp_path))
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.put(f"{url}/_sandbox/clock", json={"offset_seconds": 86400})
    async with MissionClient(url) as mission:
        assert [answer.answer for answer in (await mission.answers()).answers] == ["done"]


async def test_told_to_end_it_ends_though_a_call_is_held(start: Start, tmp_path: Path) -> None:
    process, url = start("--state", str(tmp_path / "state.sqlite3"))
    await told(url, {"immigration": {"waiver": {"slow": 1e6}}})
    async with ImmigrationClient(url, at_most=0.3) as immigration:
        with pytest.raises(ServiceUnavailable):
            await immigration.apply_waiver("event-1", WAIVER)
    process.terminate()
    _, words = process.communicate(timeout=10)
    assert "Traceback" not in words
    assert process.returncode in (0, -signal.SIGTERM)


def test_a_port_that_is_taken_is_said_in_a_line(start: Start) -> None:
    _, url = start()
    other, line = start("--port", url.rpartition(":")[2])
    _, words = other.communicate(timeout=20)
    assert (line, other.returncode) == ("", 7)
    assert "Cannot listen on 127.0.0.1:" in words


def test_a_file_that_cannot_be_its_memory_is_said_in_a_line(start: Start, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Not a database, and not to be overwritten." * 100)
    process, line = start("--state", str(tmp_path / "notes.txt"))
    _, words = process.communicate(timeout=20)
    assert (line, process.returncode) == ("", 7)
    assert "notes.txt cannot be its memory" in words
