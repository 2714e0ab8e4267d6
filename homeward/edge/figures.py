"""Numbers, times, places and tongues as people read them, in English and Khmer.

Times are Phnom Penh's. Khmer prose has Khmer digits; references and document numbers keep theirs.
"""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale, dates

from homeward.domain.reference import countries, languages, provinces
from homeward.edge.catalogue import Lang, count, say

ZONE = ZoneInfo("Asia/Phnom_Penh")
KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
LATIN = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
LOCALES: dict[Lang, str] = {"en": "en_GB", "km": "km_KH"}


def digits(text: object, lang: Lang) -> str:
    return str(text).translate(KHMER) if lang == "km" else str(text)


def latin(text: str) -> str:
    """What was typed with Khmer digits, as it is kept."""
    return text.translate(LATIN)


def moment(at: datetime, lang: Lang) -> str:
    """22 November 2026 15:40"""
    told = dates.format_datetime(at, "d MMMM y HH:mm", tzinfo=ZONE, locale=LOCALES[lang])
    return digits(told, lang)


def day(at: date, lang: Lang) -> str:
    return digits(dates.format_date(at, "d MMMM y", locale=LOCALES[lang]), lang)


def country(code: str, lang: Lang) -> str:
    return str(Locale.parse(LOCALES[lang]).territories.get(code, code))


def province(code: str, lang: Lang) -> str:
    for one in provinces.PROVINCES:
        if one.code == code:
            return one.khmer if lang == "km" else one.english
    return code


@cache
def language_choices(lang: Lang) -> tuple[tuple[str, str], ...]:
    """(ISO 639-3, name) of every language that both languages have a word for, by name."""
    named = [(code, told) for code in _named_in_both() if (told := language(code, lang))]
    return tuple(sorted(named, key=lambda pair: pair[1].casefold()))


@cache
def _named_in_both() -> tuple[str, ...]:
    words = [Locale.parse(locale).languages for locale in LOCALES.values()]
    return tuple(code for code in languages.codes() if all(_tag(code) in known for known in words))


@cache
def _tag(code: str) -> str:
    """CLDR names languages by their shortest code: khm is km."""
    found = pycountry.languages.get(alpha_3=code)
    return str(getattr(found, "alpha_2", code))


def language(code: str, lang: Lang) -> str:
    return str(Locale.parse(LOCALES[lang]).languages.get(_tag(code), code))


@cache
def country_choices(lang: Lang) -> tuple[tuple[str, str], ...]:
    named = [(code, country(code, lang)) for code in countries.alpha_2()]
    return tuple(sorted(named, key=lambda pair: pair[1].casefold()))


def span(length: timedelta, lang: Lang) -> str:
    """The largest unit that tells enough: 2 days, 5 hours, 10 minutes."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        told = count("%(n)s day", "%(n)s days", minutes // (24 * 60), lang)
    elif minutes >= 2 * 60:
        told = count("%(n)s hour", "%(n)s hours", minutes // 60, lang)
    else:
        told = count("%(n)s minute", "%(n)s minutes", minutes, lang)
    return digits(told, lang)


def due_in_words(due: datetime, now: datetime, lang: Lang) -> str:
    """Overdue by 2 days; Due in 3 hours: in words, never by colour alone."""
    if due <= now:
        return say("Overdue by %(span)s", lang, span=span(now - due, lang))
    return say("Due in %(span)s", lang, span=span(due - now, lang))
