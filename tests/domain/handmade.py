"""Streams in memory, for rules told one by one: decided as the engine decides, sealed by hand."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest
from pydantic import ValidationError

import homeward.domain.all  # noqa: F401 - fills COMMANDS
from homeward.domain.actors import Actor
from homeward.domain.commands import COMMANDS, Order, still_needed
from homeward.domain.decide import Decision, admit, decide, forbid
from homeward.domain.facts import Event, Fact
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.sealed import Sealed
from homeward.domain.streams import PREFIX, StreamState, evolve
from homeward.edge.paper import with_words_closed
from homeward.sealing.edge import seal
from homeward.sealing.forms import clear_form

NAMESPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
START = datetime.fromisoformat("2022-08-01T08:30:00+07:00")


class Glass:
    """Closes values so that a test can look inside."""

    def close(
        self, value: Any, subject: str, compartment: Any, field: str, *, match: bool = False
    ) -> Sealed:
        box = json.dumps(value, ensure_ascii=False)
        return Sealed(subject, compartment, field, "k", box, box if match else None)


class Desk:
    def __init__(self) -> None:
        self.now = START
        self.states: dict[str, StreamState] = {}
        self.log: dict[str, list[str]] = {}
        self.given = 0

    def do(
        self,
        who: str,
        does: str,
        stream: str | None = None,
        /,
        *,
        role: str,
        mission: str | None = None,
        of_unit: str | None = None,
        **fields: Any,
    ) -> dict[str, str]:
        actor = Actor(who, frozenset(role.split("+")), mission=mission, unit=of_unit)
        return self.give(actor, does, stream, fields)

    def give(
        self, actor: Actor, does: str, stream: str | None, fields: dict[str, Any]
    ) -> dict[str, str]:
        """As `do`, for fields that are called as an actor's own are."""
        cls = COMMANDS[does]
        self.given += 1
        forbid(cls, actor, stream)
        reserved = {kind: f"{PREFIX[kind]}-2022-{self.given:06d}" for kind in cls.spec.reserves}
        own = stream or reserved[cls.spec.stream]
        state = self.states.get(own)
        admit(cls, fields, actor, state, self.now)
        try:
            clear = clear_form(cls).model_validate_json(
                json.dumps(fields), context={"now": self.now}
            )
            closed = seal(clear, cls, Glass(), lambda _: own)
            if does == "record_service_answer":
                closed = with_words_closed(closed, own, Glass())
            command = cls.model_validate_json(json.dumps(closed))
        except ValidationError as fault:
            paths = (".".join(map(str, error["loc"])) for error in fault.errors())
            raise Refused("invalid", *paths) from None
        order = Order(
            name=does, stream=own, command_id=uuid5(NAMESPACE, str(self.given)), actor=actor,
            fields=closed, reserved=reserved,
        )  # fmt: skip
        loaded: dict[str, StreamState] = {own: state or blank(own)}
        while more := still_needed(command, loaded[own], loaded):
            loaded |= {one: self.states.get(one) or blank(one) for one in more}
        decision = decide(order, command, loaded, self.now)
        self._keep(decision)
        return dict(decision.result)

    def _keep(self, decision: Decision) -> None:
        self.states |= decision.after
        for event in decision.events:
            self.log.setdefault(event.stream, []).append(event.type)
            stored = msgspec.json.encode(event.fact)
            assert msgspec.json.decode(stored, type=type(event.fact)) == event.fact

    def happens(self, stream: str, fact: Fact, by: str = "somebody") -> UUID:
        """A fact told elsewhere, so that a rule of this part can meet it."""
        self.given += 1
        state = self.states.get(stream) or blank(stream)
        event = Event(
            id=uuid5(NAMESPACE, f"fact {self.given}"), stream=stream, version=state.version + 1,
            fact=fact, by=by, roles=(), command="told", command_id=NAMESPACE, cause=None,
            occurred_at=self.now, recorded_at=self.now,
        )  # fmt: skip
        self.states[stream] = evolve(state, event)
        return event.id

    def given_id(self) -> UUID:
        """An id that no event has."""
        self.given += 1
        return uuid5(NAMESPACE, f"id {self.given}")

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def refuses(self, code: str, *names: str, **told: Any) -> None:
        """The command is refused with this code and names at least these; nothing is appended."""
        before = {stream: state.version for stream, state in self.states.items()}
        with pytest.raises(Refused) as refusal:
            self.do(told.pop("who"), told.pop("does"), told.pop("stream", None), **told)
        assert refusal.value.code == code, (refusal.value.code, refusal.value.names)
        assert set(names) <= set(refusal.value.names), refusal.value.names
        assert before == {stream: state.version for stream, state in self.states.items()}
