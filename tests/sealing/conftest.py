import pytest

from homeward.eventstore.pool import Pool
from homeward.sealing.keyring import Keyring
from homeward.sealing.keystore import PostgresKeyStore
from tests.sealing.service import Service, keyring_on


@pytest.fixture
def store(pool: Pool) -> PostgresKeyStore:
    return PostgresKeyStore(pool)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def keyring(store: PostgresKeyStore, service: Service) -> Keyring:
    return keyring_on(store, service)


@pytest.fixture
def other_process(store: PostgresKeyStore, service: Service) -> Keyring:
    """The same database and key service, and caches of its own."""
    return keyring_on(store, service)
