"""Words that may be found nowhere, planted in every field that is sealed."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import httpx
from pydantic import BaseModel

from homeward.dev.scenario.live import LiveEngine
from homeward.domain.actors import Actor
from homeward.domain.commands import COMMANDS
from homeward.domain.fields import LongText, Text
from homeward.domain.refusals import Refused
from homeward.domain.sealed import Closed
from homeward.ports import Answer
from homeward.sealing.edge import _options
from homeward.sealing.forms import closed_in, hints

WORDS, LISTS = (Text, LongText), (tuple[Text, ...], tuple[LongText, ...])
CHECKED = frozenset({"mrz"})
"""Read at the edge against what stands beside it: no other word fits."""
SAID_BY_PARTNERS = frozenset({"refuse", "note", "contact"})
CONTROL = "basis-3f9a1c77d2e5"
"""In a field that is not sealed: whoever searches must find it."""
Path = tuple[str, ...]
Field = tuple[str, Path]
"""A command, and where in its fields."""


def inner(annotation: Any) -> Iterator[type[BaseModel]]:
    """The groups of fields that a field may hold, itself or in a list."""
    for option in _options(annotation):
        if isinstance(option, type) and issubclass(option, BaseModel):
            yield option
        elif get_origin(option) in (tuple, list, dict):
            for part in get_args(option):
                yield from () if part in (..., str) else inner(part)


def fields_of(model: type[BaseModel], at: Path = ()) -> Iterator[Path]:
    """Every sealed field of words below."""
    for name, annotation in hints(model).items():
        if mark := closed_in(annotation):
            if name not in CHECKED and mark.clear in (*WORDS, *LISTS):
                yield (*at, name)
        else:
            for group in inner(annotation):
                yield from fields_of(group, (*at, name))


def every_field() -> set[Field]:
    """Of the commands that people give."""
    people = {name: cls for name, cls in COMMANDS.items() if not cls.spec.system}
    return {(name, path) for name, cls in people.items() for path in fields_of(cls)}


class Planter:
    """Puts a word of its own in place of what people say."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}
        """Sentinel -> where it was planted."""
        self.accepted: set[Field] = set()
        self.errors: list[str] = []
        """What the API said in refusals and faults."""

    def word(self, of: str) -> str:
        """The same for the same `of`: long enough to come about nowhere by chance."""
        word = "zeugin-" + hashlib.sha256(of.encode()).hexdigest()[:16]
        self.planted.setdefault(word, of)
        return word

    def fields(self, command: str, told: Any, *, more: bool) -> tuple[Any, set[Field]]:
        """The fields with sentinels; `more`: also where an optional one was left out."""
        done: set[Field] = set()
        return self._group(command, COMMANDS[command], told, (), done, more), done

    def _group(
        self,
        command: str,
        model: type[BaseModel],
        told: Any,
        at: Path,
        done: set[Field],
        more: bool,
    ) -> Any:
        if not isinstance(told, Mapping) or told.keys() & CHECKED:
            return told
        new = dict(told)
        for name, annotation in hints(model).items():
            here = (*at, name)
            if mark := closed_in(annotation):
                if name in CHECKED or (name not in told and not more):
                    continue
                word = self._closed(command, here, mark, told.get(name))
                if word is not None:
                    new[name] = word
                    done.add((command, here))
            elif name in told:
                for group in inner(annotation):
                    new[name] = self._nested(command, group, new[name], here, done, more)
        return new

    def _nested(
        self,
        command: str,
        group: type[BaseModel],
        told: Any,
        at: Path,
        done: set[Field],
        more: bool,
    ) -> Any:
        if isinstance(told, list):
            return [self._group(command, group, one, at, done, more) for one in told]
        if isinstance(told, Mapping) and not told.keys() & hints(group).keys():
            return {k: self._group(command, group, v, at, done, more) for k, v in told.items()}
        return self._group(command, group, told, at, done, more)

    def _closed(self, command: str, at: Path, mark: Closed, told: Any) -> Any:
        # what is compared keeps being equal to itself, wherever it is told
        of = f"{command} {'.'.join(at)}" if not mark.match or told is None else f"= {told}"
        if mark.clear in WORDS:
            return self.word(of)
        return [self.word(of)] if mark.clear in LISTS else None

    def by_partner(self, told: Any) -> Any:
        if not isinstance(told, Mapping):
            return told
        return {
            key: self.word(f"partner {key}")
            if key in SAID_BY_PARTNERS and isinstance(value, str)
            else self.by_partner(value)
            for key, value in told.items()
        }


class PlantingEngine(LiveEngine):
    """The live engine, told with sentinels."""

    planter: Planter

    async def do(self, command: str, body: Mapping[str, Any], actor: Actor) -> Answer:
        for more in (True, False):
            fields, done = self.planter.fields(command, body.get("fields", {}), more=more)
            if command == "request_exit_permit":
                fields = {**fields, "basis": CONTROL}
            comment = self.planter.word(f"{command} comment")
            try:
                answer = await super().do(
                    command, {**body, "fields": fields, "comment": comment}, actor
                )
            except Refused as refusal:
                if not more or refusal.code not in ("invalid", "wrong_state"):
                    raise
                continue
            self.planter.accepted |= {*done, (command, ("comment",))}
            await self._badly(command, body, actor)
            return answer
        raise AssertionError("unreachable")

    async def _badly(self, command: str, body: Mapping[str, Any], actor: Actor) -> None:
        """The same with faults in it, so that the API has something to say about sentinels."""
        fault = self.planter.word(f"{command} fault")
        fields = {name: {"said": fault} for name in body.get("fields", {})}
        for wrong in (fields | {"unknown": fault}, fault):
            answer = await self._api.post(
                f"/api/v1/commands/{command}",
                json={**body, "fields": wrong, "comment": [fault]},
                headers=self._headers(actor),
            )
            assert answer.is_error

    async def tell_service(self, service: str, behaviour: Mapping[str, Any]) -> None:
        await super().tell_service(service, self.planter.by_partner(behaviour))

    def listen(self) -> None:
        """Keep the words of every refusal."""

        async def keep(response: httpx.Response) -> None:
            if response.is_error:
                await response.aread()
                self.planter.errors.append(response.text)

        self._api.event_hooks["response"].append(keep)
