import json
from pathlib import Path

from tests.cli.canned import Canned
from tests.cli.run import Run


def test_export_without_a_database_says_what_to_set(alone: Run, tmp_path: Path) -> None:
    ran = alone("audit", "export", str(tmp_path / "record"))
    assert ran.code == 2
    assert "HOMEWARD_DATABASE_URL" in ran.err


def test_the_log_shows_checkpoints_and_witnesses(homeward: Run, api: Canned) -> None:
    stands = {
        "events": 18, "pending": 0, "signed": 18, "checkpoint": 3, "signed_at": None,
        "fault": None, "fault_since": None, "keys": ["homeward/test+aa+bb"],
        "witnesses": [{"name": "court", "fault": "away", "late": True, "behind": 2}],
    }  # fmt: skip
    row = {"number": 3, "size": 18, "signed_at": "2026-03-02T05:00:00Z", "cosigned": ["court"]}

    api.say("GET", "/api/v1/audit/witnesses", 200, stands)
    api.say("GET", "/api/v1/audit/checkpoints", 200, {"rows": [row], "next": None})
    ran = homeward("audit", "log")
    assert ran.code == 0
    assert all(word in ran.out for word in ("homeward/test+aa+bb", "court", "away", "18"))
    told = json.loads(homeward("audit", "log", "-o", "json").out)
    assert told["checkpoints"] == [row]
    assert told["witnesses"] == stands["witnesses"]
