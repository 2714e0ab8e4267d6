"""Temporal's web interface made readable: for whom, and with what trace."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload, Payloads

from homeward.api.codec import CodecServer
from homeward.domain.actors import Actor
from homeward.readmodel.access_log import Read, reads
from homeward.sealing.memory import memory_secrets
from homeward.sealing.payloads import WorkflowKeys
from tests.engine import KEYS, Engine
from workers.assembly import host_clock

UI = "http://127.0.0.1:8233"


@pytest_asyncio.fixture
async def server(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    app = CodecServer(engine.edge, WorkflowKeys(KEYS), "default", UI).app()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8402") as client:
        yield client


def token(engine: Engine, name: str, role: str) -> str:
    return engine.edge.tokens.issue(Actor(name, frozenset({role})), host_clock())


def bearer(engine: Engine, name: str = "visal", role: str = "supervisor") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(engine, name, role)}", "Origin": UI}


async def summaries(engine: Engine, stream: str) -> list[Payload]:
    history = await engine.client.get_workflow_handle(stream).fetch_history()
    return [e.user_metadata.summary for e in history.events if e.HasField("user_metadata")]


def body(payloads: list[Payload]) -> Any:
    return MessageToDict(Payloads(payloads=payloads))


async def decodes(engine: Engine, stream: str) -> list[Read]:
    return [r for r in await reads(engine.edge.pool, stream=stream) if r.what == "decode"]


async def test_a_supervisor_reads_which_command_and_which_deadline_and_is_recorded(
    engine: Engine, server: httpx.AsyncClient
) -> None:
    await engine.work()
    request = await engine.register()
    closed = await summaries(engine, request)
    answered = await server.post("/decode", json=body(closed), headers=bearer(engine))
    assert answered.status_code == 200
    assert answered.headers["Access-Control-Allow-Origin"] == UI
    assert answered.headers["Access-Control-Allow-Credentials"] == "true"
    shown = Payloads()

    ParseDict(answered.json(), shown)
    said = {payload.data.decode() for payload in shown.payloads}
    assert said >= {f'"{request}"', '"register_request"', '"deadline triage"'}
    (line,) = await decodes(engine, request)
    assert (line.actor, line.sections) == ("visal", ("codec",))


@pytest.mark.parametrize(
    ("role", "status"), [("officer", 403), ("liaison", 403), ("administrator", 403), ("", 401)]
)
async def test_nobody_else_reads_and_nothing_is_recorded(
    engine: Engine, server: httpx.AsyncClient, role: str, status: int
) -> None:
    await engine.work()
    request = await engine.register()
    actor = Actor("vn", frozenset({role}), mission="VN")
    headers = {"Origin": UI}
    if role:
        issued = engine.edge.tokens.issue(actor, host_clock())
        headers["Authorization"] = f"Bearer {issued}"
    closed = body(await summaries(engine, request))
    answered = await server.post("/decode", json=closed, headers=headers)
    assert answered.status_code == status
    assert await decodes(engine, request) == []


async def test_what_the_reader_may_not_know_and_what_does_not_open_goes_back_as_it_came(
    engine: Engine, server: httpx.AsyncClient
) -> None:
    await engine.work()
    case = (await engine.rescue(await engine.underway())).result["case"]
    await engine.do("visal", "declare_interest", case, user="visal", ground="A cousin")
    of_the_case = await summaries(engine, case)
    keys = WorkflowKeys(memory_secrets(b"\x01" * 32))
    key, box = keys.close(b"x", "default", case)
    stranger = Payload(
        metadata={"encoding": b"binary/encrypted", "key": key.encode(), "workflow": case.encode()},
        data=box,
    )
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b"1")
    sent = body([*of_the_case, stranger, plain])
    answered = await server.post("/decode", json=sent, headers=bearer(engine))
    assert answered.json() == sent
    assert await decodes(engine, case) == []


async def test_pages_of_another_origin_or_host_are_refused(
    engine: Engine, server: httpx.AsyncClient
) -> None:
    elsewhere = bearer(engine) | {"Origin": "https://example.org"}
    answered = await server.post("/decode", json={"payloads": []}, headers=elsewhere)
    assert answered.status_code == 403
    assert "Access-Control-Allow-Origin" not in answered.headers
    rebound = bearer(engine) | {"Host": "codec.example.org"}
    assert (await server.post("/decode", json={}, headers=rebound)).status_code == 400
    asked = await server.request("OPTIONS", "/decode", headers={"Origin": UI})
    assert asked.headers["Access-Control-Allow-Origin"] == UI


async def test_signed_in_once_the_browser_needs_no_token(
    engine: Engine, server: httpx.AsyncClient
) -> None:
    refused = await server.post("/sign-in", data={"token": token(engine, "sok", "officer")})
    assert refused.status_code == 403
    await server.post("/sign-in", data={"token": token(engine, "aud", "auditor")})
    assert "Signed in as aud." in (await server.get("/")).text
    answered = await server.post("/decode", json={"payloads": []}, headers={"Origin": UI})
    assert answered.json() == {}


@pytest.mark.parametrize("sent", [{"payloads": 1}, {"payloads": ["x"]}, {"words": []}])
async def test_what_is_no_list_of_payloads_is_named(
    engine: Engine, server: httpx.AsyncClient, sent: Any
) -> None:
    answered = await server.post("/decode", json=sent, headers=bearer(engine))
    assert (answered.status_code, answered.json()["names"]) == (422, ["payloads"])
