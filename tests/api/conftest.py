"""The API in this process, on an edge that answers as a test tells it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio

from homeward.api.app import create_app
from homeward.api.readiness import Probe
from homeward.domain.actors import person
from tests.api.fake import NOW, FakeEdge


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge()


@pytest.fixture
def away() -> set[str]:
    """Parts that do not answer when `/ready` asks."""
    return set()


@pytest_asyncio.fixture
async def anyone(edge: FakeEdge, away: set[str]) -> AsyncIterator[httpx.AsyncClient]:
    """A client that says nothing of who it is."""

    @asynccontextmanager
    async def factory() -> AsyncIterator[FakeEdge]:
        yield edge

    def probe(name: str) -> Probe:
        async def ask(_: Any) -> None:
            if name in away:
                raise ConnectionRefusedError

        return ask

    app = create_app(factory, {name: probe(name) for name in ("postgresql", "temporal")})
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            yield client


@pytest.fixture
def officer(anyone: httpx.AsyncClient, edge: FakeEdge) -> httpx.AsyncClient:
    """A client with the token of the officer `sok`."""
    token = edge.tokens.issue(person("sok", ["officer"]), NOW)
    anyone.headers["Authorization"] = f"Bearer {token}"
    return anyone
