"""Which paths lead to which kind of stream."""

import re

from homeward.domain.refusals import Refused
from homeward.domain.streams import PREFIX, kind_of

PLURALS = {
    "requests": "request", "operations": "operation", "cases": "case", "incidents": "incident",
    "courts": "court",
}  # fmt: skip
PATHS = {kind: plural for plural, kind in PLURALS.items()}
STREAM = re.compile(rf"({'|'.join(PREFIX.values())})-[0-9]{{4}}-[0-9]{{6}}", re.ASCII)


def checked(plural: str, stream: str) -> str:
    """The kind of a stream named in a path; what cannot be an id is not found like any other."""
    kind = PLURALS[plural]
    if not STREAM.fullmatch(stream) or kind_of(stream) != kind:
        raise Refused("not_found")
    return kind


def path_of(stream: str) -> str:
    return f"/{PATHS[kind_of(stream)]}/{stream}"
