"""What may stand in a URL: every fault is named, as in a body."""

import re
from datetime import datetime

from starlette.requests import Request

from homeward.domain.refusals import Refused
from homeward.readmodel.page import LONGEST as GREATEST

__all__ = ["GREATEST", "LIMIT", "Query", "only"]
LIMIT = 100


class Query:
    """Reads a URL's parameters one by one; `settle` raises for all that is wrong with them."""

    def __init__(self, request: Request) -> None:
        self._given = request.query_params
        self._asked = {"lang"}
        self._faults: dict[str, str] = {}

    def text(self, name: str) -> str | None:
        self._asked.add(name)
        values = self._given.getlist(name)
        if len(values) > 1:
            self._faults[name] = "is given more than once"
        if values and (len(values[0]) > 500 or "\x00" in values[0]):
            self._faults[name] = "is not one of ours"
        return values[0] if values else None

    def whole(self, name: str, default: int, least: int, greatest: int) -> int:
        given = self.text(name)
        if given is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", given) or not least <= int(given) <= greatest:
            self._faults[name] = f"is not a whole number from {least} to {greatest}"
            return default
        return int(given)

    def moment(self, name: str) -> datetime | None:
        if (given := self.text(name)) is None:
            return None
        try:
            # A plus sign in a query is a space unless it was escaped.
            read = datetime.fromisoformat(given.replace(" ", "+"))
        except ValueError:
            read = None
        if read is None or read.tzinfo is None:
            self._faults[name] = "is not a time with its offset, such as 2026-11-22T09:00:00+07:00"
        return read

    def settle(self) -> None:
        for name in self._given:
            if name not in self._asked:
                self._faults[name] = "is not known"
        if self._faults:
            raise Refused.of_faults(self._faults)


def only(request: Request) -> None:
    """No parameters but the language."""
    Query(request).settle()
