"""Both languages are complete: every word of the contract, every sentence of a page."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import homeward
from homeward.domain import all as _every  # noqa: F401 - fills the registries
from homeward.domain.actors import ROLES
from homeward.domain.case.guards import GUARDS
from homeward.domain.commands import COMMANDS
from homeward.domain.deadlines import BY_NAME
from homeward.domain.facts import Fact
from homeward.domain.reference.codes import HoldKind, TaskKind
from homeward.domain.refusals import CODES, Refused
from homeward.edge.catalogue import LOCALE, Catalogue, Lang, catalogue
from homeward.edge.formfield import FormField
from homeward.edge.forms import form_of
from homeward.edge.words import fault_message, message, value_word

HOUSE = Path(homeward.__file__).parent
BOTH: tuple[Lang, ...] = ("en", "km")
SAYING = ("say", "count", "_fixed", "_number")
PLACE = re.compile(r"%\((\w+)\)s")
NOT_SHOWN = frozenset({"arms", "schema", "names", "key", "now", "possible"})


def _missing(context: str, keys: Any) -> list[tuple[str, str, str]]:
    return [
        (lang, context, key)
        for lang in BOTH
        for key in sorted(keys)
        if catalogue(lang).find(context, key) is None
    ]


def _messages(lang: Lang) -> list[Message]:
    with (LOCALE / f"{lang}.po").open("rb") as file:
        return [message for message in read_po(file, locale=lang) if message.id]


@pytest.mark.parametrize("lang", BOTH)
def test_no_message_is_fuzzy_empty_or_has_other_placeholders(lang: Lang) -> None:
    for one in _messages(lang):
        assert not one.fuzzy, one.id
        ids = (one.id,) if isinstance(one.id, str) else tuple(one.id)
        told = (one.string,) if isinstance(one.string, str) else tuple(one.string or ())
        assert all(told), one.id
        if one.context is None:
            wanted = set(PLACE.findall(ids[-1]))
            assert all(set(PLACE.findall(form)) == wanted for form in told), one.id


def test_both_catalogues_have_the_same_words_of_the_contract() -> None:
    words = [{(m.context, m.id) for m in _messages(lang) if m.context} for lang in BOTH]
    assert words[0] == words[1]


def test_commands_events_guards_holds_tasks_roles_and_refusals_have_words() -> None:
    assert not _missing("command", COMMANDS)
    assert not _missing("event", Fact.kinds)
    assert not _missing("guard", GUARDS)
    assert not _missing("guard.fails", GUARDS)
    assert not _missing("hold", get_args(HoldKind))
    assert not _missing("task", get_args(TaskKind))
    shown = {name for name in BY_NAME if not name.startswith("lapse.")}
    assert not _missing("deadline", shown)
    assert not _missing("role", ROLES)
    for context in ("refusal", "refusal.title", "refusal.next"):
        assert not _missing(context, CODES)


def test_states_and_tracks_have_words() -> None:
    states = {state for cls in COMMANDS.values() for state in cls.spec.from_states or ()}
    values = {value for cls in COMMANDS.values() if cls.spec.track for value in cls.spec.track[1]}
    tracks = {cls.spec.track[0] for cls in COMMANDS.values() if cls.spec.track}
    assert not _missing("state", states | {"CLOSED", "DECLINED", "MERGED", "REMAINS"})
    assert not _missing("track.value", values)
    assert not _missing("track", tracks | {"consular"})


def test_every_field_and_choice_of_every_form_has_words() -> None:
    unnamed = set()
    for lang in BOTH:
        for command, field in _fields(lang):
            own = catalogue(lang).find("field", f"{command}.{field.name}")
            if own is None and catalogue(lang).find("field", field.name) is None:
                unnamed.add((lang, field.name))
            for choice in field.choices:
                if re.fullmatch("[A-Z]{2}|KH-[0-9]+|[a-z]{3}", choice.value):
                    continue
                if value_word(field.name, choice.value, lang) is None:
                    unnamed.add((lang, choice.value))
    assert not unnamed


def _fields(lang: Lang) -> Iterator[tuple[str, FormField]]:
    def walk(command: str, fields: tuple[FormField, ...]) -> Iterator[tuple[str, FormField]]:
        for field in fields:
            if field.name:
                yield command, field
            yield from walk(command, field.fields)
            yield from walk(command, (field.item,) if field.item else ())

    for command in COMMANDS:
        yield from walk(command, form_of(command, lang))


def test_every_field_of_a_fact_and_every_key_of_a_view_has_words() -> None:
    names: set[str] = set()
    for fact in Fact.kinds.values():
        names |= set(_struct_fields(fact, set()))
    for file in ("casesections", "missionview", "otherfiles"):
        tree = ast.parse((HOUSE / "readmodel" / f"{file}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                names |= {
                    key.value
                    for key in node.keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                }
    assert not _missing("field", names - NOT_SHOWN)


def _struct_fields(kind: Any, seen: set[Any]) -> Iterator[str]:
    if kind in seen:
        return
    seen.add(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if kind.__name__ in ("Sealed", "Deadline", "Level"):
            return
        for told, name in zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True):
            yield told
            yield from _struct_fields(get_type_hints(kind)[name], seen)
    for part in get_args(kind):
        yield from _struct_fields(part, seen)


def test_every_reason_and_fault_that_a_rule_gives_is_told_in_khmer() -> None:
    untold = []
    for sentence, english in _sentences():
        if sentence == "why":
            told = message(Refused("wrong_state", why=english), "km")
            if len(told) == len(message(Refused("wrong_state"), "km")):
                untold.append(english)
        elif fault_message(english, "km") == fault_message("?", "km"):
            untold.append(english)
    assert not untold


def _sentences() -> Iterator[tuple[str, str]]:
    """(why | fault, the sentence) wherever rules, edge and console state one in full."""
    for part in ("domain", "edge", "console", "sealing"):
        for file in (HOUSE / part).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                for keyword in node.keywords:
                    if keyword.arg == "why" and (text := _constant(keyword.value)):
                        yield "why", text
                name = getattr(node.func, "id", "")
                if name == "PydanticCustomError" and (text := _constant(node.args[1])):
                    yield "fault", text.replace("{year}", "2026")


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_sentence_of_the_pages_is_told_in_khmer() -> None:
    km = Catalogue("km")
    untold = {text for text in _page_sentences() if (None, text) not in km._said}
    assert not untold


def _page_sentences() -> Iterator[str]:
    for template in (HOUSE / "console" / "templates").glob("*.html"):
        with template.open("rb") as file:
            for _, _, told, _ in babel_extract(file, ("_", "gettext", "ngettext"), [], {}):
                yield told if isinstance(told, str) else str((told or ("",))[0])
    sources = [*(HOUSE / "edge").glob("*.py"), *(HOUSE / "console").glob("*.py")]
    calls = (
        node
        for source in sources
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING
    )
    yield from filter(None, (_constant(call.args[0]) for call in calls))
