"""Over a real socket: a caller who sends too much still reads why it was refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest_asyncio
import uvicorn

from homeward.api.app import create_app
from homeward.domain.actors import person
from tests.api.fake import NOW, FakeEdge
from tests.api.problem import GIVE, problem

MEGABYTE = b" " * 1024 * 1024


@pytest_asyncio.fixture
async def wire(edge: FakeEdge) -> AsyncIterator[httpx.AsyncClient]:
    @asynccontextmanager
    async def factory() -> AsyncIterator[FakeEdge]:
        yield edge

    config = uvicorn.Config(create_app(factory, {}), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {
        "Authorization": f"Bearer {edge.tokens.issue(person('sok', ['officer']), NOW)}",
        "Content-Type": "application/json",
    }
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        yield client
    server.should_exit = True
    await serving


async def test_20_mb_announced_or_not_are_answered_and_the_next_request_too(
    wire: httpx.AsyncClient, edge: FakeEdge
) -> None:
    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield MEGABYTE

    for body in (MEGABYTE * 20, unannounced()):
        problem(await wire.post(GIVE, content=body), 413, "too_large")
        assert edge.asked == []
    assert (await wire.post(GIVE, json={})).status_code == 200


async def test_without_a_token_a_large_body_is_not_even_looked_at(wire: httpx.AsyncClient) -> None:
    reply = await wire.post(GIVE, content=MEGABYTE * 20, headers={"Authorization": "Bearer no"})
    problem(reply, 401, "unauthenticated")


async def test_many_callers_at_once_are_each_answered(wire: httpx.AsyncClient) -> None:
    replies = await asyncio.gather(*(wire.post(GIVE, json={}) for _ in range(80)))
    assert {reply.status_code for reply in replies} == {200}
