"""The real edge on the memory engine: what the console is given, without PostgreSQL and Temporal."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from homeward.dev.docket.story import read_docket
from homeward.dev.docket.telling import recall, tell
from homeward.dev.scenario.memory import MemoryEngine
from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.eventstore.projection import URGENCIES, rows
from homeward.ports import Answer
from tests.demo.memory import MemoryDocket

TODAY = datetime.fromisoformat("2026-11-20T15:00:00+07:00")


class MemoryEdge:
    def __init__(self, engine: MemoryEngine) -> None:
        self.engine = engine
        self.keyring = engine.keyring
        self.instead: Exception | None = None
        """Raised in the place of the next commands' answers."""
        self.bodies: list[dict[str, Any]] = []
        self.record: dict[str, Any] = {"fault": None, "witnesses": []}

    def host_clock(self) -> datetime:
        return self.engine._clock

    async def now(self) -> datetime:
        return self.engine._clock

    async def command(self, name: str, body: dict[str, Any], actor: Actor) -> Answer:
        self.bodies.append(body)
        if self.instead is not None:
            raise self.instead
        answer = await self.engine.do(name, body, actor)
        await self.engine.settle(())
        return answer

    async def read(
        self, kind: str, stream: str, actor: Actor, *, as_known_at: datetime | None = None
    ) -> dict[str, Any]:
        return await self.engine._reads.read(kind, stream, actor, as_known_at=as_known_at)

    async def timeline(self, kind: str, stream: str, actor: Actor, **page: Any) -> dict[str, Any]:
        return await self.engine._reads.timeline(kind, stream, actor, **page)

    async def status(self, command_id: UUID, actor: Actor) -> dict[str, Any]:
        known = await self.engine.store.command(command_id)
        if known is None or known.actor != actor.id:
            return {"command_id": str(command_id), "state": "unknown"}
        answer = msgspec.to_builtins(known.answer)
        return {"command_id": str(command_id), "state": "done", "answer": answer}

    async def worklist(
        self, name: str, actor: Actor, *, after: str | None = None, limit: int = 50
    ) -> dict[str, Any]:
        found = [row for row in self._lines(name, actor) if row]
        start = int(after or 0)
        more = len(found) > start + limit
        page = msgspec.to_builtins(found[start : start + limit])
        return {"rows": page, "next": str(start + limit) if more else None}

    def _lines(self, name: str, actor: Actor) -> list[dict[str, Any]]:
        now = self.engine._clock
        lines: list[dict[str, Any]] = []
        for state in self.engine.store.states.values():
            made = rows(None, state, now)
            summary = {**made["summary"], "stream": state.id}
            match name:
                case "my_day" | "second_decisions":
                    told = made.get("task", {}).get("set", ())
                    who = {f"@{actor.id}", *actor.roles}
                    lines += [
                        {**row, "stream": state.id, "state": state.state}
                        for row in told
                        if row["who"] in who and (name == "my_day" or row["kind"] == "confirm")
                    ]
                case "late":
                    lines += [
                        {**row, "stream": state.id, "state": state.state, "deadline": row["name"]}
                        for row in made.get("late", {}).get("set", ())
                    ]
                case "blocked" if summary["state"] == "RETURN_PREPARATION" and summary["failing"]:
                    lines.append(summary)
                case "requests" if summary["kind"] == "request":
                    lines.append({**summary, "urgency": URGENCIES[summary["urgency"]]})
                case "unassigned" if summary["kind"] == "case" and not summary["assigned"]:
                    lines.append(summary)
        return sorted(lines, key=lambda row: str(row.get("due") or row.get("next_due") or "~"))

    async def witnesses(self, actor: Actor) -> dict[str, Any]:
        return self.record

    async def handoffs(self, actor: Actor) -> list[dict[str, Any]]:
        if actor.mission is None:
            raise Refused("forbidden")
        found = []
        for state in list(self.engine.store.states.values()):
            made = rows(None, state, self.engine._clock)
            for row in made.get("handoff", {}).get("set", ()):
                if row["mission"] != actor.mission or not row.get("visible", True):
                    continue
                try:
                    view = await self.read("case", state.id, actor)
                except Refused:
                    continue
                line = {**row, "handoff": row["handoff_id"], "stream": state.id}
                found.append({**msgspec.to_builtins(line), "identity": view.get("identity")})
        return sorted(found, key=lambda row: (row["state"] == "ANSWERED", str(row["due"])))


async def told_docket() -> tuple[MemoryEdge, Any]:
    """Everything the demonstration tells, as it stands on its last day."""
    docket = MemoryDocket()
    told = await recall(read_docket(), docket, TODAY)
    await tell(told, docket)
    await docket.reach(TODAY)
    return MemoryEdge(docket.engine), told
