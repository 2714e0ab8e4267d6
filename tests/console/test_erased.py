"""Whoever was erased is shown as erased, in both languages; the case itself stays."""

from typing import Any

import pytest

from tests.console.conftest import Browser
from tests.console.memory_edge import MemoryEdge


@pytest.mark.parametrize(("lang", "word"), [("en", "Erased"), ("km", "បានលុបចេញហើយ")])
async def test_a_page_says_erased_in_the_place_of_names(
    browser: Browser, edge: MemoryEdge, case_in: Any, lang: str, word: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case = case_in("SCREENED")
    await browser.sign_in("sok")
    before = await browser.get(f"/cases/{case}", params={"lang": lang})
    assert word not in before.text
    monkeypatch.setattr(edge.engine.keys, "erased", lambda: {case})
    page = await browser.get(f"/cases/{case}", params={"lang": lang})
    assert page.status_code == 200
    assert word in page.text
    history = await browser.get(f"/cases/{case}/history", params={"lang": lang})
    assert history.status_code == 200
    assert "unreadable" not in history.text
