"""Who may give what protects somebody, and who may not decide on their own step."""

import pytest

import homeward.domain.all  # noqa: F401 - fills COMMANDS
from homeward.domain.actors import ROLES, Actor
from homeward.domain.commands import COMMANDS
from homeward.domain.decide import forbid
from homeward.domain.refusals import Refused

GIVERS = {
    name: set(roles.split())
    for name, roles in {
        "record_consent": "screener interviewer officer care",
        "withdraw_consent": "screener interviewer officer care",
        "assess_return_risk": "officer care child_protection",
        "approve_return_risk": "supervisor",
        "raise_protection_claim": "screener interviewer officer care child_protection justice",
        "resolve_protection_claim": "supervisor",
        "determine_best_interests": "child_protection",
        "review_non_punishment": "justice determiner",
        "place_hold": "justice care child_protection supervisor officer",
        "propose_hold_lift": "justice care child_protection supervisor officer",
        "lift_hold": "supervisor justice",
        "request_handoff": "officer mfa",
        "reject_step": "supervisor approver justice auditor",
        "clear_for_departure": "endorser",
        "approve_waiver": "approver",
        "endorse_waiver": "endorser",
        "sign_deportation_order": "approver",
    }.items()
}
OTHER_THAN = {
    name: tuple(steps.split())
    for name, steps in {
        "authorise_operation": "plan_operation",
        "reject_operation": "plan_operation",
        "confirm_decline": "propose_decline",
        "confirm_merge": "propose_merge",
        "determine_status": "submit_assessment open_interview",
        "propose_not_a_victim": "submit_assessment open_interview",
        "confirm_not_a_victim": "propose_not_a_victim submit_assessment open_interview",
        "endorse_waiver": "propose_waiver",
        "approve_waiver": "propose_waiver endorse_waiver",
        "refuse_waiver": "propose_waiver endorse_waiver",
        "revoke_waiver": "propose_waiver_revocation",
        "sign_deportation_order": "request_deportation_order",
        "clear_for_departure": "open_return_preparation book_travel",
        "confirm_reception": "record_departure",
        "lift_hold": "propose_hold_lift",
        "approve_return_risk": "assess_return_risk",
        "resolve_protection_claim": "raise_protection_claim",
        "approve_correction": "correct_record",
        "approve_service_answer": "record_service_answer",
        "confirm_withdrawal": "withdraw_case",
        "confirm_death": "record_death",
        "reopen_case": "close_case",
        "approve_erasure": "request_erasure",
    }.items()
}
WITHOUT_AN_OPEN_STEP = {
    "clear_for_departure", "confirm_reception", "determine_status", "propose_not_a_victim",
    "reopen_case",
}  # fmt: skip
"""Whose earlier steps are facts and no proposals: they need not stand open to be decided on."""


def may_ever(name: str, role: str) -> bool:
    try:
        forbid(COMMANDS[name], Actor("somebody", frozenset({role})))
    except Refused:
        return False
    return True


@pytest.mark.parametrize("name", GIVERS)
def test_a_command_is_its_roles_and_nobody_elses(name: str) -> None:
    assert {role for role in ROLES if may_ever(name, role)} == GIVERS[name]


def test_who_took_a_step_is_kept_from_these_decisions_on_it() -> None:
    told = {name: cls.spec.not_by for name, cls in COMMANDS.items() if cls.spec.not_by}
    assert told == OTHER_THAN


@pytest.mark.parametrize("name", OTHER_THAN)
def test_a_decision_needs_its_open_step_but_for_what_was_no_proposal(name: str) -> None:
    assert COMMANDS[name].spec.needs_step is (name not in WITHOUT_AN_OPEN_STEP)
