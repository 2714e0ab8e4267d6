"""How a command's fields come together, and what helps to find them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.canned import Canned
from tests.cli.run import Run

CASE = "VIC-2026-482911"


def sent(homeward: Run, api: Canned, name: str, *arguments: str, given: str | None = None) -> Any:
    api.say("POST", f"/api/v1/commands/{name}", 200, {"stream": CASE})
    ran = homeward("command", name, *arguments, given=given)
    assert ran.code == 0, ran.err
    return api.asked[-1]["body"]


def test_settings_take_the_type_that_the_field_has(homeward: Run, api: Canned) -> None:
    fields = sent(
        homeward, api, "propose_waiver", "--on", CASE,
        "--set", "percent=100", "--set", "ground=minor", "--set", "reasons=12345",
    )["fields"]  # fmt: skip
    assert fields == {"percent": 100, "ground": "minor", "reasons": "12345"}


def test_settings_reach_into_groups_and_lists(homeward: Run, api: Canned) -> None:
    fields = sent(
        homeward, api, "register_request",
        "--set", "reporter.anonymous=true", "--set", "reporter.name=007",
        "--set", "people.0.alias=Blue", "--set", "people.0.age=19", "--set", "people.1.alias=null",
        "--set", "do_not_route_to=field-team-1", "--set", "people_count=2",
    )["fields"]  # fmt: skip
    assert fields == {
        "reporter": {"anonymous": True, "name": "007"},
        "people": [{"alias": "Blue", "age": 19}, {"alias": None}],
        "do_not_route_to": ["field-team-1"],
        "people_count": 2,
    }


def test_a_file_gives_the_fields_and_settings_go_over_them(
    homeward: Run, api: Canned, tmp_path: Path
) -> None:
    file = tmp_path / "waiver.yaml"
    file.write_text("percent: 50\nground: minor\nreasons: no\nat: 2022-08-01\n", "utf-8")
    body = sent(
        homeward, api, "propose_waiver", "--on", CASE, "--with", str(file), "--set", "percent=75",
        "--id", "018f5b9e-7f3a-7c4e-9d2b-3f6a1c2d4e5f", "--expect", "4", "--comment", "By phone",
        "--at", "2022-08-01T08:30:00+07:00",
    )  # fmt: skip
    assert body == {
        "stream": CASE,
        "command_id": "018f5b9e-7f3a-7c4e-9d2b-3f6a1c2d4e5f",
        "expected_version": 4,
        "occurred_at": "2022-08-01T08:30:00+07:00",
        "comment": "By phone",
        "fields": {"percent": 75, "ground": "minor", "reasons": "no", "at": "2022-08-01"},
    }


def test_fields_are_read_from_standard_input(homeward: Run, api: Canned) -> None:
    body = sent(homeward, api, "propose_waiver", "--with", "-", given='{"percent": 100}')
    assert body["fields"] == {"percent": 100}


def test_each_sending_has_an_id_of_its_own(homeward: Run, api: Canned) -> None:
    first = sent(homeward, api, "propose_waiver")["command_id"]
    assert first != sent(homeward, api, "propose_waiver")["command_id"]


@pytest.mark.parametrize(
    ("text", "code"), [("{", 6), ("- a\n- b", 6), ("a: [", 6), ("text", 6), ("\t- :", 6)]
)
def test_a_file_without_fields_is_invalid_and_nothing_is_sent(
    homeward: Run, api: Canned, text: str, code: int
) -> None:
    ran = homeward("command", "propose_waiver", "--with", "-", given=text)
    assert (ran.code, ran.out, api.asked) == (code, "", [])


@pytest.mark.parametrize(
    "arguments",
    [
        ("command",), ("command", "propose_waiver", "--set", "percent"),
        ("command", "propose_waiver", "--with", "/nowhere"), ("command", "x", "--set", "=1"),
        ("command", "x", "--expect", "-1"), ("case", "show"), ("case", "show", CASE, "-o", "xml"),
        ("nothing",), ("commands", "nothing"), ("token",), ("token", "--as", "NOBODY"),
        ("scenario", "run", "/nowhere"),
    ],
)  # fmt: skip
def test_a_mistaken_call_is_exit_code_2(
    homeward: Run, api: Canned, arguments: tuple[str, ...]
) -> None:
    ran = homeward(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert api.asked == []


def test_commands_are_listed_and_shown_without_an_api(alone: Run) -> None:
    ran = alone("commands", "--by", "approver", "-o", "jsonl")
    names = [json.loads(line)["name"] for line in ran.out.splitlines()]
    assert "approve_waiver" in names
    assert "propose_waiver" not in names
    one = alone("commands", "propose_waiver")
    assert one.code == 0
    for word in ("percent", "integer", "victim_of_trafficking", "officer", "--on ID"):
        assert word in one.out


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("homeward command approve_w", ["approve_waiver"]),
        ("homeward worklist my", ["my_day"]),
        ("homeward workl", ["worklist"]),
        ("homeward case show VIC", []),
    ],
)
def test_names_of_commands_and_lists_are_completed_and_ids_are_not(
    words: str, offered: list[str]
) -> None:
    asking = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = subprocess.run(
        [Path(sys.executable).with_name("homeward")],
        env={**os.environ, **asking, "_HOMEWARD_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == offered


@pytest.mark.parametrize(
    "path",
    [
        ("up",), ("demo",), ("doctor",), ("command",), ("commands",), ("case", "list"),
        ("case", "show"), ("case", "timeline"), ("request", "show"), ("operation", "timeline"),
        ("worklist",), ("handoff", "list"), ("token",), ("scenario", "run"),
        ("dev", "clock", "show"), ("dev", "clock", "set"), ("dev", "clock", "advance"), ("serve",),
        ("worker",), ("sandbox",), ("resume",),
    ],
)  # fmt: skip
def test_the_help_of_each_command_shows_an_example(alone: Run, path: tuple[str, ...]) -> None:
    ran = alone(*path, "--help")
    assert ran.code == 0
    assert "Example: homeward" in " ".join(ran.out.split())
