"""The console in a real Chromium: both languages, both widths, with and without scripts."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright

from homeward.dev.browser import find
from homeward.dev.home import checkout
from tests.console.memory_edge import MemoryEdge

pytestmark = pytest.mark.browser
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
AXE = checkout() / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = checkout() / "build" / "console"
"""To be looked at: a machine sees the smaller part of what is wrong with a page."""
WIDTHS = (1280, 390)
NO_FAULT = "Failed to load resource: the server responded with a status of 4"
"""Chromium tells of every 4xx; those pages are meant."""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(find()), args=list(ARGUMENTS))
        yield browser
        await browser.close()


class Serving(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@pytest.fixture
async def site(app: FastAPI) -> AsyncIterator[str]:
    """The console on a port of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Serving(uvicorn.Config(app, log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.up.wait()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving
    listener.close()


@cache
def axe() -> str:
    """Given to the page through the debugger, not past the page's own policy."""
    return AXE.read_text(encoding="utf-8")


@asynccontextmanager
async def visit(
    chromium: Browser, site: str, lang: str, width: int, user: str | None = None, **more: Any
) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page of somebody signed in, and everything it complained of."""
    context = await chromium.new_context(viewport={"width": width, "height": 900}, **more)
    await context.add_cookies([{"name": "lang", "value": lang, "url": site}])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: complaints.extend(_elsewhere(sent.url, site)))
    await page.goto(f"{site}/sign-in")
    if user is not None:
        await page.click(f"button[value={user}]")
        await page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page, complaints
    await context.close()


def _elsewhere(url: str, site: str) -> list[str]:
    return [] if url.startswith((site, "data:")) else [f"asked another host: {url}"]


async def _is_in_order(page: Page, complaints: list[str], name: str) -> None:
    """Nothing said on the console, nothing beyond the edge, nothing that axe finds."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    wide, window = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window, f"{name} is {wide} wide"
    await page.evaluate(axe())
    found = await page.evaluate("rules => axe.run({runOnly: rules})", STANDARD)
    wrong = [(one["id"], one["nodes"][0]["html"][:160]) for one in found["violations"]]
    assert not wrong, f"{name}: {wrong}"
    assert not [said for said in complaints if not said.startswith(NO_FAULT)], name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["en", "km"])
async def test_every_kind_of_page_is_accessible_in_both_languages_at_both_widths(
    chromium: Browser, site: str, case_in: Any, lang: str, width: int
) -> None:
    case = f"/cases/{case_in('RETURN_PREPARATION')}"
    pages = {
        None: {"sign-in": "/sign-in"},
        "sok": {
            "worklist": "/worklist", "blocked": "/worklist?list=blocked", "case": case,
            "form": f"{case}/do/book_travel", "not-found": "/nowhere",
        },
        "id": {"handoffs": "/handoffs", "mission-view": case},
        "visal": {"late": "/late", "history": f"{case}/history"},
        "intan": {"start": "/start", "long-form": "/do/register_request", "find": "/find"},
        "ivan": {"assessment": f"/cases/{case_in('SCREENED')}/do/open_interview"},
    }  # fmt: skip
    for user, paths in pages.items():
        async with visit(chromium, site, lang, width, user) as (page, complaints):
            for name, path in paths.items():
                await page.goto(site + path)
                await _is_in_order(page, complaints, f"{name}-{lang}-{width}")
            if user == "id":
                await page.goto(f"{site}/handoffs")
                await page.click("main table a")
                await _is_in_order(page, complaints, f"thread-{lang}-{width}")


@pytest.mark.parametrize("lang", ["en", "km"])
async def test_the_error_summary_has_the_focus_and_leads_to_the_field(
    chromium: Browser, site: str, case_in: Any, lang: str
) -> None:
    async with visit(chromium, site, lang, 390, "sok") as (page, complaints):
        await page.goto(f"{site}/cases/{case_in('RETURN_PREPARATION')}/do/book_travel")
        await page.fill("#f-number", "GA 871")
        await page.click("button[data-prevent-double-click]")
        await page.wait_for_selector(".govuk-error-summary")
        focused = await page.evaluate("document.activeElement.className")
        assert "govuk-error-summary" in focused
        assert await page.input_value("#f-number") == "GA 871"
        await _is_in_order(page, complaints, f"errors-{lang}-390")
        await page.click(".govuk-error-summary a >> nth=0")
        assert await page.evaluate("document.activeElement.id") == "f-carrier"


async def test_the_keyboard_alone_gets_somebody_from_sign_in_to_a_form(
    chromium: Browser, site: str
) -> None:
    async with visit(chromium, site, "en", 1280) as (page, _):
        await page.keyboard.press("Tab")
        assert "skip-link" in await page.evaluate("document.activeElement.className")
        await page.focus("button[value=sok]")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/worklist")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main-content"
        await page.focus("main table a >> nth=0")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cases/**")
        await page.focus(".app-deeds a >> nth=0")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/do/**")


async def test_everything_works_without_scripts(
    chromium: Browser, site: str, edge: MemoryEdge, case_in: Any
) -> None:
    case = f"/cases/{case_in('RETURN_PREPARATION')}"
    async with visit(chromium, site, "en", 390, "sok", java_script_enabled=False) as (page, _):
        assert await page.locator("main table tbody tr").count() > 0
        await page.goto(f"{site}{case}/do/add_note")
        await page.click("main form >> text=Send")
        assert await page.locator(".govuk-error-summary").count() == 1
        await page.fill("#f-text", "Told without a script.")
        await page.click("main form >> text=Send")
        await page.wait_for_url(f"{site}{case}?done=add_note")
        assert await page.locator("text=Told without a script.").count() > 0
        assert await page.locator("a[href='/find']").is_visible()
        await page.click("text=Sign out")
        await page.wait_for_url("**/sign-in")


async def test_pressing_enter_in_a_field_sends_and_adds_no_row(
    chromium: Browser, site: str, edge: MemoryEdge
) -> None:
    async with visit(chromium, site, "en", 1280, "intan") as (page, _):
        await page.goto(f"{site}/do/register_request")
        await page.fill("#f-people_count", "1")
        await page.press("#f-people_count", "Enter")
        await page.wait_for_selector(".govuk-error-summary")
        assert len(edge.bodies) == 1
