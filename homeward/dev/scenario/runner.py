"""Runs a story step by step on an engine, and says where it stops holding."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from homeward.dev.scenario.engine import Engine
from homeward.dev.scenario.format import Crash, Do, Holds, Read, Service, Story, Wait
from homeward.dev.scenario.values import Names, UnknownName, later, told
from homeward.domain.actors import Actor
from homeward.domain.commands import COMMANDS
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import fold
from homeward.domain.tasks import tasks
from homeward.sealing.forms import clear_form
from homeward.services.sandbox.vocabulary import OPERATIONS


class Broken(Exception):  # noqa: N818
    """The story does not hold: where, what was expected, what came."""

    def __init__(self, where: str, expected: str, came: str) -> None:
        super().__init__(f"{where}: expected {expected}; came {came}")
        self.where = where
        self.expected = expected
        self.came = came


class Telling:
    """One story being told."""

    def __init__(self, story: Story, engine: Engine) -> None:
        self.story = story
        self.engine = engine
        self.names = Names()
        self.streams: dict[str, None] = {}
        self.seen = 0

    async def tell(self) -> None:
        """Raises Broken at the first step that does not hold."""
        await self.engine.begin(self.story.now)
        for service, behaviour in self.story.services.items():
            try:
                await self._tell_service(service, behaviour)
            except (Refused, UnknownName) as fault:
                came = _refusal(fault) if isinstance(fault, Refused) else str(fault)
                raise Broken("services", "what a service can do", came) from None
        for where, step in self.story.steps:
            try:
                await self._step(where, step)
            except UnknownName as name:
                raise Broken(where, "a name that was saved", str(name)) from None
            except Refused as refusal:
                raise Broken(where, _briefly(step), _refusal(refusal)) from None
        for nth, holds in enumerate(self.story.then, 1):
            try:
                await self._holds(f"then {nth}", holds)
            except UnknownName as name:
                raise Broken(f"then {nth}", "a name that was saved", str(name)) from None

    async def _step(self, where: str, step: Any) -> None:
        match step:
            case Do():
                await self._do(where, step)
            case Wait():
                until = later(await self.engine.now(), step.wait)
                await self.engine.wait(until, self.streams)
            case Service():
                await self._tell_service(step.service, step.set)
                await self.engine.settle(self.streams)
            case Crash():
                await self.engine.crash(step.crash)
            case Read():
                await self._read(where, step)
                return
        fresh = await self._fresh_events()
        if not isinstance(step, Do) or step.refused is None:
            _in_order(where, step.events, fresh)
        elif fresh and (names := [event.type for event in fresh if event.by_person]):
            raise Broken(where, f"{step.refused}, and nothing appended", f"{names} appended")
        for name in step.no_events:
            if any(event.type == name for event in fresh):
                raise Broken(where, f"no {name}", _names(fresh))

    async def _tell_service(self, service: str, behaviour: Mapping[str, Any]) -> None:
        now = await self.engine.now()
        said = {
            operation: told(how, OPERATIONS[service].get(operation), now, self.names)
            for operation, how in behaviour.items()
        }
        await self.engine.tell_service(service, said)

    def _actor(self, name: str, where: str) -> Actor:
        person = self.story.actors.get(name)
        if person is None:
            raise Broken(where, "an actor of the story", name)
        return Actor(
            name, frozenset(person.roles), person.mission, person.unit, frozenset(person.languages)
        )

    async def _do(self, where: str, step: Do) -> None:
        body = self._body(step, await self.engine.now())
        try:
            answer = await self.engine.do(step.do, body, self._actor(step.as_, where))
        except Refused as refusal:
            if step.refused is None or refusal.code != step.refused:
                expected = f"refusal {step.refused}" if step.refused else _briefly(step)
                raise Broken(where, expected, _refusal(refusal)) from None
            named = set(refusal.names)
            if missing := set(step.names) - named:
                raise Broken(where, f"names {sorted(missing)}", _refusal(refusal)) from None
            if wrong := set(step.not_names) & named:
                raise Broken(where, f"not to name {sorted(wrong)}", _refusal(refusal)) from None
            return
        if step.refused is not None:
            raise Broken(where, f"refusal {step.refused}", "it was carried out")
        self.streams |= dict.fromkeys([answer.stream, *(e["stream"] for e in answer.events)])
        await self.engine.settle(self.streams)
        result = {"stream": answer.stream, **answer.result}
        for name, key in step.save.items():
            if key not in result:
                raise Broken(where, f"`{key}` in the result", str(sorted(result)))
            self.names.saved[name] = result[key]

    def _body(self, step: Do, now: datetime) -> dict[str, Any]:
        body: dict[str, Any] = {}
        self.names.stream = ""
        if step.stream is not None:
            is_name = step.stream.startswith("$")
            body["stream"] = self.names.resolve(step.stream) if is_name else step.stream
            self.names.stream = body["stream"]
        cls = COMMANDS.get(step.do)
        form = clear_form(cls) if cls is not None else None
        fields = {
            key: told(
                value,
                form.model_fields[key].annotation if form and key in form.model_fields else None,
                now,
                self.names,
            )
            for key, value in step.with_.items()
        }
        body["fields"] = fields
        for key in ("command_id", "expected_version", "occurred_at", "comment"):
            if (value := getattr(step, key)) is not None:
                body[key] = told(value, datetime, now, self.names)
        return body

    async def _read(self, where: str, step: Read) -> None:
        stream = self.names.resolve(step.read) if step.read.startswith("$") else step.read
        try:
            seen = await self.engine.read(stream, self._actor(step.as_, where))
        except Refused as refusal:
            if refusal.code == step.refused:
                return
            raise Broken(where, f"{step.refused or 'a view'}", _refusal(refusal)) from None
        if step.refused is not None:
            raise Broken(where, f"refusal {step.refused}", "a view")
        shown = msgspec.to_builtins(seen)
        for path, value in step.sees.items():
            expected = told(value, None, await self.engine.now(), self.names)
            came = _seen(shown, path, expected)
            if not _fits(expected, came):
                raise Broken(where, f"{path} = {expected!r}", repr(came))
        for path in step.hides:
            if _at(shown, path) is not None:
                raise Broken(where, f"{path} hidden", "it is shown")

    async def _fresh_events(self) -> list[Event]:
        events = await self.engine.events(self.streams)
        fresh = events[self.seen :]
        self.seen = len(events)
        for event in fresh:
            self.names.happened(event.stream, event.type, str(event.id))
        return fresh

    async def _holds(self, where: str, holds: Holds) -> None:
        stream = self.names.resolve(holds.stream) if holds.stream.startswith("$") else holds.stream
        where = f"{where} ({holds.stream})"
        events = await self.engine.events([stream])
        state: Any = fold(blank(stream), events)
        if holds.state is not None and state.state != holds.state:
            raise Broken(where, f"state {holds.state}", state.state)
        for name, expected in holds.tracks.items():
            expected = told(expected, None, await self.engine.now(), self.names)  # noqa: PLW2901
            came = getattr(state, "tracks", {}).get(name)
            if name == "handoff":
                came = {str(handoff.id): handoff.state for handoff in state.handoffs.values()}
            if name == "consular" and not isinstance(expected, Mapping):
                came = _of_own_state(came, [n.country for n in state.identity.nationalities])
            if not _fits(expected, came):
                raise Broken(where, f"track {name} = {expected!r}", repr(came))
        if holds.holds is not None:
            kinds = sorted(hold.kind for hold in state.holds.values())
            if kinds != sorted(holds.holds):
                raise Broken(where, f"holds {sorted(holds.holds)}", str(kinds))
        if holds.tasks is not None:
            open_ = sorted({task.kind for task in tasks(state, await self.engine.now())})
            if open_ != sorted(set(holds.tasks)):
                raise Broken(where, f"tasks {sorted(set(holds.tasks))}", str(open_))
        for name, times in holds.events.items():
            count = sum(event.type == name for event in events)
            if count != times:
                raise Broken(where, f"{name} {times} times", f"{count} times")


def _seen(shown: Any, path: str, expected: Any) -> Any:
    """Some tracks have a section's name: a bare value is the track's, a mapping the section's."""
    tracks = shown.get("tracks", {}) if isinstance(shown, Mapping) else {}
    if path == "handoff":
        return {handoff["id"]: handoff["state"] for handoff in shown.get("handoffs", ())}
    if path not in tracks or isinstance(expected, Mapping):
        return _at(shown, path)
    if path == "consular":
        own = _walk(shown, ["identity", "nationalities"]) or []
        return _of_own_state(tracks[path], [n["country"] for n in own])
    return tracks[path]


def _of_own_state(consular: Any, countries: Iterable[str]) -> Any:
    """Beside a mission of another State that was contacted, a bare value is the own State's."""
    own = {country: consular[country] for country in countries if country in consular}
    return own if len(own) == 1 else consular


def _at(shown: Any, path: str) -> Any:
    found = _walk(shown, path.split("."))
    if found is None and "." not in path and isinstance(shown, Mapping):
        return _walk(shown, ["tracks", path])
    return found


def _walk(shown: Any, parts: list[str]) -> Any:
    for part in parts:
        if isinstance(shown, Mapping):
            shown = shown.get(part)
        elif isinstance(shown, list) and part.isdigit() and int(part) < len(shown):
            shown = shown[int(part)]
        else:
            return None
    return shown


def _fits(expected: Any, came: Any) -> bool:
    """Equal; a mapping holds what is named; a bare value fits a track of one nationality.

    Bare words fit a list of holds or tasks by their kinds.
    """
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        return all(_fits(value, came.get(key)) for key, value in expected.items())
    if isinstance(came, Mapping) and not isinstance(expected, Mapping) and len(came) == 1:
        return _fits(expected, next(iter(came.values())))
    if isinstance(expected, list) and isinstance(came, list):
        kinds = [item["kind"] for item in came if isinstance(item, Mapping) and "kind" in item]
        if kinds and all(isinstance(word, str) for word in [*expected, *kinds]):
            return sorted(expected) == sorted(kinds)
        return len(expected) == len(came) and all(map(_fits, expected, came))
    return bool(expected == came) or str(expected) == str(came)


def _in_order(where: str, expected: list[str], fresh: list[Event]) -> None:
    rest = iter(event.type for event in fresh)
    for name in expected:
        if name not in rest:
            raise Broken(where, f"events {expected}", _names(fresh))


def _names(events: Iterable[Event]) -> str:
    return str([event.type for event in events])


def _briefly(step: Any) -> str:
    return f"{step.do} to be carried out" if isinstance(step, Do) else type(step).__name__.lower()


def _refusal(refusal: Refused) -> str:
    faults = "; ".join(f"{path} {why}" for path, why in refusal.faults.items())
    named = faults or ", ".join(refusal.names)
    return f"refusal {refusal.code}" + (f" ({named})" if named else "")
