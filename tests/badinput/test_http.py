"""The same over HTTP: a problem that names each fault, never a fault of our own, nothing appended."""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest

from homeward.api.app import create_app
from homeward.domain.actors import Actor
from homeward.edge.admission import Admission
from homeward.edge.reading import Reading
from homeward.edge.tokens import Tokens
from homeward.sealing.forms import clear_form
from tests.badinput.bad import Bad, breakings
from tests.badinput.test_fields import EVERY, may_be_left_out, told
from tests.badinput.tour import Moment, Tour
from tests.badinput.world import OFFERED, World, changed, plain, who

JSON = {"Content-Type": "application/json"}
HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: such a body is refused before it is looked into."""
SAMPLE = 23
"""Every n-th of the bad fields is sent over HTTP too."""


class NoReadLog:
    async def record(self, *_: Any) -> None:
        """Nobody reads here."""


class MemoryEdge(Admission, Reading):
    """The edge as the API has it, on the world's store."""

    def __init__(self, world: World) -> None:
        def clock() -> datetime:
            return world.clock

        Admission.__init__(self, world.store, world.keyring, world, clock)
        Reading.__init__(self, world.store, world.keyring, NoReadLog(), clock)
        self.tokens = Tokens(world.keyring.secrets.token)


class Caller:
    """Sends bytes as somebody, and knows whether anything was appended."""

    def __init__(self, world: World, client: httpx.AsyncClient, edge: MemoryEdge) -> None:
        self.world = world
        self.client = client
        self.edge = edge

    def post(self, actor: Actor, path: str, raw: bytes, **headers: str) -> httpx.Response:
        token = self.edge.tokens.issue(actor, self.world.clock)
        given = {**JSON, "Authorization": f"Bearer {token}", **headers}
        return self.world.run(self.client.post(path, content=raw, headers=given))

    def give(self, moment: Moment, raw: bytes, **headers: str) -> httpx.Response:
        self.world.back_to(moment.before)
        path = f"/api/v1/commands/{moment.command}"
        return self.post(who(moment.person), path, raw, **headers)


@pytest.fixture(scope="module")
def caller(world: World) -> Iterator[Caller]:
    edge = MemoryEdge(world)

    @asynccontextmanager
    async def factory() -> AsyncIterator[MemoryEdge]:
        yield edge

    app = create_app(factory, {})
    app.state.edge = edge
    lifespan = app.router.lifespan_context(app)
    world.run(lifespan.__aenter__())
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")
    yield Caller(world, client, edge)
    world.run(client.aclose())
    world.run(lifespan.__aexit__(None, None, None))


def body_of(moment: Moment, fields: Any) -> bytes:
    stream = {"stream": moment.stream} if moment.stream else {}
    return json.dumps({**stream, "fields": plain(fields)}).encode()


def is_a_problem(caller: Caller, moment: Moment, reply: httpx.Response) -> dict[str, Any]:
    """The document, once it is a refusal of the caller's doing that has appended nothing."""
    before = len(moment.before.order)
    assert 400 <= reply.status_code < 500, (reply.status_code, reply.text[:300])
    assert reply.headers["content-type"] == "application/problem+json"
    assert changed(caller.world.store)[0] == before
    problem: dict[str, Any] = reply.json()
    return problem


def names_it(problem: dict[str, Any], bad: Bad) -> bool:
    return any(
        error["field"] == told(bad.path) or error["field"].startswith(told(bad.path) + ".")
        for error in problem["errors"]
    )


@pytest.mark.parametrize("form", EVERY)
def test_a_sample_of_bad_fields_is_a_problem_that_names_them(
    caller: Caller, tour: Tour, form: str
) -> None:
    moment = tour.moments[form]
    model = clear_form_of(moment)
    must = [bad for bad in breakings(moment.fields, model) if bad.must]
    wrong: list[Any] = []
    for bad in must[:: max(1, min(SAMPLE, len(must) // 4))]:
        reply = caller.give(moment, body_of(moment, bad.fields), **{"Accept-Language": "km"})
        problem = is_a_problem(caller, moment, reply)
        body_itself = [error["field"] for error in problem.get("errors", ())] == ["body"]
        if moment.command in ("correct_record", "record_service_answer"):
            continue
        if not body_itself and not names_it(problem, bad):
            wrong.append((told(bad.path), bad.what, problem))
        for error in problem["errors"]:
            unread = body_itself or HALF.search(json.dumps(bad.fields, ensure_ascii=False))
            pointer = "" if unread else "/fields/" + error["field"].replace(".", "/")
            if error["pointer"] != pointer:
                wrong.append((error["field"], error["pointer"], pointer))
            if not any("\u1780" <= letter <= "\u17ff" for letter in error["message"]):
                wrong.append((error["field"], "is not told in Khmer", error["message"]))
    assert wrong == []


def clear_form_of(moment: Moment) -> Callable[[Any], bool]:
    model = clear_form(OFFERED[moment.command])
    return lambda path: may_be_left_out(model, path)


@pytest.mark.parametrize("form", EVERY)
def test_what_is_good_is_answered_with_its_events(caller: Caller, tour: Tour, form: str) -> None:
    moment = tour.moments[form]
    reply = caller.give(moment, body_of(moment, moment.fields))
    assert reply.status_code == 200, reply.text
    assert reply.json()["events"]


def test_a_body_cut_off_anywhere_is_refused(caller: Caller, tour: Tour) -> None:
    moment = tour.moments["propose_waiver"]
    whole = body_of(moment, moment.fields)
    for end in range(len(whole)):
        problem = is_a_problem(caller, moment, caller.give(moment, whole[:end]))
        assert (problem["code"], problem["names"]) == ("invalid", ["body"]), end


FIELDS = b'{"stream": "%s", "fields": %s}'


@pytest.mark.parametrize(
    "fields",
    [
        b'{"percent": NaN, "ground": "other", "reasons": "x"}',
        b'{"percent": 1e400, "ground": "other", "reasons": "x"}',
        b'{"percent": %s, "ground": "other", "reasons": "x"}' % (b"9" * 5000),
        b'{"percent": 9007199254740993, "ground": "other", "reasons": "x"}',
        b'{"percent": -0, "ground": "other", "reasons": "x"}',
        b'{"percent": 100.0, "ground": "other", "reasons": "x"}',
        b'{"percent": 1, "percent": 2, "ground": "other", "reasons": "x"}',
        b'{"percent": 100, "ground": "other", "reasons": "a\\u0000b"}',
        b'{"percent": 100, "ground": "other", "reasons": "a\\ud800b"}',
        b'{"percent": 100, "ground": "other", "reasons": "x", "\\ud800": 1}',
        b'{"percent": 100, "ground": "other", "reasons": "x", "\\ud800": 1, "\\ud800": 2}',
        b'{"percent": 100, "ground": "other", "reasons": "x", "\\u0000": 1}',
        b'{"percent": 100, "ground": "other", "reasons": "x", "role": "supervisor"}',
        b'{"percent": 100, "ground": "other", "reasons": "x", "approved_by": "maly"}',
        b'{"percent": 100, "ground": "other", "reasons": %s"x"%s}' % (b"[" * 31, b"]" * 31),
        b'{"percent": 100, "ground": "other", "reasons": %s"x"%s}' % (b"[" * 9999, b"]" * 9999),
        b'{"percent": 100, "ground": "other", "reasons": {"a":%s1%s}}' % (
            b'{"a":' * 100, b"}" * 100),
        b"[]", b"null", b'"x"', b"5",
    ],
)  # fmt: skip
def test_json_that_python_would_let_through_is_refused(
    caller: Caller, tour: Tour, fields: bytes
) -> None:
    moment = tour.moments["propose_waiver"]
    raw = FIELDS % (str(moment.stream).encode(), fields)
    problem = is_a_problem(caller, moment, caller.give(moment, raw))
    assert problem["code"] == "invalid"
    assert problem["errors"]
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize(
    "raw",
    [
        b'"' + b'\\"' * 400_000, b'{"a": "' + b"\\\\" * 400_000, b"[" * 1_000_000,
        b'{"fields": ' * 90_000, b'{"a":"' * 150_000, b" " * 1_000_000, b"\\" * 1_000_000,
        b'"' * 1_000_001, b"\xef\xbb\xbf", b"\xff\xfe{\x00}\x00", b"-" * 900_000, b"9" * 900_000,
    ],
    ids=range(12),
)  # fmt: skip
@pytest.mark.timeout(10)
def test_a_mebibyte_of_anything_is_refused_in_a_moment(
    caller: Caller, tour: Tour, raw: bytes
) -> None:
    moment = tour.moments["propose_waiver"]
    problem = is_a_problem(caller, moment, caller.give(moment, raw))
    assert (problem["code"], problem["names"]) == ("invalid", ["body"])


def test_20_megabytes_are_too_large(caller: Caller, tour: Tour) -> None:
    moment = tour.moments["add_note"]
    raw = body_of(moment, {**moment.fields, "text": "x" * 20 * 1024 * 1024})
    problem = is_a_problem(caller, moment, caller.give(moment, raw))
    assert (problem["status"], problem["code"]) == (413, "too_large")


def test_a_command_that_is_none_is_refused(caller: Caller, tour: Tour) -> None:
    moment = tour.moments["add_note"]
    for name in ("approve", "pass_deadline", "answer_call", "../token", "add_note\u200b", "%00"):
        caller.world.back_to(moment.before)
        reply = caller.post(who("sok"), f"/api/v1/commands/{name}", body_of(moment, moment.fields))
        assert is_a_problem(caller, moment, reply)["code"] in ("invalid", "forbidden", "not_found")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"streams": []}, {"streams": "all"}, {"streams": [5]}, {"streams": [None, {}]},
        {"streams": ["\u0000"], "role": "x"}, {"streams": {"a": 1}}, {"streams": ["x"] * 1001},
        {"streams": ["x"], "command_id": 5},
    ],
)  # fmt: skip
def test_a_batch_that_is_none_is_refused_whole(caller: Caller, tour: Tour, body: Any) -> None:
    moment = tour.moments["endorse_waiver"]
    caller.world.back_to(moment.before)
    raw = json.dumps(body).encode()
    reply = caller.post(who("enda"), "/api/v1/batches/endorse_waiver", raw)
    assert is_a_problem(caller, moment, reply)["code"] == "invalid"


def test_in_a_batch_each_stream_is_answered_for_itself(caller: Caller, tour: Tour) -> None:
    moment = tour.moments["endorse_waiver"]
    caller.world.back_to(moment.before)
    streams = [moment.stream, "VIC-2022-\u0000", "", "x" * 5000, "OPS-2022-000000"]
    raw = json.dumps({"streams": streams, "fields": {}}).encode()
    reply = caller.post(who("enda"), "/api/v1/batches/endorse_waiver", raw)
    assert reply.status_code == 200, reply.text
    lines = reply.json()["lines"]
    assert [line["ok"] for line in lines] == [True, False, False, False, False]
    assert {line["refused"]["code"] for line in lines[1:]} == {"not_found"}
