import pytest

from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.sealing.signing import FileSigner


@pytest.fixture
def store(pool: Pool) -> PostgresEventStore:
    return PostgresEventStore(pool)


@pytest.fixture
def signer() -> FileSigner:
    return FileSigner(bytes(range(32)))
