"""What every worker does beside its workflows, with the parts of a running worker."""

import secrets
from pathlib import Path

import pytest

from homeward.eventstore.note import COSIGNS, Key
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.services.witnesses import witnesses_of
from homeward.settings import SettingFault, Settings
from tests.eventstore.test_ledger import running, until
from tests.logins import login
from tests.record.keeping import lines, notes, write
from workers.__main__ import keep_record
from workers.sequencer import sequence_forever

VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


async def test_what_is_recorded_is_soon_in_the_ledger_signed_and_with_the_witness(
    database_url: str, tmp_path: Path
) -> None:
    pool = await connect(login(database_url, "worker"))
    store = PostgresEventStore(pool)
    file, key = tmp_path / "court.jsonl", tmp_path / "signing.key"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    config = Settings(signing_key_file=key, witnesses=f"file:{file}", installation="trial")
    await write(store, 3)
    async with running(sequence_forever(pool), *await keep_record(config, pool, store)):
        await until(pool, "select exists (select from es.witness where size = 6)")
    assert lines(file) == await notes(pool)
    assert lines(file)[0].startswith("homeward/trial\n")
    await pool.close()


def test_witnesses_are_named_by_file_or_by_address_and_key() -> None:
    assert witnesses_of("") == []
    file, other = witnesses_of(f"file:/srv/w/court.jsonl https://w.example/record#{_court()}")
    assert (file.name, file.key) == ("court", None)
    assert (other.name, other.key) == ("PeterNeumann", _court())


def _court() -> str:
    return str(Key("PeterNeumann", Key.read(VKEY).public, COSIGNS))


@pytest.mark.parametrize(
    "named",
    ["court.jsonl", "file:court.jsonl", "file://host/court.jsonl", "https://w.example",
     "https://w.example#nokey", f"https://w.example#{VKEY}", "ftp://w.example#x",
     "file:/a/court.jsonl file:/b/court.jsonl", "https://[#x"],
)  # fmt: skip
def test_a_witness_that_cannot_be_read_is_named_with_its_setting(named: str) -> None:
    with pytest.raises(SettingFault, match="HOMEWARD_WITNESSES"):
        witnesses_of(named)
