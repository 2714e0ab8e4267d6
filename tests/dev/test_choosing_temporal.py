import threading
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from homeward.dev import gobuild, temporal
from homeward.dev.faults import Fault, ServiceAway
from homeward.settings import settings

SERVER = "#!/bin/sh\necho 'temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)'\n"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it: no server, no network, no Go."""
    monkeypatch.delenv("HOMEWARD_TEMPORAL_ADDRESS", raising=False)
    settings.cache_clear()
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(gobuild, "GO_ELSEWHERE", tmp_path / "no-go")
    monkeypatch.setattr(temporal, "downloadable", lambda: False)
    return tools


def put(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    return folder / name


def go_that(does: str) -> str:
    return f"#!/bin/sh\n{does}\n"


BUILDS = go_that(
    'echo x >> "$XDG_CACHE_HOME/builds"\n'
    'printf \'%s\' "#!/bin/sh\necho \\"temporal (Server 1.29.1, UI 2)\\"\n" > "$GOBIN/temporal"\n'
    'chmod +x "$GOBIN/temporal"'
)


def test_a_named_server_comes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(machine, "temporal", SERVER)
    monkeypatch.setenv("HOMEWARD_TEMPORAL_ADDRESS", "temporal.example:7233")
    settings.cache_clear()
    choice = temporal.resolve(tell=lambda _: None)
    assert choice.address == "temporal.example:7233"
    assert choice.why == "HOMEWARD_TEMPORAL_ADDRESS is set"
    settings.cache_clear()


def test_temporal_on_path_comes_before_the_cache(machine: Path) -> None:
    put(gobuild.cache(), "temporal", SERVER)
    on_path = put(machine, "temporal", SERVER)
    choice = temporal.resolve(tell=lambda _: None)
    assert choice.binary == on_path
    assert choice.chosen.startswith("Temporal 1.29.1")


def test_what_an_earlier_start_built_is_used_again(machine: Path) -> None:
    put(machine, "go", go_that("exit 1"))
    kept = put(gobuild.cache(), "temporal", SERVER)
    assert temporal.resolve(tell=lambda _: None).binary == kept


def test_the_sdks_download_comes_before_a_build(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(machine, "go", BUILDS)
    monkeypatch.setattr(temporal, "downloadable", lambda: True)
    fetched = put(gobuild.cache(), "fetched", SERVER)
    monkeypatch.setattr(temporal, "download", lambda: fetched)
    assert temporal.resolve(tell=lambda _: None).binary == fetched


def test_what_the_sdk_downloads_is_kept(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Started:
        async def shutdown(self) -> None: ...

    async def start_local(*, download_dest_dir: str) -> Started:
        put(Path(download_dest_dir), "temporal-sdk-python-1.35.0", SERVER)
        return Started()

    monkeypatch.setattr(temporal, "downloadable", lambda: True)
    monkeypatch.setattr(WorkflowEnvironment, "start_local", start_local)
    choice = temporal.resolve(tell=lambda _: None)
    assert choice.binary == gobuild.cache() / "temporal"
    assert choice.why.startswith("downloaded by the SDK")
    assert [f.name for f in gobuild.cache().iterdir()] == ["temporal"]


def test_a_build_says_why_and_how_long_and_is_kept(machine: Path) -> None:
    put(machine, "go", BUILDS)
    said: list[str] = []
    choice = temporal.resolve(tell=said.append)
    assert choice.binary == gobuild.cache() / "temporal"
    assert said[0] == (
        "building temporal (once, about 3 minutes): `temporal` is not on PATH and "
        "temporal.download cannot be reached"
    )
    assert temporal.resolve(tell=said.append).why == "built or downloaded by an earlier start"


def test_two_starts_at_once_build_once(machine: Path) -> None:
    put(machine, "go", BUILDS)
    starts = [
        threading.Thread(target=temporal.resolve, kwargs={"tell": lambda _: None}) for _ in range(3)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert (gobuild.cache().parent.parent / "builds").read_text() == "x\n"


def test_a_failed_build_leaves_nothing_and_says_what_go_said(machine: Path) -> None:
    put(machine, "go", go_that("echo 'go: module needs go >= 1.99' >&2; exit 1"))
    with pytest.raises(Fault, match=r"go: module needs go >= 1\.99"):
        temporal.resolve(tell=lambda _: None)
    assert [f.name for f in gobuild.cache().iterdir()] == [".temporal.lock"]


def test_an_interrupted_build_ends_at_once_and_leaves_nothing(machine: Path) -> None:
    put(machine, "go", go_that("exec sleep 600"))
    with pytest.raises(KeyboardInterrupt):
        temporal.resolve(tell=lambda _: None, interrupted=lambda: True)
    assert [f.name for f in gobuild.cache().iterdir()] == [".temporal.lock"]


def test_without_anything_it_says_what_to_install(machine: Path) -> None:
    with pytest.raises(ServiceAway, match="no Go to build it with") as away:
        temporal.resolve(tell=lambda _: None)
    assert "HOMEWARD_TEMPORAL_ADDRESS=" in away.value.mend
    assert away.value.exit_code == 7


def test_a_host_that_cannot_be_reached_is_known_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(temporal, "DOWNLOADS_FROM", ("127.0.0.1", 1))
    assert not temporal.downloadable()
