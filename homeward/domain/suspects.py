"""How a suspect is named: by the stream that knows them and the event that recorded them.

A court hears of suspects whom operations know; the name tells where to look.
"""

import re
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_NAME = re.compile(
    r"(?:((?:OPS|CRT)-[0-9]{4}-[0-9]{6}):)?"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)


def suspect_id(stream: str, event: UUID) -> str:
    return f"{stream}:{event}"


def _known_form(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise PydanticCustomError("suspect", "is not a suspect's id")
    return name


SuspectId = Annotated[str, AfterValidator(_known_form)]
"""`OPS-2022-482911:<event id>`; the event's id alone where the stream is clear."""


def event_of(name: str) -> UUID:
    return UUID(name.rpartition(":")[2])


def operation_of(name: str) -> str | None:
    stream = name.rpartition(":")[0]
    return stream if stream.startswith("OPS") else None
