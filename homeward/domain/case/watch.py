"""What follows by itself once a clearance no longer stands."""

from typing import Any

from homeward.domain.case.guards import failing
from homeward.domain.case.state import Case
from homeward.domain.commands import Told
from homeward.domain.decide import REACTIONS
from homeward.domain.facts import Fact
from homeward.domain.facts.case_departure import ClearanceRevoked

LEFT_BY_A_DECISION = frozenset({"ASSESSED", "IDENTIFIED", "PRESUMED"})


def _clearance_ends(before: Any, after: Any, told: Told) -> list[Fact]:  # noqa: ARG001
    """A clearance lives only as long as every guard holds and the case stays where it was."""
    if not isinstance(after, Case) or after.cleared_at is None:
        return []
    if after.state in LEFT_BY_A_DECISION:
        return [ClearanceRevoked()]
    failed = failing(after, told.now) if after.state == "CLEARED" else ()
    return [ClearanceRevoked(guards=failed)] if failed else []


REACTIONS.append(_clearance_ends)
