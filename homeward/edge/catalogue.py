"""The words of both languages: read once from `locale/*.po`, English and Khmer.

Sentences of pages are their own English (`gettext`); words of the contract have a context and a
key, and English words of their own (`term`: context `command`, key `propose_waiver`).
"""

from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

Lang = Literal["en", "km"]
LANGUAGES: tuple[Lang, ...] = ("en", "km")
LOCALE = Path(__file__).parent / "locale"


class Catalogue:
    """One language's messages. What is missing is said in English, never an error."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self._said: dict[tuple[str | None, str], tuple[str, ...]] = {}
        with (LOCALE / f"{lang}.po").open("rb") as file:
            for message in read_po(file, locale=lang):
                if not message.id or message.fuzzy:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                told = message.string or ""
                forms = (told,) if isinstance(told, str) else tuple(told)
                if all(forms):
                    self._said[message.context, key] = forms

    def gettext(self, text: str) -> str:
        return self._said.get((None, text), (text,))[0]

    def ngettext(self, one: str, many: str, n: int) -> str:
        forms = self._said.get((None, one), (one, many))
        return forms[0] if n == 1 or len(forms) == 1 else forms[1]

    def find(self, context: str, key: str) -> str | None:
        found = self._said.get((context, key))
        return found[0] if found else None


@cache
def catalogue(lang: Lang) -> Catalogue:
    return Catalogue(lang)


def term(context: str, key: str, lang: Lang) -> str:
    """The contract's word in the reader's language; a word nobody translated stays readable."""
    if found := catalogue(lang).find(context, key):
        return found
    return key.rsplit(".", 1)[-1].replace("_", " ").strip().capitalize()


def say(text: str, lang: Lang, **values: object) -> str:
    """A sentence with its values put in."""
    told = catalogue(lang).gettext(text)
    return told % values if values else told


def count(one: str, many: str, n: int, lang: Lang, **values: object) -> str:
    return catalogue(lang).ngettext(one, many, n) % {"n": n, **values}


def language_of(text: str | None) -> Lang:
    """`km` where a language tag, or an Accept-Language header, asks for it before English."""
    for part in (text or "").lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("km"):
            return "km"
        if tag.startswith("en"):
            return "en"
    return "en"
