"""An engine in one process: real PostgreSQL, real Temporal, the real worker and edge."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from temporalio.client import Client

from homeward.desk import Desk
from homeward.domain.actors import Actor
from homeward.edge.edge import Edge
from homeward.eventstore.pool import connect
from homeward.eventstore.postgres import PostgresEventStore
from homeward.ports import Answer
from homeward.sealing.keystore import PostgresKeyStore
from homeward.sealing.memory import memory_keyring, memory_secrets
from homeward.services.immigration import ImmigrationClient
from homeward.services.mission import MissionClient
from homeward.settings import Settings
from homeward.temporal import connect as connect_temporal
from tests.logins import login
from workers.assembly import host_clock, partner_workers, stream_worker
from workflows.stream import StreamWorkflow

KEYS = memory_secrets(bytes(32))
ROLES = {
    "intan": "intake", "emma": "examiner", "piseth": "planner", "auth": "authoriser",
    "field": "field", "sok": "officer", "visal": "supervisor",
}  # fmt: skip
REQUEST: dict[str, Any] = {
    "channel": "family",
    "reporter": {"kind": "family", "name": "Trần Văn Bình", "anonymous": False},
    "language": "vie",
    "urgency": "high",
    "allegation": "Not allowed to leave the building.",
    "people": [{"name": "Trần Thị Mai", "nationality": "VN"}],
    "people_count": 1,
}
PERSON: dict[str, Any] = {
    "identity": {
        "name_romanised": "TRAN THI MAI",
        "sex": "F",
        "nationalities": [{"country": "VN", "status": "claimed"}],
        "languages": ["vie"],
    },
    "province": "KH-18",
    "place": "Blue tower",
    "passport": {"status": "lost"},
}


@dataclass
class Engine:
    """What a test needs of a running engine."""

    client: Client
    store: PostgresEventStore
    edge: Edge
    task_queue: str
    stack: AsyncExitStack

    async def do(
        self,
        who: str,
        command: str,
        stream: str | None = None,
        command_id: str | None = None,
        **fields: Any,
    ) -> Answer:
        body: dict[str, Any] = {"fields": fields}
        if stream:
            body["stream"] = stream
        if command_id:
            body["command_id"] = command_id
        return await self.edge.command(command, body, Actor(who, frozenset({ROLES[who]})))

    async def register(self) -> str:
        """A registered request; its id."""
        received = host_clock().isoformat()
        return (await self.do("intan", "register_request", received_at=received, **REQUEST)).stream

    async def underway(self) -> str:
        """An operation under way; its id."""
        request = await self.register()
        await self.do("emma", "start_examination", request, urgency="high", reasons="Confined")
        await self.do("emma", "accept_request", request, corroboration=["Call"], province="KH-18")
        operation = (
            await self.do(
                "piseth", "plan_operation", requests=[request], province="KH-18", target="Tower",
                objectives="Free those held", units=["gdi"], legal_authority="Warrant 1",
                planned_for=host_clock().isoformat(),
            )
        ).stream  # fmt: skip
        await self.do("auth", "authorise_operation", operation)
        started = host_clock().isoformat()
        await self.do("piseth", "launch_operation", operation, started_at=started)
        return operation

    async def rescue(
        self, operation: str, command_id: str | None = None, rescued: str | None = None
    ) -> Answer:
        """Whoever sends it again says the same `rescued`, or it is another command."""
        rescued = rescued or host_clock().isoformat()
        return await self.do(
            "field", "record_rescue", operation, command_id, rescued_at=rescued, **PERSON
        )

    async def work(self, *, sandboxed: bool = True) -> None:
        """Start a worker that lives until the test ends."""
        desk = Desk(self.client, self.task_queue)
        worker = stream_worker(self.client, self.store, desk, self.task_queue, sandboxed=sandboxed)
        await self.stack.enter_async_context(worker)

    async def ask_partners(self, url: str) -> None:
        """Start the workers that ask the partners at `url`, until the test ends."""
        immigration = await self.stack.enter_async_context(ImmigrationClient(url))
        mission = await self.stack.enter_async_context(MissionClient(url))
        ring = self.edge.keyring
        for one in partner_workers(self.client, immigration, mission, self.task_queue, ring):
            await self.stack.enter_async_context(one)

    async def until_answered(self, case: str) -> None:
        """Until the case owes its partners nothing more."""
        handle = self.client.get_workflow_handle(case)
        async with asyncio.timeout(30):
            while (await handle.query(StreamWorkflow.known)).calls:  # noqa: ASYNC110
                await asyncio.sleep(0.1)


@asynccontextmanager
async def open_engine(database_url: str, temporal_address: str) -> AsyncIterator[Engine]:
    """An engine without a worker: the test says when work begins."""
    async with AsyncExitStack() as stack:
        pool = await connect(login(database_url, "app"), max_size=16)
        stack.push_async_callback(pool.close)
        workers_pool = await connect(login(database_url, "worker"), max_size=16)
        stack.push_async_callback(workers_pool.close)
        store = PostgresEventStore(workers_pool)
        client = await connect_temporal(Settings(temporal_address=temporal_address), KEYS)
        queue = f"t-{uuid4().hex[:12]}"
        keys_pool = await connect(login(database_url, "keys"), max_size=8)
        stack.push_async_callback(keys_pool.close)
        keyring = memory_keyring(PostgresKeyStore(pool, keys_pool), bytes(32))
        edge = Edge(PostgresEventStore(pool), pool, keyring, Desk(client, queue), host_clock)
        yield Engine(client, store, edge, queue, stack)
