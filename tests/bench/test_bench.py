"""`homeward bench`: every bench runs, compares in one run, and says what it measured on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from homeward.cli.root import app
from homeward.dev.bench.measure import Measured, Result
from homeward.dev.bench.report import plot, read, table
from homeward.dev.bench.running import NAMES


def bench(*arguments: str) -> tuple[int, str, str]:
    told = CliRunner().invoke(app, ["bench", *arguments], prog_name="homeward")
    return told.exit_code, told.stdout, told.stderr


@pytest.fixture
def on_the_sessions_server(
    postgres: str, monkeypatch: pytest.MonkeyPatch, read_settings_again: Callable[[], None]
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", postgres)
    read_settings_again()


def test_without_a_name_it_lists_what_there_is() -> None:
    code, out, _ = bench("-o", "json")
    assert code == 0
    assert [row["name"] for row in json.loads(out)] == list(NAMES)


def test_an_unknown_name_is_named_with_those_there_are() -> None:
    code, _, words = bench("fold", "speed")
    assert code == 2
    assert "speed" in words
    assert "append" in words


@pytest.mark.parametrize("name", NAMES)
def test_each_bench_measures_its_subject_and_its_floor_in_one_run(
    name: str, on_the_sessions_server: None, tmp_path: Path
) -> None:
    code, out, words = bench(name, "--quick", "--out", str(tmp_path), "-o", "json")
    assert code == 0, words
    (told,) = json.loads(out)
    assert told["bench"] == name
    assert told["ratios"]
    assert {told["machine"][key] is not None for key in ("cores", "postgresql", "load")} == {True}
    for ratio in told["ratios"]:
        assert {ratio["of"], ratio["beside"]} <= told["figures"].keys()
        assert ratio["low"] <= ratio["median"] <= ratio["high"]
    assert len({len(rounds) for rounds in told["figures"].values()}) == 1
    (result,) = read(tmp_path)
    assert plot(result) == (tmp_path / f"{name}.svg").read_text()


def _result(measured: float, goal: float, *, at_least: bool) -> Result:
    from datetime import UTC, datetime  # noqa: PLC0415

    ratio = Measured("a <b> & c", "a", "b", goal, at_least, measured, measured, measured)
    machine = {"postgresql": "15.1", "load": 0.1}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Result("x", "<X> & Y", at, machine, "a second", 1.0, {"a": [2.0], "b": [1.0]}, [ratio])


def test_a_missed_goal_is_shown_as_missed() -> None:
    assert "| missed |" in table([_result(0.4, 0.5, at_least=True)])
    assert "| met |" in table([_result(0.6, 0.5, at_least=True)])
    assert "| missed |" in table([_result(1.3, 1.2, at_least=False)])
    assert "| met |" in table([_result(1.1, 1.2, at_least=False)])


def test_the_plot_is_well_formed_whatever_the_names_are() -> None:
    from xml.etree.ElementTree import fromstring  # noqa: PLC0415

    texts = [node.text for node in fromstring(plot(_result(1, 1, at_least=True))).iter()]
    assert "<X> & Y" in texts
