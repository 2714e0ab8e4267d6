"""The memory engine: the real edge and the real carry_out on a store of dictionaries.

Only the world is simulated: the clock stands until it is told, partners answer as the sandbox
does, and what the workflows would do is done in the order in which it falls due.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from activities.carry_out import Asked, CarryOut, system_command_id
from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.domain.actors import SYSTEM, Actor
from homeward.domain.case.state import Case
from homeward.domain.commands import COMMANDS, Order
from homeward.domain.control import dues, open_calls
from homeward.domain.facts import Event
from homeward.domain.facts.case_record import PersonalDataErased
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused as NotAllowed
from homeward.domain.streams import PREFIX, Call, StreamState, fold, kind_of
from homeward.edge.admission import Admission
from homeward.edge.reading import Reading
from homeward.ports import Answer, Commit, Committed, KnownCommand, Loaded, Outcome
from homeward.ports_partners import MissionAnswer
from homeward.sealing.edge import seal, wanted
from homeward.sealing.forms import clear_form
from homeward.sealing.keyring import Keyring
from homeward.sealing.memory import MemoryKeyStore, memory_keyring
from homeward.services.sandbox.behaviour import Failed, Garbage, Lost, Partners, Refused, Slow
from homeward.services.sandbox.vocabulary import UnknownBehaviourError

OPERATIONS = {
    "fine-assessment": "fine", "waiver": "waiver", "stay-permit": "stay_permit",
    "exit-permit": "exit_permit", "handoff": "deliver",
}  # fmt: skip
PATIENCE = 12
"""How often a failing partner is asked again while the clock stands still."""


class MemoryStore:
    """Fulfils EventStore. One process, one thread: what it holds is consistent by construction."""

    def __init__(self) -> None:
        self.streams: dict[str, list[Event]] = {}
        self.order: list[Event] = []
        self.commands: dict[UUID, KnownCommand] = {}
        self.reserved: dict[UUID, dict[str, str]] = {}
        self.drawn: set[str] = set()
        self.states: dict[str, StreamState] = {}

    async def load(self, streams: Sequence[str], command_id: UUID | None = None) -> Loaded:
        events = {stream: tuple(self.streams.get(stream, ())) for stream in streams}
        known = self.commands.get(command_id) if command_id else None
        return Loaded(timedelta(0), 1, events, known)

    async def append(self, commit: Commit) -> Committed:
        known = self.commands.get(commit.order.command_id)
        if known is not None:
            return Committed("repeat", known)
        for event in commit.events:
            self.streams.setdefault(event.stream, []).append(event)
            self.order.append(event)
        self.states.update(commit.after)
        order = commit.order
        self.commands[order.command_id] = KnownCommand(
            order.fingerprint, order.actor.id, commit.answer
        )
        return Committed("done")

    async def reserve(
        self,
        command_id: UUID,
        fingerprint: str,  # noqa: ARG002 - nobody else reserves here
        kinds: Sequence[str],
        year: int,
    ) -> dict[str, str]:
        ids = self.reserved.setdefault(command_id, {})
        for kind in kinds:
            while kind not in ids:
                drawn = f"{PREFIX[kind]}-{year}-{secrets.randbelow(1_000_000):06}"
                if drawn not in self.drawn:
                    self.drawn.add(drawn)
                    ids[kind] = drawn
        return ids

    async def command(self, command_id: UUID) -> KnownCommand | None:
        return self.commands.get(command_id)


class _NoReadLog:
    async def record(
        self, actor: Actor, what: str, stream: str, sections: Iterable[str], at: datetime
    ) -> None:
        """Stories in memory keep no log of reads."""


class MemoryEngine:
    name = "memory"

    def __init__(self) -> None:
        self._clock = datetime(2022, 8, 1, tzinfo=UTC)
        self.keys = MemoryKeyStore()
        self.keyring: Keyring = memory_keyring(self.keys)
        self.keys.erased = self._erased
        self._start_afresh()

    def _erased(self) -> set[str]:
        return {
            subject
            for state in self.store.states.values()
            if isinstance(state, Case) and state.erased
            for event in state.history
            if isinstance(event.fact, PersonalDataErased)
            for subject in event.fact.subjects
        }

    def _start_afresh(self) -> None:
        self.store = MemoryStore()
        self.partners = Partners(lambda: self._clock)
        self._carry_out = CarryOut(self.store, lambda: self._clock)
        self._edge = Admission(self.store, self.keyring, self, lambda: self._clock)
        self._reads = Reading(self.store, self.keyring, _NoReadLog(), lambda: self._clock)

    async def begin(self, now: datetime) -> None:
        self._clock = now
        self._start_afresh()

    async def now(self) -> datetime:
        return self._clock

    async def send(self, order: Order, epoch: int) -> Outcome:
        """Where the edge sends orders: what the workflow would do with them."""
        seen = len(self.store.streams.get(order.stream, ()))
        return await self._carry_out.run(
            Asked(stream=order.stream, seen=seen, epoch=epoch, order=order)
        )

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        return await self._edge.command(command, body, actor)

    async def read(self, stream: str, actor: Actor) -> dict[str, Any]:
        return await self._reads.read(kind_of(stream), stream, actor)

    async def events(self, streams: Collection[str]) -> list[Event]:
        return [event for event in self.store.order if event.stream in streams]

    async def tell_service(self, service: str, behaviour: Mapping[str, Any]) -> None:
        try:
            self.partners.set(service, behaviour)
        except UnknownBehaviourError as fault:
            raise NotAllowed("invalid", *fault.faults, why=str(fault)) from None

    async def crash(self, what: str) -> None:  # noqa: ARG002 - there is only the worker
        self.store.states = {
            stream: fold(blank(stream), events) for stream, events in self.store.streams.items()
        }

    async def settle(self, streams: Collection[str]) -> None:  # noqa: ARG002 - all of them
        while await self._pass_what_is_due() or await self._ask_partners():
            pass
        await self._hear_missions()

    async def wait(self, until: datetime, streams: Collection[str]) -> None:
        while (stop := self._next_stop()) is not None and stop <= until:
            self._clock = max(stop, self._clock)
            await self.settle(streams)
        self._clock = until
        await self.settle(streams)

    def _next_stop(self) -> datetime | None:
        stops = [due for state in self.store.states.values() for due in dues(state).values()]
        planned = self.partners.next_due()
        return min([*stops, *([planned] if planned else [])], default=None)

    async def _system(self, stream: str, name: str, fields: dict[str, Any], *parts: str) -> None:
        order = Order(
            name=name, stream=stream, command_id=system_command_id(stream, name, *parts),
            actor=SYSTEM, fields=fields,
        )  # fmt: skip
        await self.send(order, 1)

    async def _pass_what_is_due(self) -> bool:
        due = sorted(
            (at, stream, key)
            for stream, state in self.store.states.items()
            for key, at in dues(state).items()
            if at <= self._clock
        )
        before = len(self.store.order)
        for at, stream, key in due:
            told = {"deadline": key, "due": at.isoformat()}
            await self._system(stream, "pass_deadline", told, key, at.isoformat())
        if due and len(self.store.order) == before:
            raise RuntimeError(f"due, but nothing comes of it: {due}")
        return bool(due)

    async def _ask_partners(self) -> bool:
        answered = False
        for stream, state in list(self.store.states.items()):
            for call in open_calls(state).values():
                told = await self._ask(stream, call)
                if told is not None:
                    id_ = str(call.id)
                    await self._system(stream, "answer_call", {"call": id_, **told}, id_)
                    answered = True
        return answered

    async def _ask(self, stream: str, call: Call) -> dict[str, Any] | None:
        for _ in range(PATIENCE):
            try:
                answer = self.partners.ask(
                    call.service, OPERATIONS[call.operation], str(call.id), call.asks
                )
            except Refused as refusal:
                words = await self.keyring.close(
                    refusal.reason, stream, "correspondence", "refused"
                )
                return {"refused": msgspec.to_builtins(words)}
            except (Failed, Lost, Garbage):
                continue
            except Slow:
                return None
            return {"answer": answer.model_dump(mode="json")}
        return None

    async def _hear_missions(self) -> None:
        for answer in self.partners.due_answers(self._clock):
            await self._mission_answered(answer)
            self.partners.receive(answer.id, answer.id)
            await self.settle(())

    async def _mission_answered(self, answer: MissionAnswer) -> None:
        cls = COMMANDS["mission_answered"]
        told = answer.model_dump(
            mode="json", exclude_none=True, exclude={"id", "case", "mission", "at"}
        )
        clear = clear_form(cls).model_validate(told, strict=False)
        sealer = await self.keyring.closing(wanted(clear, cls, lambda _: answer.case))
        fields = seal(clear, cls, sealer, lambda _: answer.case)
        await self._system(answer.case, "mission_answered", fields, answer.id)
