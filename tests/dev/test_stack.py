"""The stack on a real PostgreSQL and a real Temporal; homeward's own processes stand in."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import psutil
import pytest

from homeward.dev import databases
from homeward.dev.children import Child, running
from homeward.dev.home import Home, checkout
from homeward.dev.stack import Services, Stack, Wiring, running_stack
from homeward.settings import settings

MakeChild = Callable[..., Child]

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("HOMEWARD_DATABASE_URL") or os.environ.get("HOMEWARD_TEMPORAL_ADDRESS")),
    reason="a named server is not ours to start and kill",
)


def stand_in(child: MakeChild, name: str) -> Services:
    def services(wiring: Wiring) -> list[Child]:
        return [replace(child(name), env=wiring.env())]

    return services


@pytest.fixture
def stack(home: Home, child: MakeChild) -> Callable[[], Stack]:
    def make() -> Stack:
        return Stack(
            home,
            tell=lambda _: None,
            partners=stand_in(child, "sandbox"),
            services=stand_in(child, "worker"),
            migrate=False,
        )

    return make


def execute(url: str, *statements: str) -> str:
    """The last statement's value."""

    async def run() -> str:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return str(await connection.fetchval(statements[-1]))
        finally:
            await connection.close()

    return asyncio.run(run())


def test_every_part_comes_back_after_a_crash_and_committed_data_stays(
    stack: Callable[[], Stack], home: Home
) -> None:
    with running_stack(stack()) as up:
        assert up.wiring is not None
        url = up.wiring.database_url
        execute(url, "create table kept (n int)", "insert into kept values (7)", "select 1")
        for name in ("postgres", "temporal", "worker", "sandbox"):
            up.kill9(name)
            up.await_ready(name)
        assert execute(url, "select n from kept") == "7"
        assert execute(url, "show fsync") == "on"
        assert home.run()["env"] == up.wiring.env()
        assert home.run_file.stat().st_mode & 0o077 == 0
        assert set(home.run()["pids"]) == {"postgres", "temporal", "worker", "sandbox"}
        pids = list(home.run()["pids"].values())
        assert all(running(pid) for pid in pids)
    assert [pid for pid in pids if running(pid)] == []


def test_a_second_start_goes_on_with_the_same_data_ports_and_key(
    stack: Callable[[], Stack], home: Home
) -> None:
    with running_stack(stack()) as up:
        assert up.wiring is not None
        first, key = up.wiring, home.key_file.read_text()
        execute(first.database_url, "create table kept as select 7 as n", "select 1")
    with running_stack(stack()) as up:
        assert up.wiring == first
        assert home.key_file.read_text() == key
        assert execute(first.database_url, "select n from kept") == "7"


def test_parts_that_cannot_start_leave_nothing_running(
    stack: Callable[[], Stack], home: Home, child: MakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeward.dev.supervisor.BACKOFF", (0.01,))
    up = stack()
    up._services = lambda _: [child("worker", "sys.exit('broken')")]
    with pytest.raises(Exception, match="broken"):
        up.start()
    mine = [p for p in psutil.process_iter(["cmdline"]) if str(home.path) in str(p.info["cmdline"])]
    assert mine == []
    assert not home.run_file.exists()


def test_ctrl_c_ends_everything_and_the_block_knows(home: Home) -> None:
    program = textwrap.dedent(f"""
        import os, signal, sys
        from pathlib import Path
        from homeward.dev.home import Home
        from homeward.dev.stack import Stack, running_stack
        stack = Stack(
            Home(Path({str(home.path)!r})),
            partners=lambda _: [], services=lambda _: [], migrate=False,
        )
        try:
            with running_stack(stack):
                print("up", flush=True)
                signal.pause()
        except KeyboardInterrupt:
            print("stopped")
    """)
    up = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=checkout()
    )
    assert up.stdout is not None
    assert up.stdout.readline() == "up\n"
    pids = list(home.run()["pids"].values())
    assert len(pids) == 2
    up.send_signal(signal.SIGINT)
    assert up.communicate()[0] == "stopped\n"
    assert up.returncode == 0
    assert [pid for pid in pids if running(pid)] == []
    assert not home.run_file.exists()


def test_a_stack_may_be_run_from_another_thread(stack: Callable[[], Stack]) -> None:
    """The demo's progress bar keeps the main thread."""
    seen: list[str] = []

    def run() -> None:
        with running_stack(stack()) as up:
            seen.append(up.urls["console"])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen


def test_the_server_listens_to_its_owners_socket_alone(
    stack: Callable[[], Stack], home: Home
) -> None:
    with running_stack(stack()) as up:
        assert up.wiring is not None
        assert execute(up.wiring.database_url, "show listen_addresses") == ""
        assert home.socket_folder.stat().st_mode & 0o077 == 0


async def test_a_fresh_database_is_made_once_and_gone_after(postgres: str) -> None:
    url = databases.with_database(postgres, "made_by_a_test")
    assert await databases.create(url)
    assert not await databases.create(url)
    left_open = await asyncpg.connect(url)
    await databases.drop(url)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await left_open.fetchval("select 1")


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("postgresql://postgres@/a?host=/run/x", "postgresql://postgres@/b?host=/run/x"),
        ("postgresql://u:p@h:5433/a", "postgresql://u:p@h:5433/b"),
        ("postgresql:///a?host=/run/x", "postgresql:///b?host=/run/x"),
    ],
)
def test_another_database_of_the_same_server_is_named_by_its_url(url: str, made: str) -> None:
    assert databases.with_database(url, "b") == made
    assert databases.database_of(made) == "b"


async def test_the_sessions_temporal_has_our_namespace(temporal_address: str) -> None:
    from homeward.dev.temporal import describe  # noqa: PLC0415 - brings the SDK along

    assert await describe(temporal_address, settings().temporal_namespace)


def test_processes_are_told_where_everything_is(home: Home) -> None:
    wiring = Wiring(home, "postgresql:///homeward", "127.0.0.1:7233", 8401, 8400)
    env = wiring.env()
    assert env["HOMEWARD_IMMIGRATION_URL"] == env["HOMEWARD_MISSION_URL"] == "http://127.0.0.1:8401"
    assert env["HOMEWARD_API_URL"] == "http://127.0.0.1:8400"
    assert Path(env["HOMEWARD_KEY_FILE"]).stat().st_mode & 0o777 == 0o600
