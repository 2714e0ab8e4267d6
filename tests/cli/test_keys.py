"""`homeward keys` on a database and a key file of its own."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from homeward.cli.keys import keys as keys_app
from homeward.eventstore.pool import connect
from homeward.sealing.keyring import Keyring, Secrets
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.services.file import FileKeyService

RUNNER = CliRunner()


@pytest.fixture
async def sealed(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:  # fmt: skip
    """Three keys of two people."""
    key = tmp_path / "dev.key"
    key.write_text("ab" * 32)
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEWARD_KEY_FILE", str(key))
    read_settings_again()
    pool = await connect(database_url)
    service = FileKeyService.read(key)
    keyring = Keyring(PostgresKeyStore(pool), service, await Secrets.of(service))
    await keyring.closing({("VIC-2026-000001", "identity"), ("VIC-2026-000001", "health")})
    await keyring.closing({("VIC-2026-000002", "identity")})
    await pool.close()


async def keys(*arguments: str) -> tuple[int, str, str]:
    done = await asyncio.to_thread(RUNNER.invoke, keys_app, list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.usefixtures("sealed")
async def test_a_rotation_wraps_all_and_then_the_old_version_may_go() -> None:
    assert (await keys("retire", "1"))[0] == 5
    code, _, told = await keys("rotate")
    assert (code, "3 keys are wrapped by version 2" in told) == (0, True)
    assert (await keys("retire", "1"))[0] == 0
    code, out, _ = await keys("status", "-o", "json")
    assert code == 0
    assert [(row["version"], row["keys"], row["state"]) for row in json.loads(out)] == [
        (2, 3, "wraps now")
    ]


@pytest.mark.usefixtures("sealed")
async def test_keys_are_listed_without_what_they_are() -> None:
    code, out, _ = await keys("list", "--subject", "VIC-2026-000001", "-o", "json")
    assert code == 0
    assert sorted(row["compartment"] for row in json.loads(out)) == ["health", "identity"]
    assert {"wrapped", "secret", "proof"}.isdisjoint(json.loads(out)[0])
