"""From a command to facts: every check in the contract's order, then the rule, then what follows.

`admit` holds what is decided before the fields are looked at; `decide` everything after. Both are
asked by the API (dry run), by `carry_out` (with authority), by the memory engine and, through
`possible`, by the console.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from homeward.domain.access import conflicted, may_command
from homeward.domain.actors import Actor
from homeward.domain.calendar import DEFAULT_TERMS, Terms
from homeward.domain.commands import COMMANDS, Command, On, Order, Spec, Told
from homeward.domain.facts import Event, Fact
from homeward.domain.kinds import blank
from homeward.domain.refusals import Checks, Refused
from homeward.domain.streams import KINDS, StreamState, evolve, kind_of

NO_COMMAND = UUID(int=0)
Armer = Callable[[Any, Any, Event, Terms], tuple[Any, ...]]
Reaction = Callable[[Any, Any, Told], Iterable[Fact]]


class Decision(msgspec.Struct, frozen=True):
    """The facts of one command, each in its stream, and the states before and after."""

    events: tuple[Event, ...]
    before: Mapping[str, StreamState]
    after: Mapping[str, StreamState]
    result: Mapping[str, str]


def command_named(name: str) -> type[Command]:
    """Raises `Refused("invalid", "command")` for a word that the contract does not have."""
    if name not in COMMANDS:
        raise Refused("invalid", "command", why="There is no such command.")
    return COMMANDS[name]


def forbid(cls: type[Command], actor: Actor, stream: str | None = None) -> None:
    """What no role of the actor may ever do, decided without looking at the stream."""
    known = stream is not None and stream[:3] in KINDS
    givers = cls.givers(kind_of(str(stream))) if known else cls.spec.by
    if actor.roles.isdisjoint(givers):
        raise Refused("forbidden")


def admit(
    cls: type[Command],
    raw: Mapping[str, Any],
    actor: Actor,
    state: StreamState | None,
    now: datetime,
) -> None:
    """not_found, forbidden by what the stream holds, conflict_of_interest: before the fields."""
    if cls.spec.opens:
        cls.admit(None, actor, raw, now)
        return
    if state is None or not state.exists or not may_command(state, actor, now):
        raise Refused("not_found")
    if cls.spec.stream not in ("any", kind_of(state.id)):
        raise Refused("not_found")
    cls.admit(state, actor, raw, now)
    if conflicted(state, actor):
        raise Refused("conflict_of_interest")


def _track_value(state: Any, track: str, subject: str | None) -> str | None:
    value = state.track(track, subject)
    return value if value is None else str(value)


def _allowed_here(spec: Spec, state: Any, subject: str | None) -> bool:
    if spec.from_states is not None:
        if state.state not in spec.from_states:
            return False
    elif not state.hears(spec.name):
        return False
    if spec.track is None:
        return True
    value = _track_value(state, spec.track[0], subject)
    return value is None or value in spec.track[1]


def step_key(step: str, subject: str | None) -> str:
    return step if subject is None else f"{step}:{subject}"


def _general(
    spec: Spec, state: Any, told: Told, subject: str | None, *, named: bool = True
) -> None:
    told.need(_allowed_here(spec, state, subject), "wrong_state")
    if not (spec.not_by and named):
        return
    steps = {name: state.steps.get(step_key(name, subject)) for name in spec.not_by}
    if spec.needs_step:
        told.need(steps[spec.not_by[0]], "wrong_state", why="Nothing stands open to be decided.")
    takers = {step.by if step else state.took.get(name) for name, step in steps.items()}
    told.need(told.actor.id not in takers, "separation_of_duties")


def decide(
    order: Order,
    command: Command,
    states: Mapping[str, StreamState],
    now: datetime,
    terms: Terms = DEFAULT_TERMS,
) -> Decision:
    """The facts of `order`, or `Refused`. `states` has its stream (unless it opens one) and `also`.

    Appends nothing and asks nobody: same arguments, same answer.
    """
    spec = command.spec
    own = states.get(order.stream) or blank(order.stream)
    told = Told(
        actor=order.actor, now=now, occurred_at=order.occurred_at or now, terms=terms,
        command_id=order.command_id, stream=order.stream, reserved=order.reserved,
        others=states, comment=order.comment, result={"stream": order.stream},
    )  # fmt: skip
    if order.expected_version is not None and own.last_by_person > order.expected_version:
        raise Refused("stale", version=own.version)
    if not (spec.opens or spec.system):
        _general(spec, own, told, command.subject(own), named=command.named(own))
    command.ready(own, told)
    facts = list(command.decide(own, told))
    try:
        told.checks.settle()
    except Refused as refusal:
        refusal.version = own.version
        raise
    return _Unfolding(order, told, states).of(facts)


class _Unfolding:
    """Folds facts one by one, arms their deadlines and adds what follows from them."""

    def __init__(self, order: Order, told: Told, states: Mapping[str, StreamState]) -> None:
        self.order = order
        self.told = told
        self.before = {order.stream: states.get(order.stream) or blank(order.stream), **states}
        self.after: dict[str, StreamState] = dict(self.before)
        self.events: list[Event] = []

    def of(self, facts: list[Fact | On]) -> Decision:
        for fact in facts:
            stream, body = (
                (fact.stream, fact.fact) if isinstance(fact, On) else (self.order.stream, fact)
            )
            self._add(stream, body)
        for stream in tuple(dict.fromkeys(event.stream for event in self.events)):
            for reaction in REACTIONS:
                for body in tuple(reaction(self.before[stream], self.after[stream], self.told)):
                    self._add(stream, body)
        touched = dict.fromkeys(event.stream for event in self.events)
        if self.events:
            self.told.result.setdefault("event", str(self.events[0].id))
        return Decision(
            tuple(self.events),
            {stream: self.before[stream] for stream in touched},
            {stream: self.after[stream] for stream in touched},
            self.told.result,
        )

    def _add(self, stream: str, fact: Fact) -> None:
        if stream not in self.after:
            self.before[stream] = self.after[stream] = blank(stream)
        state = self.after[stream]
        first = self.events[0].id if self.events else None
        if self.told.comment is not None and not self.events:
            fact = replace(fact, comment=self.told.comment)
        event = Event(
            id=self.told.event_id(len(self.events)), stream=stream, version=state.version + 1,
            fact=fact, by=self.told.actor.id, roles=tuple(sorted(self.told.actor.roles)),
            command=self.order.name, command_id=self.order.command_id,
            cause=self.order.cause if stream == self.order.stream else first,
            occurred_at=self.told.occurred_at, recorded_at=self.told.now,
        )  # fmt: skip
        reached = evolve(state, event)
        terms = self.told.terms
        arms = tuple(arm for armer in ARMERS for arm in armer(state, reached, event, terms))
        if arms:
            event = replace(event, fact=replace(fact, arms=arms))
            reached = evolve(state, event)
        self.after[stream] = reached
        self.events.append(event)


ARMERS: list[Armer] = []
"""(before, after, event, terms) -> deadlines that start with the event; filled by deadlines.py."""
REACTIONS: list[Reaction] = []
"""(before, after, told) -> further facts of the same stream; filled by the case's stages."""


def possible(state: StreamState, actor: Actor, now: datetime) -> dict[str, Refused | None]:
    """Each command of this stream that a role of the actor may give: None, or why not now.

    Fields are not known yet: what depends on them is decided when they are.
    """
    answer: dict[str, Refused | None] = {}
    kind = kind_of(state.id)
    for name, cls in COMMANDS.items():
        spec = cls.spec
        if spec.opens or spec.system or spec.stream not in (kind, "any"):
            continue
        if actor.roles.isdisjoint(cls.givers(kind)):
            continue
        told = Told(
            actor=actor, now=now, occurred_at=now, terms=DEFAULT_TERMS, checks=Checks(),
            command_id=NO_COMMAND, stream=state.id,
        )  # fmt: skip
        if conflicted(state, actor):
            answer[name] = Refused("conflict_of_interest")
            continue
        try:
            _general_without_subject(spec, state, told)
            cls.ready(state, told)
            told.checks.settle()
        except Refused as refusal:
            answer[name] = refusal
        else:
            answer[name] = None
    return answer


def _general_without_subject(spec: Spec, state: Any, told: Told) -> None:
    """Where a command is about one of several, it is possible while it is for any of them."""
    first = spec.not_by[0] if spec.not_by else None
    about = [key.split(":", 1)[1] for key in state.steps if first and key.startswith(f"{first}:")]
    if spec.track is not None and spec.track[0] == "handoff":
        about = [str(handoff) for handoff in state.handoffs]
        told.need(about, "wrong_state")
    outcomes: list[Checks] = []
    for subject in about or [None]:
        trial = replace(told, checks=Checks())
        _general(spec, state, trial, subject)
        outcomes.append(trial.checks)
    for checks in outcomes:
        try:
            checks.settle()
        except Refused:
            continue
        return
    outcomes[0].settle()
