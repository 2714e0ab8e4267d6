"""What a read answers, in the reader's words: labels, dates, places and codes; nothing left out."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from babel.dates import format_date

from homeward.console.kinds import STREAM, path_of
from homeward.console.persons import name_of
from homeward.domain.actors import ROLES
from homeward.domain.calendar import end_of
from homeward.domain.commands import COMMANDS
from homeward.edge.catalogue import Lang, catalogue, say, term
from homeward.edge.figures import (
    LOCALES,
    country,
    day,
    digits,
    due_in_words,
    language,
    moment,
    province,
)
from homeward.edge.formfield import FormField
from homeward.edge.forms import form_of
from homeward.edge.words import value_word

PEOPLE = frozenset(
    {"by", "opened_by", "interviewer", "assessed_by", "examined_by", "requested_by", "user",
     "assignee", "panel"}
)  # fmt: skip
COUNTRIES = frozenset(
    {"country", "mission", "issuer", "nationality", "residence_state", "travel_nationality",
     "nationality_confirmed", "hte_Country", "missions_notified"}
)  # fmt: skip
NAMED_BY_KEY = {"confirm": "command", "overdue": "deadline"}
"""Kinds of tasks whose key tells what they are about: of which step, of which deadline."""
NOT_PEOPLE = frozenset({"person", "guardian", "system"})
"""Who answers for consent: words, not users."""
LANGUAGES = frozenset({"language", "languages", "notified_language"})
CODED_TOO = frozenset(
    {"state", "side", "type", "event_type", "step_type", "service", "operation", "tells", "roles",
     "reflection", "review_window", "stay_permit", "care", "exit", "travel", "justice", "track",
     "waiver", "risk", "guards", "rights", "neutral", "deadline", "name_of_deadline", "answer",
     "guardian"}
)  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.+")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MONTH = re.compile(r"\d{4}-\d\d")
HIDDEN = frozenset({"arms", "schema", "match"})


class Shown(NamedTuple):
    """A value for people: `text`, or the `rows` of a group, or the `items` of a list."""

    text: str = ""
    rows: tuple[tuple[str, "Shown"], ...] = ()
    items: tuple["Shown", ...] = ()
    href: str = ""
    """Where the text leads, if it names a stream."""

    @property
    def empty(self) -> bool:
        return not (self.text or self.rows or self.items)


def as_moment(at: Any) -> datetime:
    """A date is its whole day: due at the midnight that ends it."""
    if isinstance(at, datetime):
        return at
    if isinstance(at, date) or DAY.fullmatch(str(at)):
        return end_of(at if isinstance(at, date) else date.fromisoformat(str(at)))
    return datetime.fromisoformat(str(at))


def moment_of(at: Any, lang: Lang) -> str:
    if DAY.fullmatch(str(at)):
        return day_of(at, lang)
    return moment(as_moment(at), lang)


def day_of(on: Any, lang: Lang) -> str:
    return day(on if isinstance(on, date) else date.fromisoformat(str(on)[:10]), lang)


def due_words(due: Any, now: datetime, lang: Lang) -> str:
    return due_in_words(as_moment(due), now, lang)


def is_late(due: Any, now: datetime) -> bool:
    return as_moment(due) <= now


def task_title(task: Mapping[str, Any], lang: Lang) -> str:
    """What is to be done; of a second decision which one, of a passed deadline of what."""
    title = term("task", str(task["kind"]), lang)
    context = NAMED_BY_KEY.get(str(task["kind"]))
    _, _, what = str(task.get("key", "")).partition(":")
    if context is None or not what:
        return title
    return f"{title}: {term(context, what.partition(':')[0], lang)}"


def country_of(code: Any, lang: Lang) -> str:
    return country(str(code), lang)


def shown(name: str, value: Any, lang: Lang, *, ids: bool = False) -> Shown:
    """`name` is the field's: it tells a code from what somebody wrote. `ids`: with event ids."""
    match value:
        case None | "" | () | []:
            return Shown()
        case bool():
            return Shown(say("Yes", lang) if value else say("No", lang))
        case {"unreadable": why}:
            return Shown(term("unreadable", str(why), lang))
        case Mapping():
            return group(value, lang, ids=ids)
        case list() | tuple() | set() | frozenset():
            items = tuple(one for v in value if not (one := shown(name, v, lang, ids=ids)).empty)
            if any(one.rows or one.items or one.href for one in items):
                return Shown(items=items)
            return Shown("; ".join(one.text for one in items))
        case datetime():
            return Shown(moment(value, lang))
        case date():
            return Shown(day(value, lang))
        case int() | float():
            return Shown(digits(value, lang))
    if STREAM.fullmatch(str(value)):
        return Shown(str(value), href=path_of(str(value)))
    if not ids and UUID_TEXT.fullmatch(str(value)):
        return Shown()
    return Shown(_word(name, str(value), lang))


def group(values: Mapping[str, Any], lang: Lang, *, ids: bool = False, inside: str = "") -> Shown:
    """`inside`: the section it is, whose words for its fields come before the usual ones."""
    rows = []
    for key, value in values.items():
        if key in HIDDEN:
            continue
        told = shown(str(key), value, lang, ids=ids)
        if not told.empty:
            own = catalogue(lang).find("field", f"{inside}.{key}") if inside else None
            rows.append((own or label(str(key), lang), told))
    return Shown(rows=tuple(rows))


def label(key: str, lang: Lang) -> str:
    """Of a field; of a purpose or country where the key is one (`mission_contact:VN`)."""
    if STREAM.fullmatch(key):
        return key
    if key.isdecimal():
        return digits(int(key) + 1, lang)
    parts = []
    for part in key.split(":"):
        if re.fullmatch("[A-Z]{2}", part):
            parts.append(country(part, lang))
        else:
            found = catalogue(lang).find("field", part) or value_word("", part, lang)
            parts.append(found or term("field", part, lang))
    return ": ".join(parts)


def _word(name: str, text: str, lang: Lang) -> str:
    if (name in PEOPLE or name in ROLES) and text not in NOT_PEOPLE:
        return name_of(text, lang)
    if name == "origin":
        return value_word("origin", text.partition(":")[0], lang) or text
    if name in COUNTRIES and re.fullmatch("[A-Z]{2}", text):
        return country(text, lang)
    if re.fullmatch("[A-Z]{2}", name):
        return term("track.value", text, lang)
    if name in LANGUAGES and re.fullmatch("[a-z]{3}", text):
        return language(text, lang)
    if name == "province" and text.startswith("KH-"):
        return province(text, lang)
    if name in coded_fields() and (found := value_word(name, text, lang)):
        return found
    try:
        if MOMENT.fullmatch(text):
            return moment(datetime.fromisoformat(text), lang)
        if DAY.fullmatch(text):
            return day(date.fromisoformat(text), lang)
        if MONTH.fullmatch(text):
            month = date.fromisoformat(f"{text}-01")
            return digits(format_date(month, "MMMM y", locale=LOCALES[lang]), lang)
    except ValueError:
        return text
    return text


@cache
def coded_fields() -> frozenset[str]:
    """Fields that hold one of the contract's codes, and never somebody's own words."""
    found = set(CODED_TOO)

    def walk(fields: tuple[FormField, ...]) -> None:
        for field in fields:
            if field.choices:
                found.add(field.name)
            walk(field.fields)
            walk((field.item,) if field.item else ())

    for name in COMMANDS:
        walk(form_of(name, "en"))
    return frozenset(found)
