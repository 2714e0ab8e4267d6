"""Tasks: who has to do what, from when until when."""

from homeward.domain.taskmaking import CONFIRMED_BY
from tests.domain.story import Story


def roles(story: Story, stream: str) -> dict[str, tuple[str, ...]]:
    return {task.kind: task.roles for task in story.tasks(stream)}


def test_a_rescued_person_is_to_be_screened() -> None:
    story = Story()
    case = story.rescued()
    assert roles(story, case) == {"screen": ("screener",)}
    assert story.tasks(case)[0].due == story.state(case).deadlines["screening"].due


def test_after_the_screening_rights_are_explained_and_an_interview_is_held() -> None:
    story = Story()
    case = story.rescued()
    story.screen(case)
    assert story.kinds(case) == {"explain_consular_right", "interview"}


def test_a_child_gets_a_guardian() -> None:
    story = Story()
    case = story.rescued(birth_date="2010-01-01")
    story.screen(case, minor="yes")
    assert "appoint_guardian" in story.kinds(case)
    told = {"name": "Sister Rosa", "organisation": "Shelter", "conflict_checked": True}
    story.by("child", "appoint_guardian", case, **told)
    assert "appoint_guardian" not in story.kinds(case)


def test_an_assessment_is_to_be_determined() -> None:
    story = Story()
    case = story.assessed()
    assert story.kinds(case) == {"determine"}


def test_a_rejected_finding_of_no_victim_is_to_be_determined_again() -> None:
    story = Story()
    case = story.assessed()
    told = {"reasons": "x", "organisation": "Police"}
    step = story.by("dara", "propose_not_a_victim", case, **told)["event"]
    assert story.kinds(case) == {"confirm"}
    story.by("visal", "reject_step", case, step=step, reasons="Look again")
    assert story.kinds(case) == {"determine"}


def test_a_victim_is_waived_and_their_return_assessed() -> None:
    story = Story()
    case = story.identified()
    assert roles(story, case) == {"waive_fine": ("officer",), "assess_risk": ("officer",)}


def test_a_waiver_goes_from_hand_to_hand() -> None:
    story = Story()
    case = story.identified()
    story.by("sok", "assess_fine", case, permitted_until="2022-04-24", accrual_ends=story.day())
    fields = {"percent": 100, "ground": "victim_of_trafficking", "reasons": "Victim"}
    story.by("sok", "propose_waiver", case, **fields)
    assert roles(story, case)["confirm"] == ("endorser",)
    story.by("enda", "endorse_waiver", case)
    assert roles(story, case)["confirm"] == ("approver",)
    story.by("maly", "approve_waiver", case, percent=100)
    assert story.kinds(case) == {"assess_risk"}


def test_consent_to_contact_is_to_be_acted_on() -> None:
    story = Story()
    case = story.waived()
    story.consent(case, "mission_contact", mission="VN")
    assert story.kinds(case) == {"assess_risk", "contact_mission"}
    story.ask(case)
    task = next(task for task in story.tasks(case) if task.kind == "handoff")
    assert (task.roles, task.mission) == (("liaison",), "VN")
    assert "contact_mission" not in story.kinds(case)


def test_the_risk_is_approved_by_another_and_assessed_again_when_it_expires() -> None:
    story = Story()
    case = story.waived()
    until = story.day(5)
    story.by("care", "assess_return_risk", case, level="low", factors=["x"], valid_until=until)
    assert roles(story, case)["confirm"] == ("supervisor",)
    story.by("visal", "approve_return_risk", case)
    assert "assess_risk" not in story.kinds(case)
    story.wait("6d")
    assert story.state(case).tracks["risk"] == "EXPIRED"
    assert "assess_risk" in story.kinds(case)


def test_a_cleared_departure_is_to_be_recorded_and_then_received() -> None:
    story = Story()
    case = story.cleared()
    assert story.kinds(case) == {"record_departure"}
    story.depart(case)
    assert story.kinds(case) == {"confirm_reception"}
    story.by("mfa", "confirm_reception", case, at=story.at(), by_authority="x")
    assert story.kinds(case) == {"follow_up"}


def test_a_courts_hold_is_lifted_by_justice_alone() -> None:
    story = Story()
    case = story.screened()
    placed = {"kind": "COURT", "basis": "x", "document": "Order 1", "review_on": story.day(9)}
    hold = story.by("just", "place_hold", case, **placed)["hold"]
    story.by("just", "propose_hold_lift", case, hold=hold, reasons="x")
    assert roles(story, case)["confirm"] == ("justice",)


def test_a_payment_by_the_victim_is_looked_at_by_a_supervisor() -> None:
    story = Story()
    case = story.identified()
    paid = {"payer": "victim", "amount": "10.00", "receipt": "R-1"}
    event = story.by("sok", "record_payment", case, **paid)["event"]
    assert "victim_payment" in story.kinds(case)
    story.by("sok", "add_note", case, text="She insisted", about=event)
    assert "victim_payment" in story.kinds(case)
    story.by("visal", "add_note", case, text="Paid back", about=event)
    assert "victim_payment" not in story.kinds(case)


def test_broken_glass_is_reviewed_by_an_auditor() -> None:
    story = Story()
    case = story.identified()
    event = story.by("sok", "break_glass", case, reason="Danger to life")["event"]
    assert "review_access" in story.kinds(case)
    story.by("aud", "add_note", case, text="Rightly so", about=event)
    assert "review_access" not in story.kinds(case)


def test_every_second_step_of_the_contract_has_somebody_to_take_it() -> None:
    assert set(CONFIRMED_BY) == {
        "propose_decline", "propose_merge", "propose_waiver", "propose_waiver_revocation",
        "request_deportation_order", "correct_record", "propose_hold_lift", "withdraw_case",
        "request_erasure", "record_service_answer", "assess_return_risk", "propose_not_a_victim",
        "record_death",
    }  # fmt: skip
