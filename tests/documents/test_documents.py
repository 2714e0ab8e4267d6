"""Documents are sealed while they arrive, known by their content, read by who may, and recorded."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from homeward.domain.actors import Actor
from homeward.domain.anystream import LARGEST
from homeward.domain.case.state import Case, Identity
from homeward.domain.facts import ConflictRecorded, DocumentAttached
from homeward.domain.facts.case_opening import CaseOpened
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.edge.documents import ROOM, Documents
from homeward.edge.edge import PostgresReadLog
from homeward.eventstore.pool import Pool, connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.eventstore.snapshot import Snapshot
from homeward.ports import Unavailable
from homeward.readmodel import access_log
from homeward.sealing.box import Unreadable
from homeward.sealing.keyring import Keyring
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.memory import memory_keyring
from homeward.sealing.parts import PART
from tests.eventstore.telling import NOON, tell
from tests.logins import login

SOK = Actor("sok", frozenset({"officer"}))
STAT = Actor("stat", frozenset({"statistician"}))
PDF = b"%PDF-1.7\n" + b"Her name is Tran Thi Mai. " * 40_000
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


async def sending(content: bytes, chunk: int = 70_001) -> AsyncIterator[bytes]:
    for start in range(0, len(content), chunk):
        yield content[start : start + chunk]


@dataclass
class World:
    pool: Pool
    keyring: Keyring
    store: PostgresEventStore
    documents: Documents
    case: Case

    async def put(self, content: bytes, told: str | None = None, actor: Actor = SOK) -> Any:
        return await self.documents.store_document(self.case.id, told, sending(content), actor)

    async def attach(self, kept: dict[str, Any]) -> str:
        """The event that names what was kept."""
        sealer = await self.keyring.closing([(self.case.id, "identity")])
        name = sealer.close("passport.pdf", self.case.id, "identity", "name")
        commit = tell(
            self.case,
            DocumentAttached(
                name=name, media_type=kept["media_type"], sha256=kept["sha256"], size=kept["size"]
            ),
        )
        await self.store.append(commit)
        after = commit.after[self.case.id]
        assert isinstance(after, Case)
        self.case = after
        return str(commit.events[0].id)

    async def get(self, event: str, actor: Actor = SOK) -> bytes:
        opened = await self.documents.document(self.case.id, event, actor)
        return b"".join([part async for part in opened.parts])


@pytest_asyncio.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    pool = await connect(database_url, max_size=4)
    keyring = memory_keyring(PostgresKeyStore(pool), bytes(32))
    store = PostgresEventStore(pool)
    app = await connect(login(database_url, "app"), max_size=4)
    documents = Documents(PostgresEventStore(app), keyring, PostgresReadLog(app), lambda: NOON)
    documents.pool = app
    case = blank(f"VIC-2026-{uuid4().int % 1_000_000:06}")
    sealer = await keyring.closing([(case.id, "identity")])
    name = sealer.close("TRAN THI MAI", case.id, "identity", "identity.name_romanised")
    identity = Identity(name_romanised=name, sex="F", languages=("vie",), nationalities=())
    commit = tell(
        case,
        CaseOpened(mode="self_escape", rescued_at=NOON, province="KH-1", identity=identity),
    )
    await store.append(commit)
    opened = commit.after[case.id]
    assert isinstance(opened, Case)
    yield World(pool, keyring, store, documents, opened)
    app.terminate()
    pool.terminate()


async def test_what_was_put_is_read_as_it_was(world: World) -> None:
    kept = await world.put(PDF)
    assert kept == {
        "stream": world.case.id, "sha256": sha256(PDF).hexdigest(), "size": len(PDF),
        "media_type": "application/pdf",
    }  # fmt: skip
    assert await world.get(await world.attach(kept)) == PDF


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 3 * PART])
async def test_a_document_of_any_length_comes_back_whole(world: World, size: int) -> None:
    content = b"a" * size
    assert await world.get(await world.attach(await world.put(content))) == content


async def test_the_same_content_is_kept_once_a_case(world: World) -> None:
    assert await world.put(PDF) == await world.put(PDF)
    assert await world.pool.fetchval("select count(*) from es.document") == 1


async def test_nothing_of_it_lies_in_the_database_in_clear(world: World) -> None:
    await world.put(PDF)
    rows = await world.pool.fetch("select box from es.document_part")
    assert len(rows) > 1
    assert not any(b"Tran Thi Mai" in row["box"] or b"%PDF" in row["box"] for row in rows)


async def test_storing_and_reading_stand_in_the_access_log_before_the_answer(world: World) -> None:
    event = await world.attach(await world.put(PDF))
    opened = await world.documents.document(world.case.id, event, SOK)
    read, stored = await access_log.reads(world.pool, stream=world.case.id)
    sealed = await world.pool.fetchval("select encode(sealed, 'hex') from es.document")
    assert (read.what, read.actor) == ("document", "sok")
    assert (stored.what, stored.actor) == (f"stored {sealed}", "sok")
    assert opened.size == len(PDF)


@pytest.mark.parametrize("edit", ["box", "swap", "cut"])
async def test_a_part_that_was_changed_moved_or_cut_off_does_not_open(
    world: World, edit: str
) -> None:
    event = await world.attach(await world.put(PDF))
    async with world.pool.acquire() as connection:
        await connection.execute("alter table es.document_part disable trigger all")
        await connection.execute("alter table es.document disable trigger all")
        await connection.execute(
            {
                "box": "update es.document_part set box = set_byte(box, 9, get_byte(box, 9) # 1)",
                "swap": """update es.document_part p set box = o.box from es.document_part o
                            where p.part = 0 and o.part = 1""",
                "cut": "update es.document set parts = parts - 1",
            }[edit]
        )
    with pytest.raises(Unreadable):
        await world.get(event)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>", b"\xef\xbb\xbf <svg xmlns='x'/>", b"MZ" + bytes(90),
        b"\x7fELF" + bytes(90), b"\x00\x01\x02", b"caf\xe9 in another coding",
    ],
    ids=["html", "svg", "exe", "elf", "bytes", "latin-1"],
)  # fmt: skip
async def test_what_a_browser_would_run_or_nobody_can_read_is_not_taken(
    world: World, content: bytes
) -> None:
    with pytest.raises(Refused) as refused:
        await world.put(content)
    assert (refused.value.code, refused.value.names) == ("invalid", ("body",))
    assert await world.pool.fetchval("select count(*) from es.document") == 0


async def test_a_type_that_the_content_is_not_is_named(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await world.put(PNG, "application/pdf")
    assert refused.value.names == ("content-type",)
    assert (await world.put(PNG, "image/png"))["media_type"] == "image/png"


async def test_khmer_text_is_text_wherever_a_part_ends(world: World) -> None:
    content = "ក".encode() * (PART // 3 + 2)
    assert (await world.put(content))["media_type"] == "text/plain"


async def test_more_than_twenty_mebibytes_are_refused_and_nothing_is_kept(world: World) -> None:
    with pytest.raises(Refused, match="too_large"):
        await world.put(PDF + bytes(LARGEST))
    assert await world.pool.fetchval("select count(*) from es.document_part") == 0


async def test_an_empty_document_is_refused(world: World) -> None:
    with pytest.raises(Refused) as refused:
        await world.put(b"")
    assert refused.value.names == ("body",)


async def test_only_who_may_attach_may_put(world: World) -> None:
    with pytest.raises(Refused, match="forbidden"):
        await world.put(PDF, actor=STAT)
    with pytest.raises(Refused, match="not_found"):
        await world.documents.store_document("VIC-2026-000000", None, sending(PDF), SOK)


async def test_who_may_not_know_the_case_reads_no_document_of_it(world: World) -> None:
    event = await world.attach(await world.put(PDF))
    sealer = await world.keyring.closing([(world.case.id, "account")])
    ground = sealer.close("cousin", world.case.id, "account", "ground")
    await world.store.append(tell(world.case, ConflictRecorded(user="sok", ground=ground)))
    with pytest.raises(Refused, match="not_found"):
        await world.get(event)
    assert await world.get(event, Actor("other", frozenset({"officer"}))) == PDF
    vn = Actor("vn", frozenset({"liaison"}), mission="VN")
    with pytest.raises(Refused, match="not_found"):
        await world.get(event, vn)


async def test_another_event_of_the_case_is_no_document(world: World) -> None:
    first = (await world.store.read(world.case.id))[0]
    for event in (str(first.id), str(uuid4()), "x"):
        with pytest.raises(Refused, match="not_found"):
            await world.get(event)


async def test_when_too_many_arrive_at_once_it_is_told_to_come_again(world: World) -> None:
    for _ in range(8):
        await ROOM.acquire()
    try:
        with pytest.raises(Unavailable, match="documents"):
            await world.put(PDF)
    finally:
        for _ in range(8):
            ROOM.release()


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("update es.document_part set box = set_byte(box, 9, get_byte(box, 9) # 1)", "is not what"),
        ("delete from es.document_part where part = 1", "is not what"),
        ("delete from es.document_part; delete from es.document", "is not there"),
        ("delete from es.access_log", "nobody stored"),
    ],
)
async def test_the_verifier_says_which_stored_document_is_not_what_it_was(
    world: World, database_url: str, edit: str, told: str
) -> None:
    def astray() -> list[tuple[str, str]]:
        with Snapshot(database_url) as record:
            return record.documents_astray()

    await world.put(PDF)
    assert await asyncio.to_thread(astray) == []
    for table in ("document", "document_part", "access_log"):
        await world.pool.execute(f"alter table es.{table} disable trigger all")
    await world.pool.execute(edit)
    ((stream, what),) = await asyncio.to_thread(astray)
    assert stream == world.case.id
    assert told in what
