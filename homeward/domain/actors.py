"""Who acts: a person with roles, or the system."""

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

Role = Literal[
    "intake", "examiner", "planner", "authoriser", "field", "screener", "interviewer",
    "determiner", "officer", "endorser", "approver", "liaison", "mfa", "care",
    "child_protection", "justice", "supervisor", "auditor", "statistician", "administrator",
    "system",
]  # fmt: skip
ROLES: frozenset[str] = frozenset(get_args(Role))
ANY_WRITER: frozenset[str] = ROLES - {
    "liaison", "auditor", "statistician", "administrator", "system",
}  # fmt: skip
CASE_ROLES: frozenset[str] = frozenset(
    {
        "screener", "interviewer", "determiner", "officer", "endorser", "approver", "mfa", "care",
        "child_protection", "justice", "supervisor", "auditor",
    }
)  # fmt: skip


class Actor(msgspec.Struct, frozen=True):
    """A person as signed in. `id` names the person; separation of duties is by it, not by role."""

    id: str
    roles: frozenset[str]
    mission: str | None = None
    unit: str | None = None
    languages: frozenset[str] = frozenset()

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def is_only(self, *roles: str) -> bool:
        return self.roles <= set(roles)


SYSTEM = Actor("system", frozenset({"system"}))


def person(name: str, roles: Iterable[str], **more: str | None) -> Actor:
    return Actor(name, frozenset(roles), **more)  # type: ignore[arg-type]  # mission, unit only
