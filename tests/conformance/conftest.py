"""The contract and the stories' description, where they lie beside the checkout."""

from pathlib import Path
from typing import Any

import pytest

from homeward.dev.scenario.format import load_yaml

BESIDE = Path(__file__).parents[3] / "shared"


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    file = BESIDE / "contract" / "contract.yaml"
    if not file.is_file():
        pytest.skip("no contract beside the checkout")
    loaded: dict[str, Any] = load_yaml(file.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="session")
def stories() -> str:
    """What the stories' description says of reads."""
    file = BESIDE / "scenarios" / "README.md"
    if not file.is_file():
        pytest.skip("no stories beside the checkout")
    return file.read_text(encoding="utf-8")
