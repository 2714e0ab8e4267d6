import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from homeward.dev import vendor
from homeward.dev.faults import Fault
from homeward.dev.home import checkout


def test_make_alone_lists_every_chore_with_a_line(tmp_path: Path) -> None:
    """In an empty folder with nothing but make: the list needs no Python."""
    shutil.copy(checkout() / "Makefile", tmp_path)
    said = subprocess.run(
        ["make"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    chores = {line.split()[1]: line for line in said}
    text = (checkout() / "Makefile").read_text()
    assert set(chores) == set(re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE))
    assert {"setup", "demo", "up", "test", "check", "fmt", "cluster", "clean"} <= set(chores)
    assert all(len(line) > 22 for line in said)
    assert [p.name for p in tmp_path.iterdir()] == ["Makefile"]


def test_the_locks_pin_by_hash_and_name_no_host() -> None:
    npm = json.loads((checkout() / "package-lock.json").read_text())
    for name, package in npm["packages"].items():
        assert not name or package["integrity"].startswith("sha512-")
        assert "resolved" not in package
    python = (checkout() / "requirements.lock").read_text()
    pinned = re.findall(r"^[\w.\[\]-]+==\S+", python, re.MULTILINE)
    assert len(pinned) > 50
    assert all(f"{pin} \\\n    --hash" in python or f"{pin} ;" in python for pin in pinned)
    assert "http" not in re.sub(r"^(http\S+|\s+#.*)$", "", python, flags=re.MULTILINE).replace(
        "httpcore==", ""
    ).replace("httptools==", "").replace("httpx==", "")


def test_the_sheet_has_neither_their_typeface_nor_their_crest_nor_their_blue() -> None:
    theirs = (
        '@charset "UTF-8";:root{--govuk-brand-colour:#1d70b8}'
        "@font-face{font-family:GDS Transport;src:url(/assets/fonts/light.woff2)}"
        ".a{font-family:GDS Transport,arial,sans-serif}"
        ".b{color:var(--govuk-brand-colour,#1d70b8)}.c{background:#1d70b8}"
        ".d{background-image:url(/assets/images/govuk-crest.svg)}"
        ".e{background:url(/assets/images/icon-document.svg)}"
    )
    ours = vendor.stylesheet(theirs)
    assert [word for word in vendor.FORBIDDEN if word in ours] == []
    assert ":root{--govuk-brand-colour:#0b5c63}" in ours
    assert ".b{color:var(--govuk-brand-colour,#0b5c63)}" in ours
    assert ".c{background:var(--govuk-brand-colour)}" in ours
    assert f".a{{font-family:{vendor.FAMILY}}}" in ours
    assert ".e{background:url(images/icon-document.svg)}" in ours


def test_the_made_folder_holds_all_that_its_sheets_name(tmp_path: Path) -> None:
    made = tmp_path / "vendor"
    vendor.make(checkout() / "node_modules", made)
    for sheet in ("frontend.css", "fonts.css"):
        text = (made / sheet).read_text()
        for url in re.findall(r"url\((?!data:|[\"']?data:)[\"']?([^)\"'#]+)", text):
            assert (made / url).is_file(), url
    fonts = (made / "fonts.css").read_text()
    assert fonts.count("unicode-range: ") == fonts.count("@font-face") == 8
    assert "U+1780-17FF" in fonts
    assert (made / "htmx.min.js").stat().st_size > 10_000
    assert not (made / "assets").exists()


def test_without_the_packages_it_says_how_to_get_them(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="make setup"):
        vendor.make(tmp_path / "node_modules", tmp_path / "vendor")
    assert list(tmp_path.iterdir()) == []
