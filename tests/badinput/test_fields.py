"""Whatever stands in a field's place is refused by name, or stored as it was given."""

import json
import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from homeward.domain.refusals import Refused
from homeward.edge.catalogue import say
from homeward.edge.words import fault_message
from homeward.sealing.forms import clear_form
from tests.badinput.bad import Bad, Path, breakings, oddities, paths
from tests.badinput.good import GOOD
from tests.badinput.tour import Moment, Tour
from tests.badinput.world import OFFERED, World, changed, leaves, plain, who

ANYTHING = {
    # whatever a corrected field, or the call's answer, may hold is judged by what it is about
    "correct_record": ("value",),
    "record_service_answer": ("answer",),
}
IGNORED = {"clear_for_departure": ("overrides",)}
"""What is not the giver's to say is not listened to (contract, clear_for_departure)."""
DEPENDING = {
    "consent_missing", "wrong_state", "guard_failed", "protection_bar", "conflict_of_interest",
    "forbidden", "not_found", "guardian_missing", "interpreter_conflict", "hold",
    "separation_of_duties",
}  # fmt: skip
"""What a field left out, which may be left out, can come to."""


def forms_of(command: str) -> list[str]:
    """The command's forms of the tour: read from its source, so that each is a test of its own."""
    return FORMS.get(command, [command])


FORMS = {
    "answer_request": ["answer_request", "answer_request/case"],
    "withdraw_consent": ["withdraw_consent", "withdraw_consent/contact"],
    "bring_before_court": ["bring_before_court", "bring_before_court/new"],
    "answer_handoff": ["answer_handoff", "answer_handoff/reception", "answer_handoff/received",
                       "answer_handoff/confirmed"],
    "record_consent": ["record_consent", "record_consent/interview"],
}  # fmt: skip
EVERY = [form for command in sorted(OFFERED) for form in forms_of(command)]


def _options(annotation: Any) -> list[Any]:
    """What a field may hold, without marks."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _options(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [option for part in get_args(annotation) for option in _options(part)]
    return [annotation]


def may_be_left_out(model: type[BaseModel], path: Path) -> bool:
    """Whether the field at the path may be null or missing."""
    kinds: list[Any] = [model]
    optional = False
    for part in path:
        inner: list[Any] = []
        optional = False
        for kind in kinds:
            if isinstance(part, int):
                inner += _options(get_args(kind)[0]) if get_origin(kind) is tuple else []
            elif (
                isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields
            ):
                info = kind.model_fields[part]
                optional = optional or not info.is_required()
                inner += _options(info.annotation)
        kinds = inner
    return optional


def told(path: Path) -> str:
    return ".".join(map(str, path))


def names_it(refusal: Refused, bad: Bad) -> bool:
    """The field itself, or what lies within it where a whole group was replaced."""
    field = told(bad.path)
    return any(name == field or name.startswith(f"{field}.") for name in refusal.names)


def give(world: World, moment: Moment, fields: Any) -> Refused | None:
    """The refusal, after which nothing is there that was not there before; None: carried out."""
    world.back_to(moment.before)
    before = changed(world.store)
    body = {"fields": plain(fields)} | ({"stream": moment.stream} if moment.stream else {})
    try:
        world.command(moment.command, body, who(moment.person))
    except Refused as refusal:
        assert changed(world.store) == before, "a refusal has appended something"
        return refusal
    except Exception as crash:
        return Refused("unavailable", f"{type(crash).__name__}: {crash!s:.100}")
    return None


def is_plain(refusal: Refused, value: Any) -> str | None:
    """What is wrong with how it is told: every fault in both languages, none with its value."""
    for name in refusal.names:
        sentence = refusal.faults.get(name, refusal.why)
        unknown = say("is not valid", "km")
        if not sentence or fault_message(sentence, "km") in (unknown, sentence):
            return f"{name} is not told in words: {sentence!r}"
        if isinstance(value, str) and len(value) > 5 and value in sentence:
            return f"{name} quotes what was sent"
    return None


def test_good_fields_are_known_for_every_command() -> None:
    assert sorted(GOOD) == sorted(OFFERED)


def test_the_tour_gives_every_command_in_every_form(tour: Tour) -> None:
    assert sorted(set(EVERY) - set(tour.moments)) == []


ELSEWHERE = {"mrz": "test_contradictions", "turns_18": "set by the edge"}


def fields_of(model: type[BaseModel]) -> Iterator[str]:
    """The names of all fields of the form, those of its groups among them."""
    for name, info in model.model_fields.items():
        yield info.alias or name
        for option in _options(info.annotation):
            for part in (option, *(o for arg in get_args(option) for o in _options(arg))):
                if isinstance(part, type) and issubclass(part, BaseModel):
                    yield from fields_of(part)


@pytest.mark.parametrize("command", sorted(OFFERED))
def test_every_field_of_the_command_is_told_in_one_of_its_forms(tour: Tour, command: str) -> None:
    told = {
        part
        for form in forms_of(command)
        for path in paths(tour.moments[form].fields)
        for part in path
    }
    assert set(fields_of(clear_form(OFFERED[command]))) - told - ELSEWHERE.keys() == set()


@pytest.mark.parametrize("form", EVERY)
def test_every_field_that_cannot_stand_is_refused_by_name(
    world: World, tour: Tour, form: str
) -> None:
    moment = tour.moments[form]
    model = clear_form(OFFERED[moment.command])
    free = ANYTHING.get(moment.command, ())
    wrong = []
    for bad in breakings(moment.fields, lambda path: may_be_left_out(model, path)):
        refusal = give(world, moment, bad.fields)
        if bad.path[0] in free:
            fine = refusal is None or refusal.code in ("invalid", "wrong_state")
        elif bad.must:
            fine = refusal is not None and refusal.code == "invalid" and names_it(refusal, bad)
        else:
            fine = (
                refusal is None
                or refusal.code in DEPENDING
                or (refusal.code == "invalid" and names_something(refusal, bad))
            )
        if not fine:
            wrong.append((told(bad.path), bad.what, str(refusal)[:200]))
        elif refusal is not None and (fault := is_plain(refusal, bad.value)):
            wrong.append((told(bad.path), bad.what, fault))
    assert wrong == []


def names_something(refusal: Refused, bad: Bad) -> bool:
    """What a missing field contradicts may be named in its stead."""
    return bool(refusal.names) and bad.value is None


@pytest.mark.parametrize("form", EVERY)
def test_every_text_is_stored_as_it_was_given_or_refused_by_name(
    world: World, tour: Tour, form: str
) -> None:
    moment = tour.moments[form]
    wrong = []
    for odd in oddities(moment.fields):
        refusal = give(world, moment, odd.fields)
        if refusal is not None:
            if refusal.code != "invalid" or not names_it(refusal, odd):
                wrong.append((told(odd.path), odd.what, str(refusal)[:200]))
            continue
        new = world.store.order[len(moment.before.order) :]
        if odd.path[0] in IGNORED.get(moment.command, ()):
            continue
        if odd.value not in set(leaves(world.opened(new))):
            wrong.append((told(odd.path), odd.what, "is not what is stored"))
    assert wrong == []


@pytest.mark.parametrize("form", EVERY)
def test_all_faults_are_named_at_once(world: World, tour: Tour, form: str) -> None:
    moment = tour.moments[form]
    fields = {name: {"rolle": [None]} for name in moment.fields}
    world.back_to(moment.before)
    body: dict[str, Any] = {
        "fields": {**fields, "unknown": 1}, "expected_version": "3", "comment": 7,
        "occurred_at": "yesterday", "rolle": "admin",
    } | ({"stream": moment.stream} if moment.stream else {})  # fmt: skip
    with pytest.raises(Refused) as refusal:
        world.command(moment.command, body, who(moment.person))
    named = {name.partition(".")[0] for name in refusal.value.names}
    free = set(ANYTHING.get(moment.command, ()))
    expected = {*fields, "unknown", "expected_version", "comment", "occurred_at", "rolle"} - free
    assert refusal.value.code == "invalid"
    assert expected - named == set()
    assert set(refusal.value.faults) == set(refusal.value.names)
    assert all(fault_message(fault, "km") for fault in refusal.value.faults.values())


@pytest.mark.parametrize("form", EVERY)
def test_what_is_good_is_stored_and_opens_again(world: World, tour: Tour, form: str) -> None:
    moment = tour.moments[form]
    assert give(world, moment, plain(moment.fields)) is None
    new = world.store.order[len(moment.before.order) :]
    assert new
    assert json.dumps(world.opened(new))
