"""Data on standard output, words on standard error, and an exit code that says which it was."""

import json
from typing import Any

import pytest

from tests.cli.canned import Canned
from tests.cli.run import Run

CASE = "VIC-2026-482911"
GIVE = "/api/v1/commands/propose_waiver"
DONE = {
    "stream": CASE,
    "version": 7,
    "events": [{"id": "1", "type": "WaiverProposed", "stream": CASE, "at": "2026-11-22T09:00:00Z"}],
    "result": {"stream": CASE},
}
STEP = {
    "number": 3, "id": "1", "type": "WaiverProposed", "at": "2022-08-05T10:00:00+07:00",
    "recorded_at": "2022-08-05T10:00:00+07:00", "by": "sok", "roles": ["officer"],
    "command": "propose_waiver", "why": "Held against her will",
    "fields": {"percent": 100, "reasons": "Held against her will"},
}  # fmt: skip


def refusal(code: str, status: int, *names: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "status": status, "title": "T", "detail": "D", "names": names, **more}


@pytest.mark.parametrize(
    ("code", "status", "exit_code"),
    [
        ("not_found", 404, 3),
        ("forbidden", 403, 4), ("unauthenticated", 401, 4),
        ("separation_of_duties", 403, 4), ("conflict_of_interest", 403, 4),
        ("stale", 409, 5), ("wrong_state", 409, 5), ("duplicate_key", 409, 5),
        ("consent_missing", 409, 5), ("protection_bar", 409, 5), ("hold", 409, 5),
        ("guard_failed", 409, 5), ("interpreter_conflict", 409, 5), ("guardian_missing", 409, 5),
        ("invalid", 422, 6), ("too_large", 413, 6), ("invalid", 415, 6),
        ("unavailable", 503, 7), ("too_many", 429, 7),
        ("something_newer", 409, 5), ("something_newer", 418, 1),
    ],
)  # fmt: skip
def test_each_refusal_has_its_exit_code_and_leaves_standard_output_empty(
    homeward: Run, api: Canned, code: str, status: int, exit_code: int
) -> None:
    api.say("POST", GIVE, status, refusal(code, status, "wish", "fine"))
    ran = homeward("command", "propose_waiver", "--on", CASE)
    assert (ran.code, ran.out) == (exit_code, "")
    assert code in ran.err
    assert "wish" in ran.err
    assert "fine" in ran.err


def test_every_field_at_fault_is_told_with_what_is_wrong(homeward: Run, api: Canned) -> None:
    errors = [
        {"pointer": "/fields/percent", "field": "percent", "message": "is not a whole number"},
        {"pointer": "/fields/ground", "field": "ground", "message": "is required"},
    ]
    api.say("POST", GIVE, 422, refusal("invalid", 422, "percent", "ground", errors=errors))
    ran = homeward("command", "propose_waiver", "--on", CASE, "-o", "json")
    assert "percent: is not a whole number" in ran.err
    assert "ground: is required" in ran.err


def test_the_part_that_is_away_is_named_with_what_to_do(homeward: Run, api: Canned) -> None:
    told = refusal("unavailable", 503, "postgresql", command_id="018f5b9e")
    api.say("POST", GIVE, 503, told)
    ran = homeward("command", "propose_waiver", "--on", CASE)
    assert ran.code == 7
    for word in ("postgresql", "homeward doctor", "homeward up", "--id 018f5b9e"):
        assert word in ran.err


def test_an_api_that_does_not_answer_is_away(alone: Run) -> None:
    ran = alone("case", "show", CASE)
    assert (ran.code, ran.out) == (7, "")
    for word in ("http://127.0.0.1:9", "homeward doctor", "homeward up"):
        assert word in ran.err


def test_a_command_whose_answer_was_lost_can_be_sent_again(homeward: Run, api: Canned) -> None:
    api.broken = True
    ran = homeward("command", "propose_waiver", "--on", CASE)
    assert ran.code == 7
    assert f"--id {api.asked[0]['body']['command_id']}" in ran.err


def test_what_answers_but_is_no_api_is_told_as_such(homeward: Run, api: Canned) -> None:
    api.say("GET", f"/api/v1/cases/{CASE}", 200, "<html>a proxy</html>")
    ran = homeward("case", "show", CASE)
    assert (ran.code, ran.out) == (1, "")
    assert "Something else answers" in ran.err


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_answer_is_one_json_document(homeward: Run, api: Canned, form: str) -> None:
    api.say("POST", GIVE, 200, DONE)
    ran = homeward("command", "propose_waiver", "--on", CASE, "-o", form)
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == DONE


def test_an_answer_is_a_table_for_people(homeward: Run, api: Canned) -> None:
    api.say("POST", GIVE, 200, DONE)
    ran = homeward("command", "propose_waiver", "--on", CASE)
    assert f"WaiverProposed ({CASE})" in ran.out
    assert "\x1b" not in ran.out


def test_an_accepted_command_is_waited_for_and_its_answer_told(homeward: Run, api: Canned) -> None:
    command_id = "018f5b9e-7f3a-7c4e-9d2b-3f6a1c2d4e5f"
    api.say("POST", GIVE, 202, {"command_id": command_id, "state": "accepted"})
    status = {"command_id": command_id, "state": "done", "answer": DONE}
    api.say("GET", f"/api/v1/commands/{command_id}", 200, status)
    ran = homeward("command", "propose_waiver", "--on", CASE, "--id", command_id, "-o", "json")
    assert (ran.code, json.loads(ran.out)) == (0, DONE)
    assert "Accepted" in ran.err


def test_a_timeline_tells_who_when_and_why(homeward: Run, api: Canned) -> None:
    path = f"/api/v1/cases/{CASE}/events"
    later = {**STEP, "number": 4, "type": "WaiverEndorsed", "by": "enda", "why": None}
    api.say("GET", path, 200, {"events": [STEP], "next": 3})
    api.say("GET", path, 200, {"events": [later], "next": None})
    ran = homeward("case", "timeline", CASE)
    line = next(line for line in ran.out.splitlines() if "WaiverProposed" in line)
    for word in ("2022-08-05 10:00", "sok", "officer", "Held against her will"):
        assert word in line
    assert "WaiverEndorsed" in ran.out
    assert [one["query"] for one in api.asked] == ["limit=200", "after=3&limit=200"]


def test_a_step_of_a_later_release_is_a_line_like_any_other(homeward: Run, api: Canned) -> None:
    unknown = {**STEP, "type": "UnknownFact", "command": "", "fields": {}, "why": None}
    named = {**STEP, "type": "ExaminedAgain", "fields": {"finding": {"grade": 3}}, "why": None}
    api.say("GET", f"/api/v1/cases/{CASE}/events", 200, {"events": [unknown, named], "next": None})
    ran = homeward("case", "timeline", CASE)
    assert "UnknownFact" in ran.out
    assert "ExaminedAgain" in ran.out
    assert "grade=3" in ran.out


def test_a_timeline_in_json_has_all_there_is(homeward: Run, api: Canned) -> None:
    api.say("GET", f"/api/v1/cases/{CASE}/events", 200, {"events": [STEP, STEP], "next": None})
    assert json.loads(homeward("case", "timeline", CASE, "-o", "json").out) == [STEP, STEP]
    lines = homeward("case", "timeline", CASE, "-o", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == [STEP, STEP]


def test_a_timeline_is_followed_until_it_is_left(
    homeward: Run, api: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/v1/cases/{CASE}/events"
    api.say("GET", path, 200, {"events": [STEP], "next": None})
    api.say("GET", path, 200, {"events": [], "next": None})
    later = {**STEP, "number": 4, "type": "WaiverEndorsed"}
    api.say("GET", path, 200, {"events": [later], "next": None})
    looks = iter([None, None])

    def look_again(_: float) -> None:
        try:
            next(looks)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("time.sleep", look_again)
    ran = homeward("case", "timeline", CASE, "--follow", "-o", "jsonl")
    types = [json.loads(line)["type"] for line in ran.out.splitlines()]
    assert types == ["WaiverProposed", "WaiverEndorsed"]
    assert [one["query"] for one in api.asked] == ["limit=200", "after=3", "after=3"]


def test_a_worklist_is_read_to_its_end_or_to_the_limit(homeward: Run, api: Canned) -> None:
    path = "/api/v1/worklists/my_day"
    rows = [{"stream": f"VIC-2026-00000{n}", "kind": "interview"} for n in range(3)]
    api.say("GET", path, 200, {"rows": rows[:2], "next": "more"})
    api.say("GET", path, 200, {"rows": rows[2:], "next": None})
    assert json.loads(homeward("worklist", "my_day", "-o", "json").out) == rows
    homeward("worklist", "my_day", "--limit", "1")
    assert api.asked[-1]["query"] == "limit=1"


def test_an_empty_list_says_so_beside_the_data(homeward: Run, api: Canned) -> None:
    api.say("GET", "/api/v1/handoffs", 200, {"rows": []})
    assert homeward("handoff", "list", "-o", "json").out == "[]\n"
    ran = homeward("handoff", "list")
    assert (ran.code, ran.out) == (0, "")
    assert "Nothing is asked" in ran.err


def test_cases_are_listed_from_a_worklist_without_other_streams(homeward: Run, api: Canned) -> None:
    rows = [{"stream": CASE, "kind": "interview"}, {"stream": "REQ-2026-100001", "kind": "examine"}]
    api.say("GET", "/api/v1/worklists/my_day", 200, {"rows": rows, "next": None})
    assert json.loads(homeward("case", "list", "-o", "json").out) == rows[:1]


def test_words_in_brackets_are_shown_and_not_read_as_colours(homeward: Run, api: Canned) -> None:
    told = {"id": CASE, "state": "[bold]RESCUED[/bold]", "tracks": {"care": "NONE"}, "holds": []}
    api.say("GET", f"/api/v1/cases/{CASE}", 200, told)
    out = homeward("case", "show", CASE).out
    assert "[bold]RESCUED[/bold]" in out
    assert "care: NONE" in out


def test_an_id_cannot_lead_to_another_address(homeward: Run, api: Canned) -> None:
    assert homeward("case", "show", "../worklists/late").code == 3
    assert api.asked[0]["path"] == "/api/v1/cases/..%2Fworklists%2Flate"
