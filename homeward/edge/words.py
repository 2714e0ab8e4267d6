"""Words for people, in English and Khmer: why something is refused, and what to do next."""

import re
from collections.abc import Callable
from typing import NamedTuple

from homeward.domain.refusals import Refused
from homeward.edge.catalogue import Lang, catalogue, language_of, say, term
from homeward.edge.figures import digits

__all__ = [
    "Refusal",
    "fault_message",
    "language_of",
    "message",
    "names_in_words",
    "refusal",
    "term",
]

NAMED: dict[str, tuple[str, ...]] = {
    "guard_failed": ("guard.fails",),
    "hold": ("hold",),
    "unavailable": ("part",),
    "invalid": ("field",),
    "consent_missing": ("value",),
    "forbidden": ("role",),
}
"""What a refusal's names are: the contexts in which their words are looked for."""


CODED = {
    "task": "task", "guard": "guard", "guards": "guard", "restricted_to": "role", "role": "role",
    "roles": "role", "tells": "role", "state": "state", "deadline": "deadline", "type": "event",
    "event_type": "event", "step_type": "event", "command": "command", "part": "part",
}  # fmt: skip
"""Fields whose values are words of another list than `value`."""
OTHERWISE = ("value", "hold", "role", "task", "guard", "state", "track.value", "event")


HELD = re.compile(r"(\S+) holds the case already\.")


class Refusal(NamedTuple):
    """A refusal as a person reads it."""

    title: str
    detail: str
    next: str


def refusal(refused: Refused, lang: Lang) -> Refusal:
    """Title, what speaks against it (everything named), and what to do next."""
    detail = [term("refusal", refused.code, lang)]
    if why := reason(refused.why, lang):
        detail.append(why)
    if refused.names and refused.code != "not_found":
        listed = "; ".join(names_in_words(refused, lang))
        detail.append(
            say("Still missing: %(names)s.", lang, names=listed)
            if refused.code == "guard_failed"
            else say("Concerned: %(names)s.", lang, names=listed)
        )
    return Refusal(
        term("refusal.title", refused.code, lang),
        " ".join(detail),
        term("refusal.next", refused.code, lang),
    )


def message(refused: Refused, lang: Lang) -> str:
    """One paragraph: why not, and what to do next."""
    told = refusal(refused, lang)
    return f"{told.detail} {told.next}".strip()


def names_in_words(refused: Refused, lang: Lang) -> list[str]:
    """The fields, guards or holds that a refusal names."""
    contexts = NAMED.get(refused.code, ())
    return [_name(name, contexts, lang) for name in refused.names]


def _name(name: str, contexts: tuple[str, ...], lang: Lang) -> str:
    for context in contexts:
        if context == "field":
            return field_label(name, lang)
        if found := catalogue(lang).find(context, name):
            return found
    return name


def field_label(path: str, lang: Lang, command: str = "") -> str:
    """`people.0.name` -> "People 1: Name": every part that people have a word for."""
    told: list[str] = []
    for part in path.split("."):
        if part.isdigit():
            nth = digits(int(part) + 1, lang)
            told.append(f"{told.pop()} {nth}" if told else nth)
        else:
            own = catalogue(lang).find("field", f"{command}.{part}") if command else None
            told.append(own or term("field", part, lang))
    return ": ".join(told)


def value_word(field: str, value: str, lang: Lang) -> str | None:
    """The word of a coded value; None where the value is none of the contract's codes."""
    words = catalogue(lang)
    for context in (f"value.{field}", CODED.get(field, "value"), *OTHERWISE):
        if found := words.find(context, value):
            return found
    return None


def reason(why: str, lang: Lang) -> str:
    """The rule's own sentence; in Khmer only where it is translated."""
    if not why:
        return ""
    if held := HELD.fullmatch(why):
        return say("%(who)s holds the case already.", lang, who=held[1])
    return catalogue(lang).find("why", why) or (why if lang == "en" else "")


def fault_message(text: str, lang: Lang) -> str:
    """What is wrong with a field, as the rest of a sentence about it."""
    text = text.strip()
    if found := catalogue(lang).find("fault", text) or catalogue(lang).find("why", text):
        return found
    if (told := catalogue(lang).gettext(text)) != text:
        return told
    for pattern, tell in PATTERNS:
        if found_in := pattern.fullmatch(text):
            return tell(found_in, lang)
    return text if lang == "en" and text else say("is not valid", lang)


Tell = Callable[[re.Match[str], Lang], str]


def _fixed(sentence: str) -> Tell:
    return lambda _, lang: say(sentence, lang)


def _number(sentence: str) -> Tell:
    return lambda found, lang: say(sentence, lang, n=digits(found[1], lang))


def _one_of(found: re.Match[str], lang: Lang) -> str:
    """In the reader's words where each option has one, with the codes that are sent."""
    codes = re.findall(r"'([^']*)'", found[1])
    return say("is not one of: %(options)s", lang, options=", ".join(codes))


ZONE_PARTS = {
    "layout": "the layout", "composite": "the last check digit", "optional": "the optional data",
    "document_code": "the kind of document",
}  # fmt: skip
"""Parts of a machine-readable zone that are no field's."""
ZONE_PART = "|".join(
    (*ZONE_PARTS, "number", "birth_date", "expires", "issuer", "nationality", "sex",
     r"line \d+, sign \d+")
)  # fmt: skip


def _zone(found: re.Match[str], lang: Lang) -> str:
    """Each fault of a zone (`reference/mrz.py`) with the part it is in."""
    told = []
    for fault in found[0].split("; "):
        if sign := re.match(r"line (\d+), sign (\d+) (.*)", fault):
            line, nth = digits(int(sign[1]), lang), digits(int(sign[2]), lang)
            part = say("line %(line)s, sign %(nth)s", lang, line=line, nth=nth)
            what = sign[3]
        else:
            name, _, what = fault.partition(" ")
            part = say(ZONE_PARTS[name], lang) if name in ZONE_PARTS else term("field", name, lang)
        told.append(f"{part} {say(what, lang)}")
    return "; ".join(told)


PATTERNS: tuple[tuple[re.Pattern[str], Tell], ...] = tuple(
    (re.compile(pattern, re.DOTALL), tell)
    for pattern, tell in (
        (r"Field required|is missing|is required", _fixed("is required")),
        (r"Extra inputs are not permitted|Input should be null|is not known",
         _fixed("is not known here")),
        (r"Input should be ('.*')", _one_of),
        (r"Input should be a valid string", _fixed("is not text")),
        (r"Input should be a valid (?:integer|whole).*", _fixed("is not a whole number")),
        (r"Input should be (?:a valid (?:number|decimal)|an (?:integer|instance of Dec)).*",
         _fixed("is not a number")),
        (r"Input should be a finite number", _fixed("is not a number")),
        (r"Decimal input should have no more than (\d+) decimal places?",
         _number("has more than %(n)s digits after the point")),
        (r"Decimal input should have no more than (\d+) .*", _number("has more than %(n)s digits")),
        (r"Input should be a valid boolean.*", _fixed("is not yes or no")),
        (r"Input should be greater than or equal to (-?[\d.]+)", _number("is less than %(n)s")),
        (r"Input should be less than or equal to (-?[\d.]+)", _number("is more than %(n)s")),
        (r"Input should be greater than (-?[\d.]+)", _number("is not more than %(n)s")),
        (r"Input should be less than (-?[\d.]+)", _number("is not less than %(n)s")),
        (r"String should have at most (\d+) characters?",
         _number("is longer than %(n)s characters")),
        (r"String should have at least (\d+) characters?",
         _number("is shorter than %(n)s characters")),
        (r"String should match pattern.*", _fixed("is not written as it should be")),
        (r"Input should have timezone info", _fixed("has no time zone")),
        (r"Input should be a valid datetime.*", _fixed("is not a real date and time")),
        (r"(?:Input should be a valid date.*|Datetimes provided to dates.*)",
         _fixed("is not a real date")),
        (r"(?:Input should be a valid UUID.*|UUID input should be.*|is not a UUID)",
         _fixed("is not an id")),
        (r"\w+ should have at least (\d+) items?.*", _number("must have at least %(n)s")),
        (r"\w+ should have at most (\d+) items?.*", _number("has more than %(n)s")),
        (r"Input should be a valid (?:array|tuple|list|set|frozenset).*", _fixed("is not a list")),
        (r"(?:Input should be (?:an object|a valid dictionary|a valid dict)).*",
         _fixed("is not a group of fields")),
        (r"is a year of the Buddhist era; write (\d+)",
         _number("is a year of the Buddhist era; write %(n)s")),
        (rf"(?:{ZONE_PART}) (?:is|has|does) .*", _zone),
        (r"is nested deeper than (\d+)", _number("is nested deeper than %(n)s")),
        (r"has more than (\d+)", _number("has more than %(n)s")),
    )
)  # fmt: skip
"""pydantic's sentences, and ours that hold a number, as the rest of "Urgency ..."."""
