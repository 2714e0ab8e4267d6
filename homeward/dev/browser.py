"""Finds a Chromium for the tests that drive one: on PATH, else Playwright's own."""

import os
import shutil
from pathlib import Path

from homeward.dev.faults import ServiceAway
from homeward.dev.say import say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> Path:
    if found := next(filter(None, map(shutil.which, NAMES)), None):
        return Path(found)
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for own in sorted(kept.glob("chromium*/chrome-*/*"), reverse=True):
        if own.name in {"chrome", "headless_shell", "chrome-headless-shell"}:
            return own
    raise ServiceAway(
        "No Chromium was found: none on PATH, none of Playwright's.",
        "Install one: apt-get install chromium (Debian), "
        "or .venv/bin/playwright install chromium (where its host can be reached).",
    )


def main() -> None:
    """`python -m homeward.dev.browser`: says which, or how to get one."""
    try:
        say(f"browser: {find()}")
    except ServiceAway as away:
        say(str(away))
        raise SystemExit(away.exit_code) from away


if __name__ == "__main__":
    main()
