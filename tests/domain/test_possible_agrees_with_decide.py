"""What a read offers can be given, and what it does not offer cannot."""

from typing import Any

import pytest

from homeward.domain.decide import possible
from homeward.domain.refusals import Refused
from tests.domain.story import PEOPLE, Kept, Story

POINTS = ("rescued", "screened", "assessed", "identified", "waived", "documented", "prepared",
          "cleared", "departed")  # fmt: skip
GIVEN: dict[str, dict[str, Any]] = {
    "explain_rights": {"topics": ["data"], "language": "vie"},
    "waive_reflection": {"informed": True, "language": "vie"},
    "assess_fine": {"accrual_ends": "2022-08-01"},
    "propose_waiver": {"percent": 50, "ground": "humanitarian", "reasons": "x"},
    "endorse_waiver": {},
    "adjourn_interview": {"reasons": "x"},
    "return_assessment": {"questions": "x"},
    "propose_not_a_victim": {"reasons": "x", "organisation": "Police"},
    "request_review": {"new_facts": "x"},
    "open_return_preparation": {"mode": "assisted_voluntary_return", "wish_recorded": True},
    "change_of_mind": {},
    "request_exit_permit": {"basis": "x"},
    "cancel_travel": {"reasons": "x"},
    "clear_for_departure": {},
    "revoke_clearance": {"reasons": "x"},
    "record_departure_failure": {"cause": "missed"},
    "grant_stay": {"basis": "humanitarian"},
    "raise_protection_claim": {"kind": "asylum"},
    "resolve_protection_claim": {"outcome": "rejected", "decision": "x"},
    "approve_return_risk": {},
    "withdraw_case": {"voluntary": True, "private": True, "language": "vie"},
    "confirm_withdrawal": {},
    "confirm_death": {},
    "break_glass": {"reason": "x"},
    "reopen_case": {"reasons": "x"},
    "request_erasure": {"basis": "x"},
    "hand_to_immigration": {"receipt": "x"},
    "request_deportation_order": {"basis": "x", "reentry_ban": False},
    "add_note": {"text": "x"},
}


@pytest.mark.parametrize("point", POINTS)
def test_a_command_is_offered_exactly_when_it_can_be_given(point: str) -> None:
    told = Story()
    case = getattr(told, point)()
    for name, roles in PEOPLE.items():
        if "liaison" in roles or "statistician" in roles:
            continue
        offered = possible(told.state(case), told.actor(name), told.now)
        for command in offered.keys() & GIVEN.keys():
            assert _answer(point, name, command) == _code(offered[command]), (name, command)


def _code(refusal: Refused | None) -> str | None:
    return None if refusal is None else refusal.code


def _answer(point: str, name: str, command: str) -> str | None:
    """How the command is answered in a story that came to the same point."""
    story, case, kept = _same(point)
    try:
        story.by(name, command, case, **GIVEN[command])
    except Refused as refusal:
        return refusal.code
    finally:
        story.back_to(kept)
    return None


_stories: dict[str, tuple[Story, str, Kept]] = {}


def _same(point: str) -> tuple[Story, str, Kept]:
    if point not in _stories:
        story = Story()
        case = getattr(story, point)()
        _stories[point] = (story, case, story.kept())
    return _stories[point]
