"""Logs hold ids, codes and counts; whatever a person told stays out of them."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from homeward.logs import set_up

SECRET = "NGUYEN THI SECRET"
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Set up as in a process of its own; calling it gives the lines so far."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    written = io.StringIO()
    set_up("INFO", written)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def test_named_ids_codes_and_counts_are_written(lines: Lines) -> None:
    log = structlog.get_logger("homeward.test")
    log.info("refused", stream="VIC-2026-482911", code="hold", names=["COURT"], nudged=3)
    [line] = lines()
    assert line["event"] == "refused"
    assert (line["stream"], line["code"], line["names"]) == ("VIC-2026-482911", "hold", ["COURT"])
    assert (line["nudged"], line["level"], line["logger"]) == (3, "info", "homeward.test")


def test_anything_else_is_masked(lines: Lines) -> None:
    log = structlog.get_logger("homeward.test")
    log.warning("odd", name=SECRET, fields={"name": SECRET}, reason="x" * 5000)
    [line] = lines()
    assert SECRET not in json.dumps(line)
    assert (line["name"], line["fields"]) == ("masked", "masked")
    assert len(line["reason"]) < 300


def test_an_exception_is_told_by_type_and_place_without_its_words(lines: Lines) -> None:
    def read() -> None:
        try:
            dict[str, str]()[SECRET]
        except KeyError as cause:
            raise ValueError(SECRET) from cause

    try:
        read()
    except ValueError:
        structlog.get_logger("homeward.test").exception("broke")
        logging.getLogger("temporalio.worker").exception("Completing activity as failed")
    for line in lines():
        assert SECRET not in json.dumps(line)
        assert [one["type"] for one in line["raised"]] == ["ValueError", "KeyError"]
        assert line["raised"][0]["at"][0].startswith("test_logs.py:")


def test_other_libraries_keep_their_wording_and_lose_their_arguments(lines: Lines) -> None:
    logging.getLogger("some.driver").error("row of %s is odd", SECRET)
    logging.getLogger("some.driver").error(f"Task was lost: {SECRET}")  # noqa: G004
    logging.getLogger("some.driver").error("with extra", extra={"row": SECRET})
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8400")
    told = lines()
    assert SECRET not in json.dumps(told)
    assert [line["event"] for line in told] == [
        "row of %s is odd",
        "Task was lost",
        "with extra",
        "Uvicorn running on http://127.0.0.1:8400",
    ]
