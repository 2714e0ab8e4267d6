"""`homeward doctor`: what was chosen, whether it is well, and the mend for what is not."""

import asyncio
import io
import json
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import asyncpg
import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from homeward.dev import postgres, temporal
from homeward.dev.databases import newest_migration
from homeward.dev.faults import Fault
from homeward.dev.gobuild import cache, go
from homeward.dev.home import Home, checkout, port_is_free
from homeward.dev.stack import DATABASE, PORTS
from homeward.dev.supervisor import is_up
from homeward.eventstore import privileges
from homeward.eventstore.pool import SESSION
from homeward.eventstore.roles import LOGINS, name_of
from homeward.ports import Unavailable
from homeward.ports_keys import KeysMissing
from homeward.readmodel.record import Record, record
from homeward.sealing.choice import standing_of
from homeward.settings import settings

OLDEST_PYTHON = (3, 11)
State = Literal["ok", "note", "fault", "away"]
UP = "homeward up"
STANDING = """
select current_user, rolsuper or rolbypassrls,
       coalesce(pg_has_role(current_user, to_regrole('homeward_owner'), 'usage'), false)
  from pg_roles where rolname = current_user
"""


@dataclass(frozen=True)
class Check:
    name: str
    state: State
    found: str
    mend: str = ""


def examine(home: Home) -> list[Check]:
    """Changes nothing: what is not running is described as it would be started."""
    told = is_up(home)
    checks = [python(), environment(), stack(home)]
    checks += postgresql(home, told)
    checks += temporal_server(home, told)
    checks += list(ports(home, running=bool(told)))
    checks += [key(home), signing_key(home), front_end()]
    return checks


def exit_code(checks: list[Check]) -> int:
    """7 if a service is away, 8 if a check fails, else 0."""
    states = {check.state for check in checks}
    return 7 if "away" in states else 8 if "fault" in states else 0


def python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Check("Python", "fault", found, "Install Python 3.11 or newer, then: make setup")
    return Check("Python", "ok", f"{found} ({sys.executable})")


def environment() -> Check:
    name = settings().environment
    who = "root" if os.geteuid() == 0 else "an ordinary user"
    return Check("Environment", "ok", f"{name}, run by {who}")


def stack(home: Home) -> Check:
    if told := is_up(home):
        return Check("Stack", "ok", f"up since pid {told['supervisor']['pid']}, home {home.path}")
    left = [name for name, pid in home.run().get("pids", {}).items() if psutil.pid_exists(pid)]
    if left:
        found = f"a start that was killed left {', '.join(left)} running"
        return Check("Stack", "fault", found, f"Start it again, which ends them: {UP}")
    return Check("Stack", "note", f"not up, home {home.path}", f"Start it: {UP}")


def _chosen(told: dict[str, Any], what: str) -> Check | None:
    """What the running stack chose, which may differ from what a new start would."""
    if one := told.get("chosen", {}).get(what):
        return Check(what, "ok", f"{one['chosen']}: {one['why']}")
    return None


def postgresql(home: Home, told: dict[str, Any]) -> Iterator[Check]:
    try:
        choice = postgres.choose(home)
    except Fault as fault:
        yield Check("PostgreSQL", "away", fault.what, fault.mend)
        return
    chosen = Check("PostgreSQL", "ok", f"{choice.chosen}: {choice.why}")
    yield _chosen(told, "PostgreSQL") or chosen
    if not told and not choice.url:
        return
    port = home.ports().get("postgres", 0)
    url = choice.url or postgres.socket_url(home.socket_folder, DATABASE, port)
    try:
        yield from asyncio.run(_database(url))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as away:
        mend = f"Start it: {UP}" if not choice.url else "Start it, or mend HOMEWARD_DATABASE_URL."
        yield Check("Database", "away", f"does not answer: {str(away) or 'timed out'}", mend)


async def _database(url: str) -> list[Check]:
    connection = await asyncpg.connect(url, timeout=5, server_settings=SESSION)
    try:
        version = await connection.fetchval("show server_version")
        checks = [_version(str(version))]
        for name in ("fsync", "synchronous_commit"):
            checks.append(_durable(name, str(await connection.fetchval(f"show {name}"))))
        checks.append(_schema(await _one(connection, "select version_num from es.alembic_version")))
        offset = await _one(connection, "select offset_seconds from es.clock")
        checks.append(_clock(offset))
        standing = await connection.fetchrow(STANDING)
        assert standing is not None
        checks.append(_role(*standing))
        checks.append(_rights(in_force=await privileges.in_force(connection, "es")))
        if all(check.state != "fault" for check in checks if check.name in ("Schema", "Rights")):
            now = datetime.now(UTC) + timedelta(seconds=float(str(offset or 0)))
            checks += _record(await record(connection, now))
    finally:
        await connection.close()
    return checks


def _record(stands: Record) -> Iterator[Check]:
    """Whether it is signed, and who has it."""
    if stands.fault:
        found = f"nothing is signed since {_moment(stands.fault_since)}: {stands.fault}"
        yield Check("Record", "fault", found, "homeward audit verify, then find out who did it")
    else:
        newest = f", last {_moment(stands.signed_at)}" if stands.signed_at else ""
        found = f"{stands.signed} of {stands.events + stands.pending} events signed{newest}"
        yield Check("Record", "ok", found)
    if not stands.witnesses:
        state: State = "fault" if settings().environment == "production" else "note"
        yield Check("Witnesses", state, "none", "Name one: HOMEWARD_WITNESSES (docs/runbook.md)")
    for witness in stands.witnesses:
        name = f"Witness {witness.name}"
        if witness.fault is None:
            found = f"has all but {witness.behind} checkpoints" if witness.behind else "has all"
            yield Check(name, "ok", found)
            continue
        found = f"{witness.fault} since {_moment(witness.waiting_since)}: {witness.told}"
        mend = "Ask whoever runs it; checkpoints wait for it."
        if witness.fault == "disagrees":
            mend = f"homeward audit verify with what {witness.name} has, before anything else"
        yield Check(name, "fault" if witness.late else "note", found, mend)


def _moment(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "?"


async def _one(connection: "asyncpg.Connection[asyncpg.Record]", query: str) -> object:
    try:
        return await connection.fetchval(query)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return None


def _version(version: str) -> Check:
    major = int(version.split(".", maxsplit=1)[0])
    if postgres.OLDEST <= major <= postgres.NEWEST:
        return Check("Database version", "ok", version)
    return Check("Database version", "fault", version, "Use PostgreSQL 15 to 18.")


def _durable(name: str, value: str) -> Check:
    if value == "off":
        mend = f"alter system set {name} = on; select pg_reload_conf();"
        return Check(name, "fault", "off: what is acknowledged can be lost", mend)
    return Check(name, "ok", value)


def _schema(version: object) -> Check:
    newest = newest_migration()
    if version is None:
        return Check("Schema", "fault", "no tables yet", "homeward migrate")
    if version != newest:
        return Check("Schema", "fault", f"at {version}, newest is {newest}", "homeward migrate")
    return Check("Schema", "ok", f"at the newest, {version}")


def _role(name: str, above: bool, owner: bool) -> Check:
    """`above`: row-level security does not hold for it; `owner`: it may change the schema."""
    if name in map(name_of, LOGINS) and name != name_of("migrate"):
        return Check("Database role", "ok", name)
    what = "an administrator" if above else "the owner" if owner else "not one of homeward's roles"
    mend = (
        "Each process logs in as its own: homeward_app, homeward_worker (deploy/README.md). "
        "HOMEWARD_DATABASE_URL=postgresql://homeward_app:PASSWORD@host:5432/homeward"
    )
    if settings().environment == "production":
        return Check("Database role", "fault", f"{name}, {what}", mend)
    return Check("Database role", "ok", f"{name}, {what}; API and worker log in as their own roles")


def _rights(*, in_force: bool) -> Check:
    if in_force:
        return Check("Rights", "ok", "of this release, row-level security in force")
    return Check("Rights", "fault", "not of this release", "homeward migrate")


def _clock(offset: object) -> Check:
    if offset is None:
        return Check("Clock", "fault", "no clock in the database", "homeward migrate")
    seconds = float(str(offset))
    if seconds == 0:
        return Check("Clock", "ok", "the host's time")
    found = f"the host's time {seconds:+.0f} s ({seconds / 86400:+.1f} days)"
    if settings().environment == "production":
        return Check("Clock", "fault", found, "update es.clock set offset_seconds = 0;")
    return Check("Clock", "note", found, "homeward dev clock set moves it (development only)")


def temporal_server(home: Home, told: dict[str, Any]) -> Iterator[Check]:
    try:
        choice = temporal.would_choose()
    except Fault as fault:
        yield Check("Temporal", "away", fault.what, fault.mend)
        return
    yield _chosen(told, "Temporal") or Check("Temporal", "ok", f"{choice.chosen}: {choice.why}")
    if choice.binary is None and not choice.address and (compiler := go()) is not None:
        yield Check("Go", "ok", f"{compiler}, builds into {cache()}")
    if address := choice.address or told.get("urls", {}).get("temporal", ""):
        yield _answering(address)
        yield _in_flight(home, address, own=not choice.address)


def _answering(address: str) -> Check:
    namespace = settings().temporal_namespace
    try:
        version = asyncio.run(asyncio.wait_for(temporal.describe(address, namespace), 5))
    except Exception as away:  # the SDK raises a family of its own for every way to be away
        said = str(away).splitlines()[0] if str(away) else type(away).__name__
        mend = f"Start it ({UP}), or mend HOMEWARD_TEMPORAL_ADDRESS or HOMEWARD_TEMPORAL_NAMESPACE."
        return Check("Temporal server", "away", f"{address} does not answer: {said[:120]}", mend)
    return Check("Temporal server", "ok", f"{version} at {address}, namespace {namespace}")


def _in_flight(home: Home, address: str, *, own: bool) -> Check:
    """A server tells nobody its dynamic configuration; our own was started with it."""
    name, setting = "Updates in flight", temporal.MAX_IN_FLIGHT
    command = home.run().get("children", {}).get("temporal", {}).get("command", [])
    if own and setting in command:
        return Check(name, "ok", setting)
    if own and "--config-file" in command:  # the cluster's server, started with this file
        return Check(name, "ok", f"1000, in {checkout() / 'deploy' / 'temporal' / 'dynamic.yaml'}")
    found = f"{address} is not ours, so it is not known whether {setting}"
    mend = "Set history.maxInFlightUpdates: 1000 in its dynamic configuration (deploy/temporal)."
    return Check(name, "note", found, mend)


def ports(home: Home, *, running: bool) -> Iterator[Check]:
    kept = home.ports()
    if running:
        for name, port in kept.items():
            yield Check(f"Port {name}", "ok", f"{port}, ours")
        return
    for name, preferred in {**PORTS, "api": settings().port}.items():
        port = kept.get(name, preferred)
        if port_is_free(port):
            yield Check(f"Port {name}", "ok", f"{port}, free")
        else:
            mend = "Nothing to do, or end what holds it."
            yield Check(f"Port {name}", "note", f"{port} is taken; another will be used", mend)


def key(home: Home) -> Check:
    """The key service: its file, or whether it answers."""
    config = settings()
    if config.keys == "file":
        if config.environment == "production":
            mend = "Set HOMEWARD_KEYS to pkcs11 or transit (docs/runbook.md)."
            return Check("Key", "fault", "production takes no key file", mend)
        return _key_file("Key", "HOMEWARD_KEY_FILE", config.key_file, home.key_file)
    mend = "docs/runbook.md tells of key services; homeward keys prepare makes what is missing."
    try:
        stands = asyncio.run(asyncio.wait_for(standing_of(config), 5))
    except KeysMissing as missing:
        return Check("Key service", "fault", str(missing), mend)
    except (Unavailable, TimeoutError):
        return Check("Key service", "away", f"{config.keys} does not answer", mend)
    found = f"{stands.driver} at {stands.where}, version {stands.newest} wraps"
    return Check("Key service", "ok", found)


def signing_key(home: Home) -> Check:
    given = settings().signing_key_file
    return _key_file("Signing key", "HOMEWARD_SIGNING_KEY_FILE", given, home.signing_key_file)


def _key_file(name: str, setting: str, given: Path | None, own: Path) -> Check:
    file = given or own
    if settings().environment == "production":
        if given is None:
            return Check(name, "ok", "no key file, as it must be in production")
        return Check(name, "fault", f"{file} in production", f"unset {setting}")
    if not file.exists():
        return Check(name, "note", f"{file} is not there yet", f"{UP} makes it")
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        return Check(name, "fault", f"{file} has mode {mode:04o}", f"chmod 600 {file}")
    return Check(name, "ok", f"{file}, mode {mode:04o}")


def front_end() -> Check:
    folder = checkout() / "homeward" / "console" / "static" / "vendor"
    try:
        versions = json.loads((folder / "versions.json").read_text())
    except (OSError, ValueError):
        return Check("Front end", "fault", f"{folder} is not made", "make setup")
    return Check("Front end", "ok", f"govuk-frontend {versions['govuk-frontend']}")


COLOURS: dict[State, str] = {"ok": "green", "note": "cyan", "fault": "red", "away": "red"}


def render(checks: list[Check], output: Literal["table", "json"]) -> str:
    if output == "json":
        return json.dumps([asdict(check) for check in checks], indent=2) + "\n"
    table = Table(box=None, pad_edge=False)
    for column in ("Check", "State", "Found", "Mend"):
        table.add_column(column, overflow="fold")
    for check in checks:
        state = f"[{COLOURS[check.state]}]{check.state}[/]"
        table.add_row(check.name, state, escape(check.found), escape(check.mend))
    written = io.StringIO()
    console = Console(file=written, force_terminal=sys.stdout.isatty() or None)
    if not sys.stdout.isatty():
        console = Console(file=written, width=200)
    console.print(table)
    return written.getvalue()
