import socket
from pathlib import Path

import pytest

from homeward.dev.faults import HomeTaken
from homeward.dev.home import Home, checkout, default_path, reachable_by_others
from homeward.settings import settings


def test_a_port_is_the_same_at_the_next_start(home: Home) -> None:
    first = home.port("api")
    assert Home(home.path).port("api", preferred=8400) == first


def test_a_port_taken_by_another_program_is_replaced_and_remembered(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        chosen = home.port("api", preferred=number)
        assert chosen != number
    assert home.port("api", preferred=number) == chosen


def test_two_parts_never_get_the_same_port(home: Home) -> None:
    assert home.port("api", preferred=0) != home.port("sandbox", preferred=home.port("api"))


def test_the_key_is_made_once_and_for_its_owner_alone(home: Home) -> None:
    made = home.key().read_text()
    assert len(bytes.fromhex(made)) == 32
    assert home.key().read_text() == made
    assert home.key_file.stat().st_mode & 0o777 == 0o600


def test_an_ordinary_users_home_is_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOMEWARD_HOME", raising=False)
    settings.cache_clear()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert default_path() == checkout() / ".homeward"


def test_roots_home_is_where_the_databases_user_can_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HOMEWARD_HOME", raising=False)
    settings.cache_clear()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_path().parent == Path("/var/tmp")
    assert default_path().name.startswith("homeward-0-")


def test_data_of_a_closed_home_of_root_lies_outside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert not reachable_by_others(closed)
    assert Home(closed).postgres.is_relative_to("/var/tmp")
    assert not Home(closed).postgres.is_relative_to(closed)


def test_a_sockets_path_stays_under_the_limit_however_deep_the_home() -> None:
    deep = Home(Path("/" + "/".join(["folder"] * 60)))
    assert len(str(deep.socket_folder / ".s.PGSQL.65535")) < 107


def test_starting_anew_forgets_database_keys_and_temporal(home: Home) -> None:
    home.key()
    home.temporal_file.touch()
    home.postgres.mkdir()
    home.erase()
    assert not home.key_file.exists()
    assert not home.temporal_file.exists()
    assert not home.postgres.exists()


def test_nothing_is_erased_under_a_running_stack(home: Home) -> None:
    key = home.key()
    with home.lock(), pytest.raises(HomeTaken):
        home.erase()
    assert key.exists()
