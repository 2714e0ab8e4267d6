"""The edge: where clear text ends. Admission of commands and answering of reads, for API, console
and the memory engine alike.

A command's way: forbidden at sight - repetition - not_found - forbidden here - conflict of
interest - shape - reuse of the id - sealing - a dry run of the domain - only then Temporal. So a
refusal writes no history and answers in milliseconds.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid5

from msgspec.structs import replace

from activities.carry_out import read_command
from homeward.desk import Accepted
from homeward.domain.access import as_mission
from homeward.domain.actors import Actor
from homeward.domain.calendar import DEFAULT_TERMS, Terms, local_date
from homeward.domain.case.state import Case
from homeward.domain.commands import Command, Order, still_needed
from homeward.domain.decide import admit, command_named, decide, forbid
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import KINDS, StreamState, fold
from homeward.edge.contradictions import contradictions
from homeward.edge.corrections import with_value_closed
from homeward.edge.derived import add_derived
from homeward.edge.fingerprint import fingerprint
from homeward.edge.paper import with_words_closed, words_wanted
from homeward.edge.parsing import LONGEST_LIST, storable
from homeward.edge.shape import STREAM, Envelope, given_command_id, new_command_id, read_shape
from homeward.edge.subjects import subjects
from homeward.ports import Answer, EventStore, Loaded, Outcome, Unavailable
from homeward.readmodel.missionview import answer_for_mission
from homeward.sealing.box import Owned
from homeward.sealing.edge import seal, wanted
from homeward.sealing.keyring import Erased, Keyring

HostClock = Callable[[], datetime]


class Sender(Protocol):
    """Where admitted orders go: the desk, or the memory engine."""

    async def send(self, order: Order, epoch: int) -> Outcome: ...


class Admission:
    """Takes commands in clear, as they were sent; answers, or raises Refused and Unavailable."""

    def __init__(
        self,
        store: EventStore,
        keyring: Keyring,
        sender: Sender,
        host_clock: HostClock,
        terms: Terms = DEFAULT_TERMS,
    ) -> None:
        self.store = store
        self.keyring = keyring
        self.sender = sender
        self.host_clock = host_clock
        self.terms = terms

    async def command(self, name: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        """One command. What it raises carries `command_id`, the id to send again."""
        command_id = given_command_id(body) or new_command_id()
        try:
            answer = await self._command(name, body, actor, command_id)
        except Exception as told:
            told.command_id = command_id  # type: ignore[attr-defined] # told to the caller
            if isinstance(told, Refused) and _of_mission(body.get("stream"), actor):
                told.version = None
            raise
        return answer_to(actor, answer)

    async def _command(
        self, name: str, body: Mapping[str, Any], actor: Actor, command_id: UUID
    ) -> Answer:
        await self.keyring.ready()
        cls = command_named(name)
        body, unstorable = storable(body)
        stream = _stream(body.get("stream"))
        forbid(cls, actor, stream)
        fields = body.get("fields", {})
        raw: Mapping[str, Any] = fields if isinstance(fields, Mapping) else {}
        key = self.keyring.secrets.fingerprint
        print_ = fingerprint(key, body.get("stream"), name, actor.id, fields)
        loaded = await self.store.load((stream,) if stream else (), command_id)
        now = self.host_clock() + loaded.offset
        first = (loaded.known.fingerprint, loaded.known.actor) if loaded.known else None
        if loaded.known and first == (print_, actor.id) and not unstorable:
            return loaded.known.answer
        state = _state(cls, stream, loaded)
        admit(cls, raw, actor, state, now)
        envelope, clear = read_shape(cls, body, now, unstorable)
        if envelope.expected_version is not None and _of_mission(stream, actor):
            # It is told no versions: guessing them would count what is hidden from it.
            raise Refused.of_faults({"expected_version": "is not known"})
        if faults := contradictions(name, clear, state, now):
            raise Refused.of_faults(faults)
        if loaded.known is not None:
            raise Refused("duplicate_key", "command_id")
        try:
            assessed = _rescued(state) if name == "assess_age" else None
            order = await self._order(
                cls, envelope, clear, actor, command_id, print_, now, assessed
            )
            if name == "correct_record":
                order = await with_value_closed(order, state, self.keyring)
            if name == "record_service_answer":
                sealer = await self.keyring.closing(words_wanted(order.fields, order.stream))
                closed = with_words_closed(order.fields, order.stream, sealer)
                order = replace(order, fields=closed)
        except Erased:
            raise Refused("wrong_state", why="Its personal data have been erased.") from None
        await self._dry_run(cls, order, state, now)
        return _answered(await self.sender.send(order, loaded.epoch))

    async def _order(
        self,
        cls: type[Command],
        envelope: Envelope,
        clear: Any,
        actor: Actor,
        command_id: UUID,
        print_: str,
        now: datetime,
        assessed: datetime | None,
    ) -> Order:
        reserved: dict[str, str] = {}
        if cls.spec.reserves:
            year = local_date(now).year
            reserved = await self.store.reserve(command_id, print_, cls.spec.reserves, year)
        stream = envelope.stream or reserved[cls.spec.stream]
        whose = subjects(cls.spec.name, stream, command_id, reserved)
        plain = clear.model_dump(mode="json", exclude_unset=True)
        comment = envelope.comment
        own: set[Owned] = {(stream, "account")} if comment else set()
        sealer = await self.keyring.closing(wanted(clear, cls, whose) | own)
        fields = add_derived(seal(clear, cls, sealer, whose), plain, now, assessed)
        return Order(
            name=cls.spec.name, stream=stream, command_id=command_id, actor=actor, fields=fields,
            occurred_at=envelope.occurred_at, expected_version=envelope.expected_version,
            comment=sealer.close(comment, stream, "account", "comment") if comment else None,
            reserved=reserved, fingerprint=print_,
        )  # fmt: skip

    async def _dry_run(
        self, cls: type[Command], order: Order, state: StreamState | None, now: datetime
    ) -> None:
        command = read_command(cls, order.fields)
        own = state or blank(order.stream)
        states = {order.stream: own}
        while more := still_needed(command, own, states):
            others = await self.store.load(more)
            states |= {s: fold(blank(s), others.events.get(s, ())) for s in more}
        decide(order, command, states, now, self.terms)

    async def batch(self, name: str, body: Mapping[str, Any], actor: Actor) -> list[dict[str, Any]]:
        """One command per stream, each decided on its own; ids derived, so it can be repeated."""
        streams = body.get("streams")
        batch_id = given_command_id(body)
        faults = {}
        if not isinstance(streams, list) or not streams or len(streams) > LONGEST_LIST:
            faults["streams"] = "is a list of 1 to 1,000 streams"
        elif not all(isinstance(stream, str) for stream in streams):
            faults["streams"] = "holds something that is not a stream's id"
        if body.get("command_id") is not None and batch_id is None:
            faults["command_id"] = "is not a UUID"
        for key in body.keys() - {"streams", "fields", "command_id", "comment", "occurred_at"}:
            faults[key] = "is not known"
        if faults:
            raise Refused.of_faults(faults)
        forbid(command_named(name), actor)
        batch_id = batch_id or new_command_id()
        shared = {k: v for k, v in body.items() if k not in ("streams", "command_id")}
        lines: list[dict[str, Any]] = []
        for stream in dict.fromkeys(streams or ()):
            one = {**shared, "stream": stream, "command_id": str(uuid5(batch_id, stream))}
            line: dict[str, Any] = {"stream": stream, "command_id": one["command_id"]}
            try:
                line |= {"ok": True, "answer": await self.command(name, one, actor)}
            except Refused as refusal:
                line |= {"ok": False, "refused": refusal}
            except Unavailable as away:
                line |= {"ok": False, "unavailable": away.part}
            except Accepted:
                line |= {"ok": False, "accepted": True}
            lines.append(line)
        return lines


def answer_to(actor: Actor, answer: Answer) -> Answer:
    """The answer as its receiver may know it."""
    return answer_for_mission(answer) if _of_mission(answer.stream, actor) else answer


def _of_mission(stream: Any, actor: Actor) -> bool:
    return as_mission(KINDS.get(str(stream)[:3], "case"), actor)


def _rescued(state: StreamState | None) -> datetime | None:
    return state.rescued_at if isinstance(state, Case) else None


def _stream(value: Any) -> str | None:
    """What is no stream's id names no stream."""
    return value if isinstance(value, str) and re.fullmatch(STREAM, value) else None


def _state(cls: type[Command], stream: str | None, loaded: Loaded) -> StreamState | None:
    events = loaded.events.get(stream or "", ())
    if cls.spec.opens or stream is None or not events:
        return None
    return fold(blank(stream), events)


def _answered(outcome: Outcome) -> Answer:
    match outcome.kind:
        case "done" if outcome.answer is not None:
            return outcome.answer
        case "refused":
            raise Refused(outcome.code, *outcome.names, why=outcome.why, version=outcome.version)
        case _:
            raise Unavailable(outcome.part or "temporal")
