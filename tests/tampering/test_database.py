"""What a superuser changes in the database itself is found by `homeward audit verify`.

The triggers that refuse it are switched off first, as only the tables' owner can.
"""

import asyncio
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from typer.testing import CliRunner

from homeward import verifier
from homeward.cli.root import app
from homeward.dev import databases
from homeward.eventstore.ledger import sequence
from homeward.eventstore.note import Key
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.witnessing import deliver, enlist
from homeward.ports import Unavailable
from homeward.sealing.signing import FileSigner
from homeward.services.witness_file import FileWitness
from tests.eventstore.telling import NOON, new, note, tell
from tests.record.keeping import ORIGIN, erase, read_a_case, signed

SIGNER = FileSigner(bytes(range(32)))


class Kept:
    """A record in a database that others are copies of, and what its auditor has from elsewhere."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.key, self.witness = url, folder / "keys.txt", folder / "witness-court.jsonl"


async def record(url: str, kept: Kept) -> None:
    """Five streams of five events: 8 under the first checkpoint, 16 under the second, which is the
    newest that the witness has, 20 under the third, two after it, and three with no position."""
    pool = await connect(url, min_size=1, max_size=2)
    store = PostgresEventStore(pool)
    witness = FileWitness(kept.witness)
    await enlist(pool, [witness.name])
    kept.key.write_text(f"{Key(ORIGIN, await SIGNER.public_key())}\n")
    states = [new(prefix) for prefix in ("REQ", "OPS", "VIC", "INC", "CRT")]
    for nth in range(25):
        state = states[nth % 5]
        commit = tell(state, note(f"{nth:02}" * 20))
        await store.append(commit)
        states[nth % 5] = commit.after[state.id]
        await read_a_case(pool)
        if nth % 6 == 0:
            await erase(pool)
        if nth in {7, 15, 19}:
            await signed(pool, SIGNER, nth)
        if nth == 15:
            while await deliver(pool, witness, NOON):
                pass
        if nth == 21:
            await sequence(pool)
    await pool.close()


@pytest.fixture(scope="module")
def kept(
    postgres: str, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    url = databases.with_database(postgres, f"told_{secrets.token_hex(4)}")
    told = Kept(url, tmp_path_factory.mktemp("kept"))
    asyncio.run(databases.create(url, template=migrated_template))
    asyncio.run(record(url, told))
    asyncio.run(edit(url, KEEP))
    yield told
    asyncio.run(databases.drop(url))


@pytest.fixture
def edited(kept: Kept) -> Iterator[str]:
    """The record for a superuser to change; afterwards it is what it was."""
    yield kept.url
    asyncio.run(edit(kept.url, RESTORE))


def audit(
    url: str, monkeypatch: pytest.MonkeyPatch, again: Callable[[], None], *options: str
) -> tuple[int, dict[str, Any], str]:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", url)
    again()
    done = CliRunner().invoke(app, ["audit", "verify", "-o", "json", *options])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout or "{}"), done.stderr


TABLES = (
    "event", "stream", "pending", "ledger", "access_log", "erasure", "checkpoint", "cosignature",
    "public_key",
)  # fmt: skip
KEEP = "create schema kept;" + "".join(
    f"create table kept.{table} as table es.{table}; alter table es.{table} disable trigger all;"
    for table in TABLES
)
RESTORE = "".join(
    f"delete from es.{table}; insert into es.{table} overriding system value table kept.{table};"
    for table in TABLES
)


async def edit(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statements)
    await connection.close()


def event(position: int, change: str) -> str:
    return f"""update es.event e set {change} from es.ledger l
      where l.position = {position} and (l.stream_id, l.version) = (e.stream_id, e.version);"""


RECHAIN = """
do $$
declare x record; p bytea;
begin
  for x in select * from es.event order by stream_id, version loop
    p := coalesce((select hash from es.event
                    where stream_id = x.stream_id and version = x.version - 1),
                  decode(repeat('00', 32), 'hex'));
    update es.event set prev = p, hash = es.chained(
      p, x.stream_id, x.version, x.event_id, x.command_id, x.command, x.type, x.schema_v, x.actor,
      x.roles, x.cause, x.occurred_at, x.recorded_at, x.data)
     where stream_id = x.stream_id and version = x.version;
  end loop;
  update es.stream s set head = e.hash from es.event e
   where (e.stream_id, e.version) = (s.stream_id, s.version);
  update es.pending p set hash = e.hash from es.event e
   where (e.stream_id, e.version) = (p.stream_id, p.version);
end $$;
"""
RELEAF = """
update es.ledger l set leaf = sha256('\\x00'::bytea || e.hash) from es.event e
 where (e.stream_id, e.version) = (l.stream_id, l.version);
"""
KINDS: dict[str, tuple[str, tuple[str, int | None, int | None]]] = {
    **{
        f"another {name} at {position}": (event(position, change), ("position", position, position))
        for position in (0, 9, 21)
        for name, change in {
            "actor": "actor = 'sophea'", "role": "roles = '{officer}'",
            "role that is none": "roles = array[null]", "command": "command = 'close_case'",
            "cause": "cause = e.event_id", "cause of zeros": "cause = '" + "0" * 32 + "'",
            "time": "recorded_at = recorded_at + interval '1 microsecond'",
            "data": "data = e.data || '\\x20'", "hash": "hash = sha256(e.hash)",
        }.items()
    },
    "another leaf": (
        "update es.ledger set leaf = sha256(leaf) where position = 9", ("position", 9, 9),
    ),
    "an event deleted": (
        """delete from es.event e using es.ledger l where l.position = 9
             and (l.stream_id, l.version) = (e.stream_id, e.version)""", ("position", 9, 9),
    ),
    "an event deleted with its position": (
        """with gone as (delete from es.ledger where position = 9 returning stream_id, version)
           delete from es.event e using gone g
            where (g.stream_id, g.version) = (e.stream_id, e.version)""", ("position", 9, 9),
    ),
    "a position deleted": ("delete from es.ledger where position = 9", ("position", 9, 9)),
    "the last position deleted": (
        "delete from es.ledger where position = 21", ("pending", None, None),
    ),
    "two positions swapped": (
        """update es.ledger set position = 100 where position = 9;
           update es.ledger set position = 9 where position = 10;
           update es.ledger set position = 10 where position = 100;""", ("position", 8, 15),
    ),
    "changed and chained": (event(9, "actor = 'sophea'") + RECHAIN, ("position", 9, 9)),
    "changed, chained and leaved": (
        event(9, "actor = 'sophea'") + RECHAIN + RELEAF, ("position", 8, 15),
    ),
    "changed, chained and leaved, beyond the witness": (
        event(17, "actor = 'sophea'") + RECHAIN + RELEAF, ("position", 16, 19),
    ),
    "changed, with the newest checkpoint gone": (
        event(9, "actor = 'sophea'") + RECHAIN + RELEAF
        + "delete from es.cosignature; delete from es.checkpoint where number > 1;",
        ("position", 8, 15),
    ),
    "the tail cut": (
        """delete from es.event e using es.ledger l
            where position >= 18 and (l.stream_id, l.version) = (e.stream_id, e.version);
           delete from es.ledger where position >= 18;""",
        ("position", 18, 19),
    ),
    "a stream dropped": (
        """delete from es.ledger where stream_id like 'OPS-%';
           delete from es.event where stream_id like 'OPS-%';
           delete from es.stream where stream_id like 'OPS-%';
           delete from es.pending where stream_id like 'OPS-%';""", ("position", 1, 1),
    ),
    "a pending event out of the queue": (
        "delete from es.pending where stream_id like 'INC-%'", ("pending", None, None),
    ),
    "another hash in the queue": (
        "update es.pending set hash = sha256(hash) where stream_id like 'INC-%'",
        ("pending", None, None),
    ),
    "another actor of a pending event": (
        """update es.event e set actor = 'sophea' from es.pending p
            where (p.stream_id, p.version) = (e.stream_id, e.version) and p.stream_id like 'INC-%'""",
        ("pending", None, None),
    ),
    "a head put back": (
        """update es.stream s set version = 4, head = (select hash from es.event e
             where e.stream_id = s.stream_id and version = 4) where stream_id like 'CRT-%'""",
        ("stream", 1, 1),
    ),
    "another kind of a stream": (
        "update es.stream set kind = 'case' where stream_id like 'CRT-%'", ("stream", 1, 1),
    ),
    "another reader": ("update es.access_log set actor = 'dara' where id = 5", ("access", 5, 5)),
    "other sections read": (
        "update es.access_log set sections = '{health}' where id = 5", ("access", 5, 5),
    ),
    "a read deleted": ("delete from es.access_log where id = 5", ("access", 5, 5)),
    "the reads' tail cut": ("delete from es.access_log where id > 14", ("access", 15, 16)),
    "another erasure": (
        "update es.erasure set subjects = '{VIC-2026-000001}' where number = 2", ("erasure", 2, 2),
    ),
    "an erasure deleted": ("delete from es.erasure where number = 2", ("erasure", 2, 2)),
    "a checkpoint deleted": ("delete from es.checkpoint where number = 1", ("checkpoint", 1, 1)),
    "a checkpoint of another size": (
        "update es.checkpoint set size = 9 where number = 1", ("checkpoint", 1, 1),
    ),
    "a checkpoint of another time": (
        "update es.checkpoint set signed_at = signed_at + interval '1 day' where number = 1",
        ("checkpoint", 1, 1),
    ),
    "a checkpoint forged": (
        "update es.checkpoint set note = replace(note, 'access 8 ', 'access 7 ') where number = 1",
        ("checkpoint", 1, 1),
    ),
    "the newest checkpoints forgotten": (
        "delete from es.checkpoint where number > 1", ("witness court", 2, 2),
    ),
    "another key": (
        "update es.public_key set key = replace(key, '+', '+0')", ("keys", None, None),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_superuser_changes_is_found(
    kind: str,
    edited: str,
    kept: Kept,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:
    statements, where = KINDS[kind]
    asyncio.run(edit(edited, statements))
    options = "--key", str(kept.key), "--witness", str(kept.witness)
    code, report, said = audit(edited, monkeypatch, read_settings_again, *options)
    assert (code, said) == (8, ""), report
    first = report["findings"][0]
    assert (first["part"], first["first"], first["last"]) == where, report["findings"]


def test_what_nobody_changed_is_intact(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, read_settings_again: Callable[[], None]
) -> None:
    options = "--key", str(kept.key), "--witness", str(kept.witness)
    code, report, said = audit(kept.url, monkeypatch, read_settings_again, *options)
    assert (code, report.get("findings")) == (0, []), said
    counted = {name: report[name] for name in ("events", "pending", "streams", "checkpoints")}
    assert counted == {"events": 25, "pending": 3, "streams": 5, "checkpoints": 3}
    assert (report["access"], report["erasures"]) == (25, 5)
    assert report["witnesses"] == {"court": 16}
    assert report["not_witnessed"] == 9
    assert said == ""


def test_without_key_and_witness_it_says_what_that_means(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, read_settings_again: Callable[[], None]
) -> None:
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", kept.url)
    read_settings_again()
    done = CliRunner().invoke(app, ["audit", "verify"])
    assert done.exit_code == 0
    assert "no witness's word was given" in done.stderr
    assert "The record is intact." in done.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--key", "no-such-file"), 2), (("--witness", "no-such-file"), 2),
        (("--export", "no-such-folder"), 2), (("--witness", "http://127.0.0.1:9"), 7),
    ],
)  # fmt: skip
def test_a_call_that_makes_no_sense_says_so(
    options: tuple[str, ...],
    code: int,
    kept: Kept,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:
    ended, _, said = audit(kept.url, monkeypatch, read_settings_again, *options)
    assert ended == code
    assert said


def test_a_database_that_is_away_is_told(
    monkeypatch: pytest.MonkeyPatch, read_settings_again: Callable[[], None]
) -> None:
    with pytest.raises(Unavailable):  # the program's outermost frame turns it into exit code 7
        audit("postgresql://127.0.0.1:9/none", monkeypatch, read_settings_again)


def test_what_the_engine_exports_and_proves_holds(
    kept: Kept,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read_settings_again: Callable[[], None],
) -> None:
    """Writer and verifier share no line: here they meet."""
    monkeypatch.setenv("HOMEWARD_DATABASE_URL", kept.url)
    monkeypatch.setenv("HOMEWARD_WITNESSES", f"file:{kept.witness}")
    read_settings_again()

    def told(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["audit", *arguments])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    told("export", str(tmp_path / "export"))
    report = json.loads(told("verify", "--export", str(tmp_path / "export"), "-o", "json"))
    assert (report["findings"], report["events"], report["pending"]) == ([], 25, 3)
    assert len(report["witnesses"]) == 1
    for nth, arguments in enumerate((("0",), ("15",), ("19",), ("--from", "8"), ("--from", "16"))):
        proof = tmp_path / f"{nth}.json"
        proof.write_text(told("prove", *arguments))
        assert verifier.main([str(proof), "--key", str(kept.key)]) == verifier.INTACT, arguments
