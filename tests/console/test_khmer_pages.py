"""On a Khmer page everything that is ours to say is Khmer; what people wrote stays as it is."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.console.conftest import Browser

OURS_IN_LATIN = re.compile(
    r"(VIC|REQ|OPS|INC|CRT)-\d{4}-\d{6}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|HTCDS|SHA-256"
    r"|MiB|EP-1234|number:"
)
APPS = re.compile(
    r"\b(Facebook|Instagram|WhatsApp|Telegram|Messenger|Viber|SnapChat|Line|Sale|WeChat|QQ|QZone"
    r"|TikTok|Twitter)\b"
)
VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


class Fixed(HTMLParser):
    """The texts of a page that no person wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.texts += [told[name] or "" for name in ("aria-label", "placeholder") if name in told]
        if tag in VOID:
            return
        theirs = (
            tag in ("bdi", "script", "style", "textarea")
            or "app-text" in (told.get("class") or "")
            or told.get("lang") == "en"
        )
        self.open.append(theirs or (bool(self.open) and self.open[-1]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.open or not self.open[-1]:
            self.texts.append(data)


def english_in(page: str) -> list[str]:
    parser = Fixed()
    parser.feed(page)
    text = OURS_IN_LATIN.sub("", " ".join(parser.texts))
    return re.findall(r"[A-Za-z]{2,}", APPS.sub("", text))


@pytest.mark.parametrize(
    ("user", "paths"),
    [
        ("sok", ["/worklist", "/worklist?list=blocked", "/find", "/start", "/late", "/nowhere",
                 "{case}", "{case}/history", "{case}/do/book_travel", "{case}/do/request_handoff",
                 "{case}/do/clear_for_departure", "{case}/do/approve_waiver"]),
        ("id", ["/handoffs", "{case}", "/start", "/do/register_request"]),
        ("visal", ["/late", "/worklist?list=second_decisions", "{case}", "{case}/history"]),
        ("aud", ["{case}", "{case}/history", "/worklist"]),
        ("intan", ["/worklist?list=requests", "/do/open_case"]),
        ("ivan", ["{screened}/do/open_interview", "{screened}"]),
        ("care", ["{screened}/do/place_in_care", "{screened}/do/record_death"]),
    ],
)  # fmt: skip
async def test_a_khmer_page_says_nothing_in_english(
    browser: Browser, case_in: Any, user: str, paths: list[str]
) -> None:
    browser.client.cookies.set("lang", "km")
    first = await browser.sign_in(user)
    assert '<html lang="km"' in first.text
    places = {
        "case": f"/cases/{case_in('RETURN_PREPARATION')}",
        "screened": f"/cases/{case_in('SCREENED')}",
    }
    for path in paths:
        page = await browser.get(path.format(**places))
        assert not english_in(page.text), (path, english_in(page.text)[:12])


async def test_faults_are_told_in_khmer(browser: Browser, case_in: Any) -> None:
    browser.client.cookies.set("lang", "km")
    await browser.sign_in("sok")
    page = await browser.send(
        f"/cases/{case_in('RETURN_PREPARATION')}/do/book_travel", departs_at__day="x"
    )
    assert page.status_code == 422
    assert "<title>កំហុស: " in page.text
    assert "ត្រូវតែបំពេញ" in page.text
    assert not english_in(page.text), english_in(page.text)


async def test_khmer_prose_has_khmer_digits_and_references_keep_theirs(
    browser: Browser, case_in: Any
) -> None:
    browser.client.cookies.set("lang", "km")
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    page = await browser.get(f"/cases/{case}")
    assert case in page.text
    assert "វិច្ឆិកា ២០២៦" in page.text
    assert "November" not in page.text


async def test_the_language_is_kept_once_chosen(browser: Browser) -> None:
    page = await browser.get("/language", params={"to": "km", "back": "/sign-in"})
    assert '<html lang="km"' in page.text
    assert 'lang="en" hreflang="en">English' in page.text
    again = await browser.get("/sign-in", headers={"Accept-Language": "en"})
    assert '<html lang="km"' in again.text


async def test_the_browsers_language_is_the_first_choice(browser: Browser) -> None:
    page = await browser.get("/sign-in", headers={"Accept-Language": "km-KH,en;q=0.5"})
    assert '<html lang="km"' in page.text
