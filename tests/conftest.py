"""Real servers for the whole session: one PostgreSQL, one Temporal, found or started on demand.

`HOMEWARD_DATABASE_URL` and `HOMEWARD_TEMPORAL_ADDRESS` name servers to be used instead; in the
former every test still gets a database of its own.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import hypothesis as _imported_before_any_greenlet_runs  # noqa: F401 - CPython 3.11 parser
import pytest
import pytest_asyncio

from homeward.dev import databases
from homeward.dev import postgres as postgres_server
from homeward.dev import temporal as temporal_server
from homeward.dev.say import silent
from homeward.dev.supervisor import Supervisor
from homeward.dev.throwaway import postgres_url, supervised, throwaway_home
from homeward.eventstore.migrate import migrate
from homeward.eventstore.pool import Pool, connect
from homeward.settings import settings

FreshDatabase = Callable[[], Awaitable[str]]

CONTINUE_AS_NEW_AFTER = os.environ.get("HOMEWARD_TEST_CONTINUE_AS_NEW_AFTER", "60")
"""Events after which the server suggests a new run, so that every suite rolls workflows over."""


@pytest.fixture(scope="session")
def servers() -> Iterator[Supervisor]:
    """What the session started itself; ended with it."""
    with throwaway_home() as home, supervised(home, silent) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def postgres(servers: Supervisor) -> str:
    """The URL of the server's own database `postgres`; make others beside it."""
    url = postgres_url(servers, postgres_server.choose(servers.home), silent)
    return databases.with_database(url, "postgres")


@pytest.fixture(scope="session")
def migrated_template(postgres: str) -> Iterator[str]:
    """A database migrated once; the others are copies of it."""
    name = f"template_{secrets.token_hex(4)}"
    url = databases.with_database(postgres, name)
    asyncio.run(databases.create(url))
    asyncio.run(migrate(url))
    yield name
    asyncio.run(databases.drop(url))


@pytest_asyncio.fixture
async def fresh_database(postgres: str, migrated_template: str) -> AsyncIterator[FreshDatabase]:
    """`await fresh_database()` makes a migrated, empty database of the test's own."""
    made: list[str] = []

    async def make() -> str:
        url = databases.with_database(postgres, f"test_{secrets.token_hex(6)}")
        await databases.create(url, template=migrated_template)
        made.append(url)
        return url

    yield make
    for url in made:
        await databases.drop(url)


@pytest_asyncio.fixture
async def database_url(fresh_database: FreshDatabase) -> str:
    return await fresh_database()


@pytest_asyncio.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    """Connections to the test's own database."""
    made = await connect(database_url, min_size=1, max_size=10)
    yield made
    made.terminate()


@pytest.fixture(scope="session")
def temporal_address(servers: Supervisor) -> str:
    """A development server in memory that suggests continue-as-new early."""
    choice = temporal_server.resolve(tell=silent)
    if choice.address:
        return choice.address
    port = servers.home.port("temporal")
    suggestion = f"limit.historyCount.suggestContinueAsNew={CONTINUE_AS_NEW_AFTER}"
    servers.launch(
        temporal_server.child(
            choice,
            servers.home,
            port=port,
            http_port=servers.home.port("temporal-http"),
            in_memory=True,
            settings_of_server=(suggestion,),
        )
    )
    servers.await_ready("temporal")
    return f"127.0.0.1:{port}"


@pytest.fixture
def read_settings_again() -> Iterator[Callable[[], None]]:
    """For tests that change HOMEWARD_*: call it after the change; undone at the end."""
    yield settings.cache_clear
    settings.cache_clear()
