"""The project speaks of itself alone."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOREIGN = ("pypi.org", "pythonhosted", "registry.npmjs", "proxy.golang", "/work/main", "/work/.")


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.fail("these tests run in a checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".json", ".lock", ".sql", ".html", ""}
        and path.is_file()
        and path != Path(__file__)
        and path.parent.name != "conformance"
        for word in FOREIGN
        if word in path.read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []
