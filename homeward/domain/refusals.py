"""Why the rules say no. The codes are the contract's; the words for people are the edge's.

Refused
  code      one of CODES, in the order in which checks are made
  names     fields (dotted paths), holds or guards concerned: all of them
  version   the stream's current version, where that helps (`stale`)
"""

CODES = (
    "unauthenticated", "forbidden", "not_found", "conflict_of_interest", "invalid",
    "duplicate_key", "stale", "wrong_state", "separation_of_duties", "guardian_missing",
    "consent_missing", "protection_bar", "hold", "interpreter_conflict", "guard_failed",
    "too_large", "too_many", "unavailable",
)  # fmt: skip
OWN_ORDER = (
    "wrong_state", "separation_of_duties", "guardian_missing", "consent_missing",
    "protection_bar", "hold", "interpreter_conflict", "guard_failed", "invalid",
)  # fmt: skip
"""The order in which a rule's own refusals are told, whatever order it finds them in."""


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A rule says no; nothing was appended."""

    def __init__(self, code: str, *names: str, why: str = "", version: int | None = None) -> None:
        super().__init__(f"{code} {list(names)}" if names else code)
        assert code in CODES
        self.code = code
        self.names = tuple(dict.fromkeys(names))
        self.why = why
        self.version = version
        self.faults: dict[str, str] = {}
        """For `invalid`: dotted path -> one English sentence; the names are its keys."""

    @classmethod
    def of_faults(cls, faults: dict[str, str]) -> "Refused":
        """`invalid`, naming every field at fault and what is wrong with it."""
        refused = cls("invalid", *faults)
        refused.faults = faults
        return refused


class Checks:
    """Collects what speaks against a command, and tells the first kind, with everything it names.

    A rule states its needs in any order; `settle` keeps the contract's order of checks.
    """

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._why: dict[str, str] = {}

    def need(self, holds: object, code: str, *names: str, why: str = "") -> bool:
        """Note `code` unless `holds`; returns whether it holds, for checks that build on it."""
        if holds:
            return True
        self._found.setdefault(code, []).extend(names)
        if why:
            self._why.setdefault(code, why)
        return False

    def settle(self) -> None:
        """Raise the first refusal in the contract's order, if there is any."""
        for code in OWN_ORDER:
            if code in self._found:
                raise Refused(code, *self._found[code], why=self._why.get(code, ""))
