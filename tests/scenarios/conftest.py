import json
from pathlib import Path
from typing import Any

import pytest

from homeward.dev.scenario import main
from tests.scenarios.telling import FOUND, HEAD, PEOPLE, Tell


@pytest.fixture
def tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Tell:
    """Writes a story beside two fragments and runs it; its line of JSON, with the exit status."""
    folder = tmp_path / "fragments"
    folder.mkdir()
    (folder / "people.yaml").write_text(PEOPLE)
    (folder / "found.yaml").write_text(FOUND)

    def tell(steps: str, head: str = HEAD) -> dict[str, Any]:
        path = tmp_path / "story.yaml"
        path.write_text(head + steps)
        status = main([path], json_=True)
        told: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {**told, "status": status}

    return tell
