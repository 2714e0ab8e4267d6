"""Who may send what: tokens in forms, headers on pages, sessions that end."""

from datetime import timedelta
from typing import Any

import pytest

from homeward.console import session
from homeward.edge.people import PEOPLE
from homeward.edge.tokens import Tokens
from homeward.settings import settings
from tests.console.conftest import Browser, filled, hidden
from tests.console.memory_edge import MemoryEdge


async def test_every_page_has_a_strict_policy_and_is_kept_nowhere(browser: Browser) -> None:
    for path in ("/sign-in", "/nowhere"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"


async def test_no_page_has_script_or_style_in_it(browser: Browser, case_in: Any) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    for path in ("/worklist", f"/cases/{case}", f"/cases/{case}/do/book_travel"):
        page = (await browser.get(path)).text
        assert "<style" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count('<script src="/static') + page.count(
            '<script type="module" src="/static'
        )


async def test_a_form_without_its_token_changes_nothing(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/add_note"
    for token in ("", "0" * 64):
        page = await browser.client.post(path, data={"csrf": token, "text": "x"})
        assert page.status_code == 403
        assert "You may not do this" in page.text
    assert not edge.bodies


async def test_another_sites_form_changes_nothing(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/add_note"
    data = filled(await browser.get(path), text="x")
    for header in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        page = await browser.client.post(path, data=data, headers=header)
        assert page.status_code == 403, header
    assert not edge.bodies


async def test_one_persons_token_is_no_use_in_anothers_session(browser: Browser) -> None:
    await browser.sign_in("sok")
    token = hidden(await browser.get("/worklist"), "csrf")
    browser.client.cookies.clear()
    await browser.sign_in("visal")
    page = await browser.client.post("/sign-out", data={"csrf": token})
    assert page.status_code == 403


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    browser: Browser,
) -> None:
    page = await browser.sign_in("sok")
    told = page.history[0].headers["set-cookie"]
    assert "sid=" in told
    assert "HttpOnly" in told
    assert "samesite=lax" in told.lower()


async def test_a_session_ends_by_itself_and_by_signing_out(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await browser.sign_in("sok")
    later = session.host_now() + session.LIFETIME + timedelta(minutes=1)
    with monkeypatch.context() as clock:
        clock.setattr(session, "host_now", lambda: later)
        assert (await browser.get("/worklist")).url.path == "/sign-in"
    token = hidden(page, "csrf")
    assert (await browser.client.post("/sign-out", data={"csrf": token})).url.path == "/sign-in"
    assert (await browser.get("/worklist")).url.path == "/sign-in"


async def test_a_cookie_of_our_own_making_signs_nobody_in(
    browser: Browser, edge: MemoryEdge
) -> None:
    api = Tokens(edge.keyring.secrets.token)
    token = api.issue(PEOPLE["visal"].actor("visal"), session.host_now())
    for cookie in (token, "x", "a.b.c"):
        browser.client.cookies.set("sid", cookie)
        assert (await browser.get("/worklist")).url.path == "/sign-in"


async def test_in_production_nobody_signs_in_without_a_password(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await browser.get("/sign-in")
    monkeypatch.setenv("HOMEWARD_ENVIRONMENT", "production")
    settings.cache_clear()
    try:
        refused = await browser.client.post(
            "/sign-in", data={"csrf": hidden(page, "csrf"), "person": "sok"}
        )
        shown = await browser.get("/sign-in")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert refused.status_code == 403
    assert 'name="person"' not in shown.text


async def test_the_language_link_leads_back_to_our_own_pages_alone(browser: Browser) -> None:
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example", ""):
        answer = await browser.get(
            "/language", params={"to": "km", "back": back}, follow_redirects=False
        )
        assert answer.headers["location"] == "/"
