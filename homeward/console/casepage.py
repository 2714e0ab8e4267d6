"""The page of one stream, shaped from exactly what the edge's read gives."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from homeward.console.persons import name_of
from homeward.console.showing import Shown, as_moment, country_of, group, shown, task_title
from homeward.domain.commands import COMMANDS
from homeward.domain.refusals import CODES, Refused
from homeward.edge.catalogue import Lang, term
from homeward.edge.words import refusal

KNOWN = (
    "id", "state", "version", "tracks", "holds", "tasks", "deadlines", "possible", "failing",
    "mission", "kind",
)  # fmt: skip
"""What has a place of its own on the page; everything else of the view is a section."""
AT_ANY_TIME = frozenset(
    {"add_note", "attach_document", "correct_record", "approve_correction", "link_cases",
     "record_death", "report_missing", "withdraw_case", "break_glass", "declare_interest",
     "reject_step", "extend_deadline", "restrict_case", "assign_case", "claim_case",
     "raise_protection_claim", "place_hold", "explain_rights", "record_passport"}
)  # fmt: skip
"""Commands that belong to no stage: told apart, so that the next step stands out."""
FIRST = ("identity", "travel", "reception", "people", "reporter")


class Section(NamedTuple):
    name: str
    title: str
    told: Shown


class Deed(NamedTuple):
    """A command on the page: a link, or why not now."""

    name: str
    title: str
    why_not: str | None = None


class Due(NamedTuple):
    title: str
    due: datetime | None
    tells: str | None
    key: str


def sections(view: Mapping[str, Any], lang: Lang) -> list[Section]:
    names = [name for name in FIRST if name in view]
    names += [name for name in view if name not in KNOWN and name not in names]
    found = []
    plain: dict[str, Any] = {}
    for name in names:
        value = view[name]
        if isinstance(value, Mapping) or (
            isinstance(value, (list, tuple)) and any(isinstance(v, Mapping) for v in value)
        ):
            told = _told(name, value, lang)
            if not told.empty:
                found.append(Section(name, _title(name, lang), told))
        else:
            plain[name] = value
    if not (rest := group(plain, lang)).empty:
        found.append(Section("more", term("section", "more", lang), rest))
    return found


def _told(name: str, value: Any, lang: Lang) -> Shown:
    return (
        group(value, lang, inside=name) if isinstance(value, Mapping) else shown(name, value, lang)
    )


def _title(name: str, lang: Lang) -> str:
    found = term("section", name, "en")
    return term("section" if found != name else "field", name, lang)


def tracks(view: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    """What stands where; a track not yet begun is left out."""
    found = []
    for name, value in (view.get("tracks") or {}).items():
        if isinstance(value, Mapping):
            for part, inner in value.items():
                place = group({part: inner}, lang).rows
                if place:
                    found.append((f"{term('track', name, lang)}: {place[0][0]}", place[0][1].text))
        elif value and value != "NONE":
            found.append((term("track", name, lang), term("track.value", str(value), lang)))
    return found


def holds(view: Mapping[str, Any], lang: Lang) -> list[tuple[str, Shown]]:
    """Each open hold: its kind, and what else the reader may know of it."""
    found = []
    for hold in view.get("holds") or ():
        if isinstance(hold, Mapping):
            rest = {key: value for key, value in hold.items() if key not in ("kind", "id")}
            found.append((term("hold", str(hold["kind"]), lang), group(rest, lang)))
        else:
            found.append((term("hold", str(hold), lang), Shown()))
    return found


def tasks(view: Mapping[str, Any], lang: Lang) -> list[Due]:
    found = []
    for task in view.get("tasks") or ():
        told = task if isinstance(task, Mapping) else {"kind": task}
        roles = ", ".join(term("role", str(role), lang) for role in told.get("roles") or ())
        title = task_title(told, lang)
        if told.get("mission"):
            title = f"{title}: {country_of(told['mission'], lang)}"
        person = told.get("person")
        who = name_of(str(person), lang) if person else roles
        found.append(Due(title, _moment(told.get("due")), who, ""))
    return sorted(found, key=_soonest)


def deadlines(view: Mapping[str, Any], lang: Lang) -> list[Due]:
    given = view.get("deadlines") or ()
    rows = (
        [{"key": key, **_deadline(value)} for key, value in given.items()]
        if isinstance(given, Mapping)
        else [dict(one) for one in given]
    )
    found = []
    for row in rows:
        name = str(row.get("name") or str(row.get("key", "")).split(":")[0])
        tells = row.get("tells")
        found.append(
            Due(
                term("deadline", name, lang),
                _moment(row.get("due")),
                term("role", str(tells), lang) if tells else None,
                str(row.get("key", name)),
            )
        )
    return sorted(found, key=_soonest)


def _deadline(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {"due": value}


def _moment(value: Any) -> datetime | None:
    return None if value is None else as_moment(value)


def _soonest(one: Due) -> tuple[bool, float]:
    return one.due is None, one.due.timestamp() if one.due else 0


def refused_of(told: Any) -> Refused | None:
    """`possible`'s answer for one command, as the refusal it stands for."""
    match told:
        case None | True:
            return None
        case Refused():
            return told
        case {"now": True}:
            return None
        case {"code": str(code)}:
            refused = Refused(code if code in CODES else "wrong_state", *told.get("names", ()))
            refused.why = str(told.get("why") or "")
            return refused
        case str():
            return Refused(told if told in CODES else "wrong_state")
        case _:
            return Refused("wrong_state")


def possible(view: Mapping[str, Any]) -> dict[str, Refused | None]:
    given: Mapping[str, Any] = view.get("possible") or {}
    return {name: refused_of(told) for name, told in given.items() if name in COMMANDS}


def deeds(view: Mapping[str, Any], lang: Lang) -> tuple[list[Deed], list[Deed]]:
    """What can be done now, and what cannot, with why not."""
    now: list[Deed] = []
    later: list[Deed] = []
    for name, refused in possible(view).items():
        title = term("command", name, lang)
        if refused is None:
            now.append(Deed(name, title))
        else:
            later.append(Deed(name, title, refusal(refused, lang).detail))
    return now, later


def blocking(view: Mapping[str, Any], lang: Lang) -> list[str]:
    """The guards between the case and its departure, where the reader is told of them."""
    names = view.get("failing")
    if names is None:
        names = next(
            (
                refused.names
                for refused in possible(view).values()
                if refused is not None and refused.code == "guard_failed"
            ),
            (),
        )
    return [term("guard.fails", str(name), lang) for name in names]
