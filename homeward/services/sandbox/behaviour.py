"""The partners as the sandbox plays them: pure state, told the time, no network.

The HTTP sandbox is a skin over `Partners`, and the memory engine asks it directly: so both
engines meet the same partners.
"""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from homeward.ports_partners import Answered, Asked, MissionAnswer, MissionAnswers
from homeward.services.sandbox.answers import OPERATIONS, Operation, answer_to, mark
from homeward.services.sandbox.shelves import Call, Delivered, Offered, Plan, Shelves
from homeward.services.sandbox.vocabulary import OPERATIONS as VOCABULARY
from homeward.services.sandbox.vocabulary import AnswerBehaviour, Behaviour, understood

PAGE = 100


class Misbehaved(Exception):  # noqa: N818 -- what the partner did, not an error of ours
    """The call got no good answer."""


class Refused(Misbehaved):
    """The partner decided against it, and will say so again under this key."""

    def __init__(self, reason: str) -> None:
        super().__init__("refused")
        self.reason = reason


class Failed(Misbehaved):
    """Not done; the HTTP status that said so."""

    def __init__(self, status: int) -> None:
        super().__init__(f"failed with {status}")
        self.status = status


class Slow(Misbehaved):
    """Not done yet: answered once the engine's clock reads `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("slow")
        self.until = until


class Lost(Misbehaved):
    """Done and remembered, but the answer never arrived."""


class Garbage(Misbehaved):
    """Done and remembered, but the answer cannot be read; `turn` counts down to 1."""

    def __init__(self, turn: int) -> None:
        super().__init__("garbage")
        self.turn = turn


class KeyReused(Misbehaved):
    """The key was used for another operation or body."""


class Partners:
    """Immigration and mission service. What it remembers lies on its shelves."""

    def __init__(self, now: Callable[[], datetime], shelves: Shelves | None = None) -> None:
        self.now = now
        self._shelves = shelves if shelves is not None else Shelves()

    # --- how they behave -------------------------------------------------------------------

    def set(self, service: str, behaviour: Mapping[str, Any]) -> None:
        """`set("immigration", {"waiver": {"fail": 503}})`; `{}` for an operation is its default."""
        self.set_all({service: behaviour})

    def set_all(self, told: Any) -> None:
        """Everything or, where a word is not understood, nothing (`UnknownBehaviourError`)."""
        for (service, operation), behaviour in understood(told).items():
            if isinstance(behaviour, AnswerBehaviour):
                behaviour = self._plan(behaviour)  # noqa: PLW2901
            self._keep(service, operation, behaviour)

    def behaviour(self) -> dict[str, dict[str, Any]]:
        """What is set now, counts as they have run down."""
        told: dict[str, dict[str, Any]] = {service: {} for service in VOCABULARY}
        for name, how in self._shelves.behaviours.items():
            service, operation = name.split(".")
            told[service][operation] = how
        plans = [{**_told(plan.told), "due": plan.due} for plan in self._shelves.plans.values()]
        if plans:
            told["mission"]["planned"] = plans
        return told

    def reset(self) -> None:
        self._shelves.clear()

    # --- being asked -----------------------------------------------------------------------

    def ask(
        self,
        service: str,
        operation: str,
        key: str,
        body: BaseModel | Mapping[str, Any],
        *,
        resumed: bool = False,
    ) -> Answered:
        """Does it at most once per key. `resumed`: a call held for being slow goes on."""
        made = OPERATIONS[service, operation]
        asked = made.asked.model_validate(
            body.model_dump(by_alias=True) if isinstance(body, BaseModel) else body, strict=False
        )
        call = self._call(service, operation, key, asked)
        if not resumed:
            call = self._keep_call(replace(call, attempts=call.attempts + 1))
            self._fail(service, operation)
        told = self._behaviour(service, operation)
        if not call.decided:
            self._wait(call, told)
            call = self._keep_call(self._decided(call, made, asked, told))
        self._spoil(service, operation)
        call = self._keep_call(replace(call, answered=call.answered + 1))
        if call.refused is not None:
            raise Refused(call.refused)
        return made.answered.model_validate(call.answer, strict=False)

    def calls(self) -> list[Call]:
        return list(self._shelves.calls.values())

    # --- a mission's own system ---------------------------------------------------------------

    def due_answers(self, now: datetime) -> tuple[MissionAnswer, ...]:
        """Given by `now` and without a receipt, oldest first."""
        return tuple(offered.answer for _, offered in self._open(now))

    def feed(self, after: str = "") -> MissionAnswers:
        """`GET /answers`. A cursor it does not know counts as none: nothing is skipped."""
        self._fail("mission", "answer")
        self._spoil("mission", "answer")
        start = after if after in self._shelves.feed else ""
        page = [entry for entry in self._open(self.now()) if entry[0] > start][:PAGE]
        return MissionAnswers(
            cursor=page[-1][0] if page else start,
            answers=tuple(offered.answer for _, offered in page),
        )

    def receive(self, key: str, answer: str) -> str | None:
        """The receipt of an answer, the first one given; None where there is no such answer."""
        found: str | None = None
        for place, offered in list(self._shelves.feed.items()):
            if offered.answer.id == answer:
                found = offered.receipt or mark("R", key)
                self._shelves.feed[place] = replace(offered, receipt=found)
            elif offered.receipt == mark("R", key):
                raise KeyReused
        return found

    # --- the clock ---------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When, after now, the next planned answer or slow call is due."""
        now = self.now()
        dues = [*self._shelves.held.values()]
        dues += [plan.due for plan in self._shelves.plans.values() if plan.due is not None]
        return min((due for due in dues if due > now), default=None)

    # --- within ------------------------------------------------------------------------------

    def _behaviour(self, service: str, operation: str) -> Behaviour:
        how = self._shelves.behaviours.get(f"{service}.{operation}", {})
        return VOCABULARY[service][operation].model_validate(how, strict=False)

    def _keep(self, service: str, operation: str, behaviour: Behaviour) -> None:
        name, how = f"{service}.{operation}", _told(behaviour)
        if how:
            self._shelves.behaviours[name] = how
        else:
            self._shelves.behaviours.pop(name, None)

    def _call(self, service: str, operation: str, key: str, asked: Asked) -> Call:
        body = json.loads(asked.model_dump_json(by_alias=True, exclude_none=True))
        known = self._shelves.calls.get(f"{service} {key}")
        if known is None:
            return Call(service, operation, key, body, self.now())
        if (known.operation, known.asked) != (operation, body):
            raise KeyReused
        return known

    def _keep_call(self, call: Call) -> Call:
        self._shelves.calls[f"{call.service} {call.key}"] = call
        return call

    def _fail(self, service: str, operation: str) -> None:
        told = self._behaviour(service, operation)
        if told.fail is None or told.times == 0:
            return
        if told.times is not None:
            self._keep(service, operation, told.model_copy(update={"times": told.times - 1}))
        raise Failed(told.fail)

    def _wait(self, call: Call, told: Behaviour) -> None:
        name = f"{call.service} {call.key}"
        until = call.first_at + timedelta(seconds=told.slow)
        if self.now() < until:
            self._shelves.held[name] = until
            raise Slow(until)
        self._shelves.held.pop(name, None)

    def _decided(self, call: Call, made: Operation, asked: Asked, told: Behaviour) -> Call:
        if told.refuse is not None:
            return replace(call, refused=told.refuse)
        answer = answer_to(made, asked, told, call.key, self.now())
        if call.operation == "deliver":
            self._arrived(call)
        body = json.loads(answer.model_dump_json(by_alias=True))
        return replace(call, answer=body, applied=call.applied + 1)

    def _spoil(self, service: str, operation: str) -> None:
        told = self._behaviour(service, operation)
        if told.garbage:
            self._keep(service, operation, told.model_copy(update={"garbage": told.garbage - 1}))
            raise Garbage(told.garbage)
        if told.lose:
            self._keep(service, operation, told.model_copy(update={"lose": told.lose - 1}))
            raise Lost

    def _plan(self, told: AnswerBehaviour) -> AnswerBehaviour:
        """Keeps the plan apart, so that two handoffs have two; what is left is how the feed is."""
        if told.handoff is None:
            if not _told(told):
                self._shelves.plans.clear()
            return told
        now = self.now()
        there = told.handoff in self._shelves.delivered
        due = now + told.after if there else None
        self._shelves.plans[told.handoff] = Plan(told, now, due)
        return AnswerBehaviour(
            fail=told.fail, times=told.times, garbage=told.garbage, lose=told.lose
        )

    def _arrived(self, call: Call) -> None:
        handoff, now = call.asked["handoff"], self.now()
        self._shelves.delivered[handoff] = Delivered(call.asked["case"], call.asked["mission"], now)
        plan = self._shelves.plans.get(handoff)
        if plan is not None and plan.due is None:
            self._shelves.plans[handoff] = replace(plan, due=now + plan.told.after)

    def _open(self, now: datetime) -> list[tuple[str, Offered]]:
        self._give(now)
        return [(place, o) for place, o in self._shelves.feed.items() if o.receipt is None]

    def _give(self, now: datetime) -> None:
        """Plans that are due become answers in the feed, in the order of their due times."""
        due = [
            (plan.due, handoff, plan.told)
            for handoff, plan in self._shelves.plans.items()
            if plan.due is not None and plan.due <= now
        ]
        for at, handoff, told in sorted(due, key=lambda plan: plan[:2]):
            to, number = self._shelves.delivered[handoff], len(self._shelves.feed) + 1
            answer = MissionAnswer(
                # Made of what it answers and when: given again after a loss, it is the same.
                id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{handoff} {number} {at.isoformat()}")),
                handoff=handoff,
                case=to.case,
                mission=to.mission,
                **{name: getattr(told, name) for name in ANSWER_FIELDS},
                at=at,
            )
            self._shelves.feed[f"{number:09}"] = Offered(answer)
            del self._shelves.plans[handoff]


ANSWER_FIELDS = ("answer", "document", "reception", "received_at", "note")


def _told(behaviour: Behaviour) -> dict[str, Any]:
    told: dict[str, Any] = behaviour.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return told
