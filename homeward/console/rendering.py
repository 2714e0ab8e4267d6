"""Pages: one template environment a language, and the headers every answer has."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from starlette.responses import HTMLResponse, RedirectResponse, Response

from homeward.console import showing
from homeward.console.persons import name_of, opening
from homeward.edge.catalogue import Lang, catalogue, term
from homeward.edge.figures import digits

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}


@cache
def environment(lang: Lang) -> Environment:
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), components]),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = catalogue(lang)
    made.install_gettext_callables(  # type: ignore[attr-defined] # added by the extension
        words.gettext, words.ngettext, newstyle=True
    )
    made.filters |= {
        "moment": lambda at: showing.moment_of(at, lang),
        "day": lambda on: showing.day_of(on, lang),
        "number": lambda n: digits(n, lang),
    }
    made.globals |= {
        "lang": lang,
        "term": lambda context, key: term(context, str(key), lang),
        "task_title": lambda task: showing.task_title(task, lang),
        "country": lambda code: showing.country_of(code, lang),
        "due_words": lambda due, now: showing.due_words(due, now, lang),
        "is_late": showing.is_late,
        "name_of": lambda id_: name_of(str(id_), lang),
        "only_liaison": lambda actor: actor.is_only("liaison"),
        "may_open": lambda actor: bool(opening(actor)),
    }
    return made


def render(
    template: str,
    lang: Lang,
    values: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    text = environment(lang).get_template(template).render(**values)
    told = {**HEADERS, "Content-Language": lang, "Vary": "Cookie, Accept-Language"}
    return HTMLResponse(text, status, {**told, **(headers or {})})


def go_to(path: str) -> Response:
    """See Other: what a form's answer sends on to, so that a reload sends nothing again."""
    return RedirectResponse(path, 303, dict(HEADERS))
