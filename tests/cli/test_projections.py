"""`homeward projection`: listed, built anew, and what is said where that cannot be."""

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from homeward.cli.projection import projection
from homeward.dev.home import Home
from homeward.eventstore import rebuild
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.roles import becoming
from tests.eventstore.telling import new, note, tell


@pytest.fixture
async def told(database_url: str) -> AsyncIterator[str]:
    pool = await connect(database_url, max_size=1)
    await PostgresEventStore(pool).append(tell(new(), note()))
    yield database_url
    await pool.close()


@pytest.fixture
def run(
    told: str, monkeypatch: pytest.MonkeyPatch, read_settings_again: Callable[[], None]
) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str, url: str = told) -> tuple[int, str, str]:
        monkeypatch.setenv("HOMEWARD_DATABASE_URL", url)
        read_settings_again()
        result = CliRunner().invoke(projection, list(arguments))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return run


Run = Callable[..., tuple[int, str, str]]


def test_projections_are_listed_with_their_rows(run: Run) -> None:
    code, out, _ = run("list", "-o", "json")
    assert code == 0
    rows = {row["name"]: row for row in json.loads(out)}
    assert rows.keys() == {*rebuild.PROJECTIONS, "search"}
    assert rows["summaries"] == {
        "name": "summaries", "tables": ["summary"], "rows": 1, "rebuilding": None,
    }  # fmt: skip


def test_all_are_built_anew_and_words_stay_beside_the_data(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOMEWARD_HOME", str(tmp_path))
    (tmp_path / "keys").mkdir()
    Home(tmp_path).key()
    code, out, err = run("rebuild", "all")
    assert (code, out) == (0, "")
    assert "built anew from 1 streams" in err
    assert "search: built anew from 0 events" in err


def test_one_that_there_is_not_is_named_with_those_that_there_are(run: Run) -> None:
    code, _, err = run("rebuild", "worklists", "tasks")
    assert code == 2
    assert "worklists" in err
    assert "summaries" in err


def test_whoever_may_not_is_told_as_whom_it_is_done(run: Run, told: str) -> None:
    code, _, err = run("rebuild", "tasks", url=becoming(told, "worker"))
    assert code == 4
    assert "homeward_migrate" in err


def test_a_second_one_is_a_conflict(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "TURN", "select false")
    code, _, err = run("rebuild", "all")
    assert code == 5
    assert "under way" in err


def test_broken_off_it_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(rebuild, "rebuild", broken)
    code, _, err = run("rebuild", "all")
    assert code == 130
    assert "goes on" in err
