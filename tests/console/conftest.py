"""The demonstration's last day, on the real edge in memory, and browsers without scripts."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from homeward.console.app import install
from tests.console.memory_edge import MemoryEdge, told_docket

BASE = "http://console.test"


class Browser:
    """Somebody at the console: follows redirects, keeps cookies, fills in forms."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return await self.client.get(path, **kwargs)

    async def sign_in(self, user: str) -> httpx.Response:
        page = await self.get("/sign-in")
        return await self.client.post(
            "/sign-in", data={"csrf": hidden(page, "csrf"), "person": user}
        )

    async def send(self, path: str, **fields: Any) -> httpx.Response:
        """The form at `path` with what it already holds, and `fields` typed (dots as `__`)."""
        page = await self.get(path)
        assert page.status_code == 200, page.text
        return await self.client.post(path, data=filled(page, **fields))


def hidden(page: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no {name} in {page.url}"
    return found[1]


def filled(page: httpx.Response, **fields: Any) -> dict[str, Any]:
    kept = {name: hidden(page, name) for name in ("csrf", "command_id", "version")}
    return {**kept, **{name.replace("__", "."): value for name, value in fields.items()}}


@pytest.fixture(scope="session")
async def told() -> tuple[MemoryEdge, Any]:
    return await told_docket()


@pytest.fixture
def edge(told: tuple[MemoryEdge, Any]) -> Iterator[MemoryEdge]:
    found = told[0]
    found.bodies.clear()
    yield found
    found.instead = None
    found.record = {"fault": None, "witnesses": []}


@pytest.fixture
def app(edge: MemoryEdge) -> FastAPI:
    made = FastAPI()
    install(made, edge)  # type: ignore[arg-type] # what the console asks of an edge, it has
    return made


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Browser]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(
        transport=transport, base_url=BASE, follow_redirects=True
    ) as client:
        yield Browser(client)


@pytest.fixture
def case_in(edge: MemoryEdge) -> Any:
    """The id of a stream in this state."""

    def find(state: str) -> str:
        return next(s.id for s in edge.engine.store.states.values() if s.state == state)

    return find
