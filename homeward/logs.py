"""Logs as records: JSON on standard error, with ids, codes and counts, never a value of a field.

What may be written is listed by name; everything else is masked, and so are the messages of
exceptions, which quote what they choked on. Other libraries' records go the same way.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

MASK = "masked"
NAMED = frozenset(
    {
        "event", "level", "logger", "timestamp", "correlation_id", "stream", "case", "kind",
        "command", "command_id", "code", "names", "status", "method", "route", "duration_ms",
        "part", "type", "at", "task_queue", "workflow", "run_id", "attempt", "version", "epoch",
        "actor", "service", "operation", "call", "deadline", "due", "reason", "host", "port",
        "signal", "raised", "worklist", "engine", "environment",
    }
)  # fmt: skip
"""Keys whose short text may be written. Numbers and truth values may be under any key."""
WRITTEN_OUT = ("uvicorn", "alembic")
"""Libraries whose arguments are addresses and names of our own making."""
LONGEST = 200


def mask(_: WrappedLogger, __: str, record: EventDict) -> EventDict:
    """Only named keys, and of them only what is short; counts pass."""
    return {key: _masked(key, value) for key, value in record.items()}


def _masked(key: str, value: Any) -> Any:
    if key.startswith("_") or value is None or isinstance(value, (bool, int, float)):
        return value
    if key not in NAMED:
        return MASK
    if key == "raised":
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_masked(key, one) for one in value]
    if isinstance(value, Mapping):
        return MASK
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "..."


def name_exception(_: WrappedLogger, __: str, record: EventDict) -> EventDict:
    """An exception's types and places, without its words."""
    given = record.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        record["raised"] = [_told(one) for one in _chain(error)]
    record.pop("stack_info", None)
    return record


def _chain(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and len(chain) < 5 and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _told(error: BaseException) -> dict[str, Any]:
    return {"type": type(error).__qualname__, "at": places(error.__traceback__)}


def places(trace: TracebackType | None) -> list[str]:
    """The innermost frames as file:line, the last one first."""
    frames = traceback.extract_tb(trace)[-8:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames)]


class _Plain(logging.Filter):
    """Other libraries' messages keep their wording and lose their arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        ours = isinstance(record.msg, dict)
        if not ours and not record.name.startswith(WRITTEN_OUT):
            text = str(record.msg)
            # One put together beforehand may hold anything: its first words have to do.
            record.msg = text if record.args else re.split(r"[:={\[('\"\n]", text, maxsplit=1)[0]
            record.args = None
        return True


def set_up(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Called once by each process. Lines for people where standard error is a terminal."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_exception,
        mask,
    ]
    render: Processor = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    if stream.isatty():
        render = structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.addFilter(_Plain())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for quiet in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
