"""One command to a whole group: sent in slices, told line by line, gone on with by its id."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.canned import Canned
from tests.cli.run import Run

GROUP = "018f5b9e-7f3a-7c4e-9d2b-3f6a1c2d4e5f"
BATCH = "/api/v1/batches/approve_waiver"
CASES = [f"VIC-2026-{n:06}" for n in range(45)]


def done(stream: str) -> dict[str, Any]:
    answer = {"stream": stream, "version": 3, "events": [], "result": {}}
    return {"stream": stream, "command_id": f"of-{stream}", "ok": True, "answer": answer}


def refused(stream: str, code: str = "wrong_state", status: int = 409) -> dict[str, Any]:
    problem = {"code": code, "status": status, "title": "T", "detail": "Because.", "names": []}
    return {"stream": stream, "command_id": f"of-{stream}", "ok": False, "refused": problem}


def lines(*told: dict[str, Any]) -> dict[str, Any]:
    return {"lines": list(told)}


@pytest.fixture
def listed(tmp_path: Path) -> str:
    file = tmp_path / "cases.txt"
    file.write_text("# of the raid\n" + "".join(f"{c}  # seen\n\n" for c in CASES) + CASES[0])
    return str(file)


def give(homeward: Run, listed: str, *more: str) -> Any:
    fields = ("--set", "percent=100", "--id", GROUP)
    return homeward("command", "approve_waiver", "--on-file", listed, *fields, *more)


def test_a_group_is_sent_in_slices_of_one_batch_and_everyone_is_told(
    homeward: Run, api: Canned, listed: str
) -> None:
    for start in (0, 20, 40):
        api.say("POST", BATCH, 200, lines(*map(done, CASES[start : start + 20])))
    ran = give(homeward, listed, "-o", "json")
    assert ran.code == 0, ran.err
    sent = [asked["body"] for asked in api.asked]
    assert [len(body["streams"]) for body in sent] == [20, 20, 5]
    assert [stream for body in sent for stream in body["streams"]] == CASES
    assert {body["command_id"] for body in sent} == {GROUP}
    assert all(body["fields"] == {"percent": 100} for body in sent)
    told = json.loads(ran.out)
    assert [(one["stream"], one["outcome"]) for one in told] == [(c, "done") for c in CASES]
    assert f"--id {GROUP}" in ran.err
    assert "45 done" in ran.err


def test_one_refused_among_many_is_named_with_its_reason_and_the_check_has_failed(
    homeward: Run, api: Canned, listed: str
) -> None:
    api.say("POST", BATCH, 200, lines(refused(CASES[0]), *map(done, CASES[1:20])))
    api.say("POST", BATCH, 200, lines(*map(done, CASES[20:40])))
    api.say("POST", BATCH, 200, lines(*map(done, CASES[40:])))
    ran = give(homeward, listed)
    assert ran.code == 8
    first = next(line for line in ran.out.splitlines() if CASES[0] in line)
    assert "wrong_state" in first
    assert "Because." in first
    assert "44 done, 1 refused" in ran.err


def test_a_group_refused_alike_ends_as_one_command_would(
    homeward: Run, api: Canned, tmp_path: Path
) -> None:
    file = tmp_path / "two"
    file.write_text("\n".join(CASES[:2]))
    denied = [refused(case, "separation_of_duties", 403) for case in CASES[:2]]
    api.say("POST", BATCH, 200, lines(*denied))
    assert give(homeward, str(file)).code == 4


def test_what_breaks_off_says_how_to_go_on_and_shows_what_was_answered(
    homeward: Run, api: Canned, listed: str
) -> None:
    api.say("POST", BATCH, 200, lines(*map(done, CASES[:20])))
    api.say("POST", BATCH, 502, "<html>")
    ran = give(homeward, listed, "-o", "jsonl")
    assert ran.code == 7
    assert [json.loads(line)["stream"] for line in ran.out.splitlines()] == CASES[:20]
    assert f"20 of 45 were answered. Go on with --id {GROUP}" in ran.err


def test_a_part_that_goes_away_half_way_stops_the_group_to_be_gone_on_with(
    homeward: Run, api: Canned, listed: str
) -> None:
    away = refused(CASES[1], "unavailable", 503)
    api.say("POST", BATCH, 200, lines(done(CASES[0]), away, *map(done, CASES[2:20])))
    ran = give(homeward, listed, "-o", "json")
    assert (ran.code, len(api.asked)) == (7, 1)
    assert [one["outcome"] for one in json.loads(ran.out)[:3]] == ["done", "unknown", "done"]
    assert f"Go on with --id {GROUP}" in ran.err


def test_a_group_refused_as_a_whole_is_refused_once(
    homeward: Run, api: Canned, listed: str
) -> None:
    api.say("POST", BATCH, 403, refused("")["refused"] | {"code": "forbidden", "status": 403})
    assert (give(homeward, listed).code, len(api.asked)) == (4, 1)


def test_the_list_is_read_from_standard_input(homeward: Run, api: Canned) -> None:
    api.say("POST", BATCH, 200, lines(done(CASES[0])))
    ran = homeward("command", "approve_waiver", "--on-file", "-", given=f"{CASES[0]}\n# end\n")
    assert (ran.code, api.asked[0]["body"]["streams"]) == (0, [CASES[0]])


def test_a_group_with_fields_of_their_own_keeps_its_ids_when_the_lines_move(
    homeward: Run, api: Canned
) -> None:
    path = "/api/v1/commands/open_case"
    for nth in range(6):
        body = {"stream": f"VIC-2026-00000{nth}", "version": 1, "events": [], "result": {}}
        api.say("POST", path, 200, body)
    one, other = '{"province": "KH-1"}', '{"province": "KH-18"}'
    common = ("command", "open_case", "--each", "-", "--set", "mode=mass_release", "--id", GROUP)
    assert homeward(*common, given=f"{one}\n{other}\n\n{one}\n").code == 0
    assert homeward(*common, given=f"{other}\n{one}\n{one}\n").code == 0
    sent = [(asked["body"]["fields"], asked["body"]["command_id"]) for asked in api.asked]
    assert sent[0][0] == {"mode": "mass_release", "province": "KH-1"}
    assert sorted(map(str, sent[:3])) == sorted(map(str, sent[3:]))
    assert len({command_id for _, command_id in sent}) == 3


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        (("--on-file", "-"), "# nobody\n\n", 6),
        (("--each", "-"), "", 6),
        (("--each", "-"), '{"a": 1}\n{"a":', 6),
        (("--each", "-"), "[1]", 6),
        (("--on-file", "/nowhere"), "", 2),
        (("--on-file", "-", "--on", CASES[0]), CASES[0], 2),
        (("--on-file", "-", "--each", "-"), CASES[0], 2),
        (("--on-file", "-", "--expect", "3"), CASES[0], 2),
        (("--on-file", "-", "--id", "1"), CASES[0], 2),
    ],
)
def test_a_list_that_cannot_be_read_sends_nothing(
    homeward: Run, api: Canned, arguments: tuple[str, ...], given: str, code: int
) -> None:
    ran = homeward("command", "approve_waiver", *arguments, given=given)
    assert (ran.code, ran.out, api.asked) == (code, "", [])
    assert ran.err
