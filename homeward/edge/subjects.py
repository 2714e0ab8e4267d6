"""Whose a field is: the subject under whose key it is closed (design: sealing)."""

from collections.abc import Mapping
from uuid import UUID

from homeward.sealing.edge import SubjectOf

ABOUT_THE_NEW_CASE = frozenset({"identity", "passport", "condition", "place", "rescue"})


def subjects(command: str, stream: str, command_id: UUID, reserved: Mapping[str, str]) -> SubjectOf:
    """A case, a stub of a request, a reporter or a suspect; else the stream itself."""

    def of(path: tuple[str | int, ...]) -> str:
        match command, path:
            case "register_request", ("people", int(n), *_):
                return f"{stream}/stub/{n}"
            case "register_request", ("reporter", *_):
                return f"{stream}/reporter"
            case "record_rescue" | "report_found", (str(first), *_) if (
                first in ABOUT_THE_NEW_CASE and "case" in reserved
            ):
                return reserved["case"]
            case (("record_detention" | "record_suspect"), ("name" | "alias", *_)):
                return f"{stream}/suspect/{command_id}"
            case "bring_before_court", ("suspect", *_):
                return f"{stream}/suspect/{command_id}"
            case _:
                return stream

    return of
