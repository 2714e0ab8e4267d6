"""One object for API and console: commands, reads and lists."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from homeward.desk import Desk
from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.edge.admission import Admission, answer_to
from homeward.edge.auditing import Auditing
from homeward.edge.documents import Documents
from homeward.edge.reading import Reading
from homeward.edge.searching import Searching
from homeward.edge.tokens import Tokens
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from homeward.readmodel import access_log, handoffs, worklist
from homeward.sealing.keyring import Keyring


class PostgresReadLog:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(
        self, actor: Actor, what: str, stream: str, sections: Iterable[str], at: datetime
    ) -> None:
        await access_log.record(self._pool, actor, what, stream, tuple(sections), at)


class Edge(Admission, Searching, Documents, Auditing):
    """Built by `open_edge`; raises Refused, Accepted and Unavailable, nothing else."""

    def __init__(
        self,
        store: PostgresEventStore,
        pool: Pool,
        keyring: Keyring,
        desk: Desk,
        host_clock: Callable[[], datetime],
    ) -> None:
        Admission.__init__(self, store, keyring, desk, host_clock)
        Reading.__init__(self, store, keyring, PostgresReadLog(pool), host_clock)
        self.postgres = store
        self.pool = pool
        self.desk = desk
        self.tokens = Tokens(keyring.secrets.token)

    async def now(self) -> datetime:
        """The engine's clock."""
        return self.host_clock() + await self.postgres.offset()

    async def status(self, command_id: UUID, actor: Actor) -> dict[str, Any]:
        """`done` with the first answer, or `unknown`: send it again. Only its giver is told."""
        await self.keyring.ready()
        known = await self.postgres.command(command_id)
        if known is None or known.actor != actor.id:
            return {"command_id": str(command_id), "state": "unknown"}
        return {
            "command_id": str(command_id),
            "state": "done",
            "answer": msgspec.to_builtins(answer_to(actor, known.answer)),
        }

    async def worklist(
        self, name: str, actor: Actor, *, after: str | None = None, limit: int = 50
    ) -> dict[str, Any]:
        """One of the contract's worklists; raises not_found for another word."""
        await self.keyring.ready()
        if name not in worklist.WORKLISTS:
            raise Refused("not_found")
        try:
            page = await worklist.WORKLISTS[name](self.pool, actor, await self.now(), limit, after)
        except ValueError:
            raise Refused.of_faults({"after": "is not where a page of this list ended"}) from None
        return {"rows": msgspec.to_builtins(page.lines), "next": page.after}

    async def handoffs(self, actor: Actor) -> list[dict[str, Any]]:
        """A liaison's inbox: what is asked, for whom of theirs, by when; each read is kept."""
        await self.keyring.ready()
        if not actor.has("liaison") or actor.mission is None:
            raise Refused("forbidden")
        rows: list[dict[str, Any]] = []
        views: dict[str, dict[str, Any]] = {}
        for line in (await handoffs.inbox(self.pool, actor, await self.now(), 200)).lines:
            try:
                if line.stream not in views:
                    views[line.stream] = await self.read("case", line.stream, actor)
            except Refused:
                continue
            seen = views[line.stream].get("identity")
            rows.append({**msgspec.to_builtins(line), "identity": seen})
        return rows
