import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory

from homeward.dev import doctor, postgres, temporal
from homeward.dev.databases import newest_migration
from homeward.dev.doctor import Check
from homeward.dev.faults import ServiceAway
from homeward.dev.home import Home, checkout
from homeward.eventstore.roles import becoming
from homeward.settings import settings


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOMEWARD_DATABASE_URL", "HOMEWARD_TEMPORAL_ADDRESS", "HOMEWARD_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def test_what_is_not_running_is_shown_as_it_would_be_chosen(home: Home) -> None:
    checks = doctor.examine(home)
    assert named(checks, "Stack").mend == "Start it: homeward up"
    assert "HOMEWARD_DATABASE_URL is not set" in named(checks, "PostgreSQL").found
    assert named(checks, "Temporal").state == "ok"
    assert named(checks, "Key").mend == "homeward up makes it"
    assert not home.key_file.exists()


def test_a_service_that_is_nowhere_is_exit_code_7_with_what_to_install(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere() -> temporal.Choice:
        raise ServiceAway("No Temporal was found here.", temporal.INSTALL)

    monkeypatch.setattr(temporal, "would_choose", nowhere)
    checks = doctor.examine(home)
    assert named(checks, "Temporal").state == "away"
    assert "`temporal` on PATH" in named(checks, "Temporal").mend
    assert doctor.exit_code(checks) == 7


def test_a_named_database_that_does_not_answer_is_away(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/homeward")
    settings.cache_clear()
    checks = doctor.examine(home)
    assert named(checks, "Database").state == "away"
    assert "HOMEWARD_DATABASE_URL" in named(checks, "Database").mend
    assert "secret" not in doctor.render(checks, "json")
    settings.cache_clear()


def test_a_key_that_others_can_read_is_a_fault_with_its_mend(home: Home) -> None:
    home.key().chmod(0o644)
    check = doctor.key(home)
    assert check.state == "fault"
    assert check.mend == f"chmod 600 {home.key_file}"
    assert doctor.exit_code([check]) == 8


def test_a_key_file_in_production_is_a_fault(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEWARD_ENVIRONMENT", "production")
    monkeypatch.setenv("HOMEWARD_KEY_FILE", str(home.key()))
    settings.cache_clear()
    assert doctor.key(home).mend.startswith("Set HOMEWARD_KEYS to pkcs11 or transit")
    monkeypatch.undo()
    settings.cache_clear()


async def test_an_empty_database_is_to_be_migrated(postgres: str) -> None:
    checks = await doctor._database(postgres)
    assert named(checks, "Schema").mend == "homeward migrate"
    assert named(checks, "fsync").state == "ok"
    assert named(checks, "Database version").state == "ok"


async def test_a_migrated_database_is_well(database_url: str) -> None:
    checks = await doctor._database(database_url)
    assert {c.name: c.state for c in checks} == {
        "Database version": "ok",
        "fsync": "ok",
        "synchronous_commit": "ok",
        "Schema": "ok",
        "Clock": "ok",
        "Database role": "ok",
        "Rights": "ok",
        "Record": "ok",
        "Witnesses": "note",
    }


async def test_the_role_it_is_connected_as_is_told_and_an_administrator_is_a_fault_in_production(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = named(await doctor._database(becoming(database_url, "app")), "Database role")
    assert (own.state, own.found) == ("ok", "homeward_app")
    monkeypatch.setenv("HOMEWARD_ENVIRONMENT", "production")
    settings.cache_clear()
    for url, what in [
        (database_url, "an administrator"),
        (becoming(database_url, "migrate"), "the owner"),
    ]:
        above = named(await doctor._database(url), "Database role")
        assert above.state == "fault"
        assert what in above.found
        assert "homeward_app" in above.mend
    monkeypatch.undo()
    settings.cache_clear()


async def test_rights_that_are_not_this_releases_are_a_fault(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("comment on schema es is 'of another release'")
    await connection.close()
    told = named(await doctor._database(database_url), "Rights")
    assert (told.state, told.mend) == ("fault", "homeward migrate")


async def test_a_record_that_is_not_signed_and_a_witness_that_is_gone_are_faults(
    database_url: str,
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "update es.sequencer set fault = 'the tree has shrunk', fault_since = '2026-03-02';"
        "insert into es.witness (name, waiting_since, fault, told) values"
        " ('archive', now(), 'away', 'no answer'), ('court', '2026-03-02', 'away', 'no answer'),"
        " ('embassy', now(), 'disagrees', 'another tree'), ('home', null, null, '')"
    )
    await connection.close()
    checks = await doctor._database(database_url)
    assert {c.name: c.state for c in checks if c.name.startswith(("Rec", "Wit"))} == {
        "Record": "fault",
        "Witness archive": "note",
        "Witness court": "fault",
        "Witness embassy": "fault",
        "Witness home": "ok",
    }
    assert "the tree has shrunk" in named(checks, "Record").found


async def test_an_old_schema_and_a_moved_clock_are_told(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("update es.alembic_version set version_num = '0000_none'")
    await connection.execute("update es.clock set offset_seconds = -86400")
    await connection.close()
    checks = await doctor._database(database_url)
    assert named(checks, "Schema").state == "fault"
    assert named(checks, "Schema").mend == "homeward migrate"
    assert "-1.0 days" in named(checks, "Clock").found


def test_the_newest_migration_is_the_one_that_alembic_would_apply_last() -> None:
    folder = checkout() / "homeward" / "eventstore" / "migrations"
    assert newest_migration() == ScriptDirectory(str(folder)).get_current_head()


def test_a_moved_clock_is_a_fault_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEWARD_ENVIRONMENT", "production")
    settings.cache_clear()
    assert doctor._clock(3600).state == "fault"
    monkeypatch.undo()
    settings.cache_clear()


def test_lost_durability_is_a_fault_with_its_mend() -> None:
    check = doctor._durable("fsync", "off")
    assert check.state == "fault"
    assert "alter system set fsync = on" in check.mend


@pytest.mark.parametrize(("version", "state"), [("14.2", "fault"), ("15.1", "ok"), ("18.4", "ok")])
def test_the_databases_version_is_checked(version: str, state: str) -> None:
    assert doctor._version(version).state == state


def test_a_taken_port_is_named(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        home.ports_file.write_text(json.dumps({"api": number}))
        check = named(list(doctor.ports(home, running=False)), "Port api")
    assert check.found == f"{number} is taken; another will be used"


def test_processes_left_by_a_killed_start_are_named(home: Home) -> None:
    told = {"supervisor": {"pid": 0, "born": 1.0}, "pids": {"worker": os.getpid()}}
    home.run_file.write_text(json.dumps(told))
    check = doctor.stack(home)
    assert check.state == "fault"
    assert check.found == "a start that was killed left worker running"


def test_whether_many_updates_may_be_in_flight_is_read_from_our_servers_command(
    home: Home,
) -> None:
    command = ["temporal", "--dynamic-config-value", temporal.MAX_IN_FLIGHT]
    home.run_file.write_text(json.dumps({"children": {"temporal": {"command": command}}}))
    assert doctor._in_flight(home, "127.0.0.1:7233", own=True).state == "ok"
    elsewhere = doctor._in_flight(home, "temporal.example:7233", own=False)
    assert elsewhere.state == "note"
    assert "history.maxInFlightUpdates: 1000" in elsewhere.mend


def test_a_missing_front_end_is_made_by_setup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "checkout", lambda: tmp_path)
    assert doctor.front_end().mend == "make setup"


def test_json_is_one_object_for_each_check() -> None:
    checks = [Check("Key", "fault", "mode 0644", "chmod 600 [it]")]
    assert json.loads(doctor.render(checks, "json")) == [
        {"name": "Key", "state": "fault", "found": "mode 0644", "mend": "chmod 600 [it]"}
    ]
    assert "chmod 600 [it]" in doctor.render(checks, "table")


def test_the_unprivileged_user_is_one_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "UNPRIVILEGED", ("nobody-of-that-name",))
    with pytest.raises(ServiceAway, match="refuses to run as root"):
        postgres.unprivileged_user()


def test_a_key_service_that_does_not_answer_is_away(
    home: Home, monkeypatch: pytest.MonkeyPatch, read_settings_again: Callable[[], None]
) -> None:
    monkeypatch.setenv("HOMEWARD_KEYS", "transit")
    monkeypatch.setenv("HOMEWARD_TRANSIT_URL", "http://127.0.0.1:1")
    read_settings_again()
    assert doctor.key(home).state == "fault"  # no token
    monkeypatch.setenv("HOMEWARD_TRANSIT_TOKEN", "t-0")
    read_settings_again()
    told = doctor.key(home)
    assert (told.state, told.found) == ("away", "transit does not answer")
