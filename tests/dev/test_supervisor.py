import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from homeward.dev.children import Child, running
from homeward.dev.faults import HomeTaken, StartFailed
from homeward.dev.home import Home
from homeward.dev.say import waiting
from homeward.dev.supervisor import Supervisor, end_orphans, is_up

MakeChild = Callable[..., Child]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(home: Home, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(home, tell=said.append)
    made.open()
    yield made
    made.stop()


def test_a_child_that_dies_unasked_is_started_again_and_run_json_stays_true(
    supervisor: Supervisor, child: MakeChild, said: list[str]
) -> None:
    supervisor.launch(child("worker"))
    supervisor.await_ready("worker")
    before = supervisor.pid("worker")
    supervisor.kill9("worker")
    supervisor.await_ready("worker")
    after = supervisor.pid("worker")
    assert before != after
    assert running(before) is None
    assert supervisor.home.run()["pids"] == {"worker": after}
    assert said == ["worker ended unasked (SIGKILL); starting it again"]


def test_no_process_is_left_after_stop_not_even_a_childs_children(
    supervisor: Supervisor, child: MakeChild, home: Home
) -> None:
    spawns = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    supervisor.launch(child("sandbox"))
    supervisor.launch(child("worker", spawns))
    supervisor.await_ready("sandbox", "worker")
    family = psutil.Process(supervisor.pid("worker")).children()
    pids = [supervisor.pid("sandbox"), supervisor.pid("worker"), *(p.pid for p in family)]
    assert len(pids) == 3
    supervisor.stop()
    assert [pid for pid in pids if running(pid)] == []
    assert not home.run_file.exists()


def test_a_child_that_ignores_the_stop_signal_is_killed_and_named(
    supervisor: Supervisor, child: MakeChild, said: list[str]
) -> None:
    deaf = child("deaf", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    supervisor.launch(Child(**{**deaf.__dict__, "grace": 0.3}))
    supervisor.await_ready("deaf")
    pid = supervisor.pid("deaf")
    supervisor.stop()
    assert running(pid) is None
    assert said == ["deaf did not stop when asked and was killed"]


def test_a_child_that_never_comes_up_fails_the_start_with_the_end_of_its_log(
    supervisor: Supervisor, child: MakeChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeward.dev.supervisor.BACKOFF", (0.01,))
    supervisor.launch(child("api", "sys.exit('no database to be had')"))
    with pytest.raises(StartFailed, match=r"ended 5 times(?s:.*)no database to be had"):
        supervisor.await_ready("api")


def test_children_are_stopped_in_the_opposite_order_of_their_start(
    supervisor: Supervisor, child: MakeChild, home: Home
) -> None:
    order = home.path / "order"
    for name in ("postgres", "temporal", "worker"):
        code = textwrap.dedent(f"""
            import signal
            def leave(*_):
                open({str(order)!r}, 'a').write('{name} ')
                sys.exit(0)
            signal.signal(signal.SIGTERM, leave)
        """)
        supervisor.launch(child(name, code))
    supervisor.await_ready("postgres", "temporal", "worker")
    supervisor.stop()
    assert order.read_text() == "worker temporal postgres "


def test_a_second_start_on_the_same_home_names_the_urls_of_the_first(
    supervisor: Supervisor, home: Home
) -> None:
    supervisor.urls["console"] = "http://127.0.0.1:8400"
    supervisor.record()
    with pytest.raises(HomeTaken, match=r"console: http://127\.0\.0\.1:8400"):
        Supervisor(home).open()
    assert is_up(home)["urls"] == {"console": "http://127.0.0.1:8400"}


def test_what_a_killed_supervisor_left_running_is_found_and_ended(home: Home) -> None:
    program = textwrap.dedent(f"""
        import os, sys
        from pathlib import Path
        from homeward.dev.children import Child
        from homeward.dev.home import Home
        from homeward.dev.supervisor import Supervisor
        home = Home(Path({str(home.path)!r}))
        supervisor = Supervisor(home)
        supervisor.open()
        code = "import time; time.sleep(600)"
        command = [sys.executable, "-c", code]
        supervisor.launch(Child(name="worker", command=command, log=home.log("w"), ready=bool))
        os.kill(os.getpid(), 9)
    """)
    subprocess.run([sys.executable, "-c", program], check=False)
    orphan = home.run()["pids"]["worker"]
    assert running(orphan) is not None
    assert is_up(home) == {}
    said: list[str] = []
    second = Supervisor(home, tell=said.append)
    second.open()
    second.stop()
    assert running(orphan) is None
    assert said == ["ending worker, left behind by a start that was killed"]


def test_a_number_that_went_to_another_process_is_left_alone(home: Home) -> None:
    """A stale run.json may name a pid that is someone else's by now."""
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        stale = {"children": {"worker": {"pid": bystander.pid, "born": 1.0, "command": []}}}
        home.run_file.write_text(json.dumps(stale))
        end_orphans(home, tell=lambda _: None)
        assert bystander.poll() is None
        assert not home.run_file.exists()
    finally:
        bystander.kill()
        bystander.wait()


def test_a_half_written_run_json_counts_as_none(home: Home) -> None:
    home.run_file.write_text('{"supervisor": {"pid": 1')
    assert is_up(home) == {}


def test_an_interrupted_start_leaves_its_wait(supervisor: Supervisor, child: MakeChild) -> None:
    supervisor.launch(child("slow", ready=False))
    supervisor.interrupt()
    with pytest.raises(KeyboardInterrupt):
        supervisor.await_ready("slow")


def test_a_wait_over_two_seconds_says_what_it_waits_for(home: Home, child: MakeChild) -> None:
    said: list[str] = []
    with waiting("PostgreSQL", said.append, patience=0.01):
        while not said:
            os.sched_yield()
    assert said[0].startswith("waiting for PostgreSQL ...")


def test_logs_and_data_are_readable_by_their_owner_alone(
    supervisor: Supervisor, child: MakeChild, home: Home
) -> None:
    target = home.path / "written"
    supervisor.launch(child("worker", f"open({str(target)!r}, 'w').close()"))
    supervisor.await_ready("worker")
    assert Path(target).stat().st_mode & 0o077 == 0
