"""What a form lets choose from instead of asking for an id: what the reader sees in the case."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from homeward.console.filling import Typed
from homeward.console.kinds import STREAM
from homeward.console.showing import country_of, day_of
from homeward.edge.catalogue import Lang, term
from homeward.edge.formfield import Choice, FormField

OPEN = frozenset({"OPENED", "DELIVERED", "ACCEPTED"})


def choices_for(view: Mapping[str, Any], lang: Lang) -> Callable[[str], tuple[Choice, ...]]:
    """By a field's name; none where the reader sees nothing of that sort."""

    def of(name: str) -> tuple[Choice, ...]:
        match name:
            case "handoff":
                given = _each(view.get("handoffs"))
                return tuple(_handoff(one, lang) for one in given if one.get("state") in OPEN)
            case "hold":
                return tuple(_hold(one, lang) for one in _each(view.get("holds")))
            case "correction":
                return tuple(_correction(one, lang) for one in _each(view.get("corrections")))
            case "deadline":
                return _deadlines(view, lang)
            case _:
                return ()

    return of


VERIFYING = ("confirmed", "not_ours", "no_record", "needs_more")
DOING = ("done", "declined", "needs_more")
BROUGHT = {
    "document": "issue_travel_document",
    "reception": "arrange_reception",
    "received_at": "confirm_reception",
}
"""What an answer brings, and the one kind of handoff that asks for it."""


def narrowed(
    command: str, fields: Sequence[FormField], typed: Typed, view: Mapping[str, Any]
) -> list[FormField]:
    """Of an answer to a known handoff only what that kind can be answered with."""
    wanted = next(iter(typed.get("handoff", ())), "")
    asked = next((one for one in _each(view.get("handoffs")) if str(one["id"]) == wanted), None)
    if command != "answer_handoff" or asked is None:
        return list(fields)
    kind = str(asked.get("kind"))
    answers = VERIFYING if kind == "verify_nationality" else DOING
    fit = []
    for field in fields:
        if BROUGHT.get(field.name, kind) != kind:
            continue
        if field.name == "answer":
            kept = tuple(choice for choice in field.choices if choice.value in answers)
            fit.append(field.replace(choices=kept))
        else:
            fit.append(field)
    return fit


def reference(text: str) -> str:
    """A stream's id, or nothing: what stands in an address is never trusted."""
    return text if STREAM.fullmatch(text) else ""


def _each(value: Any) -> Iterable[Mapping[str, Any]]:
    for one in value.values() if isinstance(value, Mapping) else value or ():
        if isinstance(one, Mapping) and one.get("id"):
            yield one


def _handoff(one: Mapping[str, Any], lang: Lang) -> Choice:
    words = [term("value", str(one.get("kind")), lang)]
    if one.get("mission"):
        words.append(country_of(one["mission"], lang))
    words.append(term("track.value", str(one.get("state")), lang))
    return Choice(str(one["id"]), " · ".join(words))


def _hold(one: Mapping[str, Any], lang: Lang) -> Choice:
    words = term("hold", str(one.get("kind")), lang)
    return Choice(str(one["id"]), f"{words} · {day_of(one['at'], lang)}" if "at" in one else words)


def _correction(one: Mapping[str, Any], lang: Lang) -> Choice:
    event = term("event", str(one.get("event_type")), lang)
    return Choice(str(one["id"]), f"{event} · {term('field', str(one.get('field')), lang)}")


def _deadlines(view: Mapping[str, Any], lang: Lang) -> tuple[Choice, ...]:
    given = view.get("deadlines") or ()
    keys = (
        list(given)
        if isinstance(given, Mapping)
        else [one.get("key") or one.get("name") for one in given if isinstance(one, Mapping)]
    )
    return tuple(
        Choice(str(key), term("deadline", str(key).split(":")[0], lang)) for key in keys if key
    )
