"""Which key service the configuration names, and the keyring that is built on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeward.eventstore.pool import Pool, connect
from homeward.ports_keys import KeyService, KeysMissing, Standing
from homeward.sealing.keyring import Keyring, Secrets
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.services.file import FileKeyService
from homeward.sealing.services.pkcs11 import Pkcs11KeyService
from homeward.sealing.services.transit import TransitKeyService
from homeward.settings import Settings


def file_service(config: Settings) -> FileKeyService:
    """Development's. Raises KeysMissing, which says what to do."""
    if config.environment == "production":
        raise KeysMissing("production takes no key file: set HOMEWARD_KEYS to a key service")
    path = config.key_file or (config.home / "keys" / "dev.key" if config.home else None)
    if path is None or not path.is_file():
        raise KeysMissing(
            "there is no key file: set HOMEWARD_KEY_FILE, or let `homeward up` make one"
        )
    return FileKeyService.read(path)


def key_service(config: Settings) -> KeyService:
    """The one that HOMEWARD_KEYS names. Raises KeysMissing."""
    match config.keys:
        case "pkcs11":
            pin = config.pkcs11_pin.get_secret_value()
            if config.pkcs11_module is None or not pin:
                raise KeysMissing("not set: HOMEWARD_PKCS11_MODULE or HOMEWARD_PKCS11_PIN")
            return Pkcs11KeyService(str(config.pkcs11_module), config.pkcs11_token, pin)
        case "transit":
            token = config.transit_token.get_secret_value()
            if not config.transit_url or not token:
                raise KeysMissing("not set: HOMEWARD_TRANSIT_URL or HOMEWARD_TRANSIT_TOKEN")
            return TransitKeyService(
                config.transit_url, token, config.transit_key, config.transit_mount,
                config.transit_kv,
            )  # fmt: skip
    return file_service(config)


async def secrets_of(config: Settings) -> Secrets:
    """For who needs nothing else of the key service. Raises KeysMissing and KeysAway."""
    service = key_service(config)
    try:
        return await Secrets.of(service)
    finally:
        await service.close()


async def standing_of(config: Settings) -> Standing:
    """How the configured service stands. Raises KeysMissing and KeysAway."""
    service = key_service(config)
    try:
        return await service.standing()
    finally:
        await service.close()


@asynccontextmanager
async def open_keystore(config: Settings, main: Pool) -> AsyncIterator[PostgresKeyStore]:
    """In the main database, or in that of HOMEWARD_KEYS_DATABASE_URL."""
    apart = config.keys_database_url
    store = PostgresKeyStore(main, await connect(apart, max_size=8) if apart else None)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_keyring(config: Settings, main: Pool) -> AsyncIterator[Keyring]:
    service = key_service(config)
    try:
        async with open_keystore(config, main) as store:
            yield Keyring(store, service, await Secrets.of(service))
    finally:
        await service.close()
