"""The danger of a return: assessed, approved, run out; and claims, from raised to resolved."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from tests.domain.story import Story, refused

RISK: dict[str, Any] = {"level": "low", "factors": ["Debt to the ring"]}


def assess(story: Story, case: str, level: str = "low", by: str = "care") -> dict[str, str]:
    told = {**RISK, "level": level, "valid_until": story.day(30)}
    return story.by(by, "assess_return_risk", case, **told)


def test_who_assessed_the_risk_and_why_stays_known_until_it_is_assessed_again() -> None:
    story = Story()
    case = story.screened()
    assess(story, case)
    risk = story.state(case).risk
    assert (risk.track, risk.level, risk.by) == ("ASSESSED", "low", "care")
    assert (risk.valid_until.isoformat(), risk.factors is not None) == (story.day(30), True)
    step = story.state(case).steps["assess_return_risk"].event
    story.by("visal", "approve_return_risk", case)
    approved = story.state(case).risk
    assert approved == replace(risk, track="APPROVED")
    assert "assess_return_risk" not in story.state(case).steps
    assert story.last(case, "ReturnRiskApproved").fact.assessment == step
    assess(story, case, "high", by="child")
    assert (story.state(case).risk.track, story.state(case).risk.by) == ("ASSESSED", "child")


def test_an_assessment_that_ran_out_waits_for_nobody() -> None:
    story = Story()
    case = story.screened()
    assess(story, case)
    story.wait("32d")
    assert story.state(case).risk.track == "EXPIRED"
    assert "assess_return_risk" not in story.state(case).steps
    assert refused(lambda: story.by("visal", "approve_return_risk", case)).code == "wrong_state"


def test_a_prohibited_return_is_held_once_and_the_hold_is_named() -> None:
    story = Story()
    case = story.screened()
    safety = {"kind": "PROTECTION", "basis": "x", "review_on": story.day(9)}
    story.by("care", "place_hold", case, **safety)
    hold = assess(story, case, "prohibited")["hold"]
    placed = story.state(case).holds[UUID(hold)]
    assert (placed.kind, placed.origin) == ("PROTECTION", "risk")
    assert "hold" not in assess(story, case, "prohibited")
    assert [h.origin for h in story.state(case).holds.values()].count("risk") == 1
    assert "hold" not in assess(story, case, "high")


def test_a_claim_is_kept_with_who_raised_it_and_holds_the_return() -> None:
    story = Story()
    case = story.screened()
    hold = story.by("care", "raise_protection_claim", case, kind="reprisal", account="Named")[
        "hold"
    ]
    (claim,) = story.state(case).claims
    assert (claim.kind, claim.by, claim.at) == ("reprisal", "care", story.now)
    assert (claim.outcome, claim.account is not None) == (None, True)
    assert claim.id == story.last(case, "ProtectionClaimRaised").id
    held = story.state(case).holds[UUID(hold)]
    assert (held.kind, held.origin) == ("PROTECTION", f"claim:{claim.id}")
    assert "raise_protection_claim" in story.state(case).steps


@pytest.mark.parametrize("outcome", ["granted", "rejected", "withdrawn"])
def test_a_resolution_is_of_all_open_claims_and_of_no_other(outcome: str) -> None:
    story = Story()
    case = story.screened()
    first = {"outcome": "rejected", "decision": "D-1"}
    story.by("care", "raise_protection_claim", case, kind="asylum")
    story.by("visal", "resolve_protection_claim", case, **first)
    before = story.state(case).claims[0]
    story.wait("1d")
    for kind in ("asylum", "reprisal"):
        story.by("care", "raise_protection_claim", case, kind=kind)
    story.by("visal", "resolve_protection_claim", case, outcome=outcome, decision="D-2")
    old, *new = story.state(case).claims
    resolved = story.last(case, "ProtectionClaimResolved")
    assert old == before
    assert {claim.outcome for claim in new} == {outcome}
    assert {claim.resolved_at for claim in new} == {story.now}
    assert {claim.resolved_version for claim in new} == {resolved.version}
    assert resolved.fact.claims == tuple(claim.id for claim in new)
    assert "raise_protection_claim" not in story.state(case).steps
    held = story.state(case).hold_kinds
    assert held == ({"PROTECTION"} if outcome == "granted" else set())


def test_what_was_resolved_keeps_nobody_from_the_next_resolution() -> None:
    story = Story()
    case = story.screened()
    both = ["officer", "supervisor"]
    told = {"outcome": "rejected", "decision": "D-1"}
    story.do("twice", both, "raise_protection_claim", case, {"kind": "asylum"})
    story.by("visal", "resolve_protection_claim", case, **told)
    story.by("care", "raise_protection_claim", case, kind="asylum")
    story.do("twice", both, "resolve_protection_claim", case, told)
    assert {claim.outcome for claim in story.state(case).claims} == {"rejected"}


def test_what_a_panel_found_best_is_kept_as_it_found_it() -> None:
    story = Story()
    case = story.screened()
    told = {"panel": ["child", "care"], "return_is_best": True, "reasons": "Grandmother"}
    story.by("child", "determine_best_interests", case, receiving_guardian="Bà Lan", **told)
    best = story.state(case).best_interests
    assert (best.return_is_best, best.receiving_guardian is not None, best.at) == (
        True, True, story.now,
    )  # fmt: skip
    assert story.last(case, "BestInterestsDetermined").fact.panel == ("child", "care")
