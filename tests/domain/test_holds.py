"""Holds: who places them, who lifts them, what they stop."""

import pytest

from homeward.domain.decide import possible
from tests.domain.story import Story, refused


def place(story: Story, case: str, kind: str, by: str = "care", **more: str) -> str:
    told = {"kind": kind, "basis": "Because", "review_on": story.day(30)} | more
    return story.by(by, "place_hold", case, **told)["hold"]


def court_hold(story: Story, case: str, **more: str) -> str:
    return place(story, case, "COURT", "just", document="Order 44/2022", **more)


def test_a_courts_hold_is_placed_by_justice_alone_and_on_a_document() -> None:
    story = Story()
    case = story.screened()
    assert refused(lambda: place(story, case, "COURT", document="x")).code == "forbidden"
    refusal = refused(lambda: place(story, case, "COURT", "just"))
    assert (refusal.code, refusal.names) == ("invalid", ("document",))


def test_a_hold_is_lifted_by_another_than_who_proposed_it() -> None:
    story = Story()
    case = story.screened()
    hold = court_hold(story, case)
    lift = {"hold": hold}
    assert refused(lambda: story.by("just2", "lift_hold", case, **lift)).code == "wrong_state"
    story.by("just", "propose_hold_lift", case, hold=hold, reasons="Testimony taken")
    assert (
        refused(lambda: story.by("just", "lift_hold", case, **lift)).code == "separation_of_duties"
    )
    assert refused(lambda: story.by("visal", "lift_hold", case, **lift)).code == "forbidden"
    story.by("just2", "lift_hold", case, **lift)
    assert not story.state(case).holds
    assert story.state(case).tracks["justice"] == "RELEASED"


def test_of_two_holds_each_has_its_own_proposal() -> None:
    story = Story()
    case = story.screened()
    first, second = place(story, case, "SAFETY"), place(story, case, "SAFETY")
    story.by("care", "propose_hold_lift", case, hold=first, reasons="Over")
    refusal = refused(lambda: story.by("visal", "lift_hold", case, hold=second))
    assert refusal.code == "wrong_state"


@pytest.mark.parametrize(("by", "command"), [("care", "propose_hold_lift"), ("visal", "lift_hold")])
def test_a_hold_that_is_not_there_is_named_as_invalid(by: str, command: str) -> None:
    story = Story()
    case = story.screened()
    place(story, case, "SAFETY")
    fields = {"hold": "018f0000-0000-7000-8000-000000000000"}
    if command == "propose_hold_lift":
        fields["reasons"] = "x"
    refusal = refused(lambda: story.by(by, command, case, **fields))
    assert (refusal.code, refusal.names) == ("invalid", ("hold",))


def test_a_protection_hold_stays_while_a_claim_is_open_or_granted() -> None:
    story = Story()
    case = story.screened()
    hold = story.by("care", "raise_protection_claim", case, kind="asylum")["hold"]
    story.by("care", "propose_hold_lift", case, hold=hold, reasons="x")
    assert refused(lambda: story.by("visal", "lift_hold", case, hold=hold)).code == "protection_bar"
    story.by("visal", "resolve_protection_claim", case, outcome="granted", decision="D-1")
    assert refused(lambda: story.by("visal", "lift_hold", case, hold=hold)).code == "protection_bar"
    assert story.state(case).hold_kinds == {"PROTECTION"}


def test_a_rejected_claim_lifts_its_own_hold_only() -> None:
    story = Story()
    case = story.screened()
    own = place(story, case, "PROTECTION")
    story.by("care", "raise_protection_claim", case, kind="asylum")
    story.by("visal", "resolve_protection_claim", case, outcome="rejected", decision="D-1")
    assert [str(hold) for hold in story.state(case).holds] == [own]


def test_who_raised_a_claim_does_not_resolve_it() -> None:
    story = Story()
    case = story.screened()
    both = ["officer", "supervisor"]
    story.do("twice", both, "raise_protection_claim", case, {"kind": "asylum"})
    story.by("care", "raise_protection_claim", case, kind="reprisal")
    told = {"outcome": "rejected", "decision": "D-1"}
    refusal = refused(lambda: story.do("twice", both, "resolve_protection_claim", case, told))
    assert refusal.code == "separation_of_duties"
    story.by("visal", "resolve_protection_claim", case, **told)
    assert not story.state(case).holds


def test_a_medical_emergency_at_screening_holds_the_case() -> None:
    story = Story()
    case = story.screened(medical_urgent=True)
    assert story.state(case).hold_kinds == {"MEDICAL"}


def test_a_family_with_a_child_is_held_together() -> None:
    story = Story()
    mother = story.screened()
    child = story.rescued(birth_date="2012-05-01")
    story.by("sok", "link_cases", mother, case=child, relation="family")
    assert story.state(mother).hold_kinds == story.state(child).hold_kinds == {"FAMILY_UNITY"}
    assert story.state(child).links[0].case == mother


def test_siblings_who_are_grown_up_are_linked_and_not_held() -> None:
    story = Story()
    one, other = story.screened(), story.screened()
    story.by("sok", "link_cases", one, case=other, relation="family")
    assert not story.state(one).holds


def test_a_restricted_case_is_linked_as_little_as_one_that_is_not_there() -> None:
    story = Story()
    one, other = story.screened(), story.screened()
    story.by("visal", "restrict_case", other, restricted=True, reasons="x")
    hidden = refused(lambda: story.by("sok", "link_cases", one, case=other, relation="group"))
    nowhere = refused(
        lambda: story.by("sok", "link_cases", one, case="VIC-2022-000001", relation="group")
    )
    assert (hidden.code, hidden.names) == (nowhere.code, nowhere.names) == ("invalid", ("case",))


def test_a_closed_court_case_gives_a_task_to_lift_the_holds_that_name_it() -> None:
    story = Story()
    case = story.screened()
    court = story.by(
        "just",
        "open_court_case",
        court="Phnom Penh",
        reference="1/22",
        charges=["x"],
        province="KH-12",
    )["stream"]
    court_hold(story, case, court=court)
    assert "lift_hold" not in story.kinds(case)
    story.by("just", "close_court_case", court)
    assert "lift_hold" in story.kinds(case)


def test_a_hold_placed_in_transit_only_alerts() -> None:
    story = Story()
    case = story.departed()
    court_hold(story, case)
    assert story.state(case).state == "IN_TRANSIT"
    assert story.state(case).hold_kinds == {"COURT"}


def test_no_order_is_asked_for_while_a_court_holds_the_person() -> None:
    story = Story()
    case = story.deported()
    court_hold(story, case)
    asked = {"basis": "Law", "reentry_ban": False}
    refusal = refused(lambda: story.by("sok", "request_deportation_order", case, **asked))
    assert (refusal.code, refusal.names) == ("hold", ("COURT",))


def test_a_hold_is_not_named_to_who_may_not_see_it() -> None:
    story = Story()
    case = story.deported()
    story.by("sok", "request_deportation_order", case, basis="Law", reentry_ban=False)
    place(story, case, "PROTECTION")
    signed = {"number": "GDI-1", "notified_language": "vie"}
    refusal = refused(lambda: story.by("maly", "sign_deportation_order", case, **signed))
    assert (refusal.code, refusal.names) == ("hold", ())


@pytest.mark.parametrize("role", ["justice", "care", "child_protection", "supervisor", "officer"])
def test_whoever_works_with_the_person_may_hold_their_departure(role: str) -> None:
    story = Story()
    case = story.screened()
    told = {"kind": "SAFETY", "basis": "Threats", "review_on": story.day(9)}
    hold = story.do("somebody", [role], "place_hold", case, told)["hold"]
    over = {"hold": hold, "reasons": "Over"}
    story.do("somebody", [role], "propose_hold_lift", case, over)
    assert story.state(case).hold_kinds == {"SAFETY"}


@pytest.mark.parametrize("role", ["screener", "interviewer", "determiner", "endorser", "approver"])
def test_nobody_else_holds_a_departure(role: str) -> None:
    story = Story()
    case = story.screened()
    told = {"kind": "SAFETY", "basis": "Threats", "review_on": story.day(9)}
    refusal = refused(lambda: story.do("somebody", [role], "place_hold", case, told))
    assert refusal.code == "forbidden"


def test_only_a_courts_hold_is_seen_on_the_track_of_justice() -> None:
    story = Story()
    case = story.screened()
    safety = place(story, case, "SAFETY")
    assert story.state(case).tracks["justice"] == "NONE"
    lift(story, case, safety)
    assert story.state(case).tracks["justice"] == "NONE"


def test_of_two_courts_holds_the_last_releases() -> None:
    story = Story()
    case = story.screened()
    first, second = court_hold(story, case), court_hold(story, case)
    safety = place(story, case, "SAFETY")
    lift(story, case, first)
    assert story.state(case).tracks["justice"] == "HELD"
    lift(story, case, safety)
    assert story.state(case).tracks["justice"] == "HELD"
    place(story, case, "SAFETY")
    lift(story, case, second)
    assert story.state(case).tracks["justice"] == "RELEASED"


def lift(story: Story, case: str, hold: str) -> None:
    story.by("just", "propose_hold_lift", case, hold=hold, reasons="Over")
    story.by("just2", "lift_hold", case, hold=hold)
    assert f"propose_hold_lift:{hold}" not in story.state(case).steps


def test_a_hold_lifted_already_is_lifted_no_more_and_one_that_never_was_is_named() -> None:
    story = Story()
    case = story.screened()
    hold = place(story, case, "SAFETY")
    place(story, case, "SAFETY")
    lift(story, case, hold)
    again = {"hold": hold, "reasons": "x"}
    refusal = refused(lambda: story.by("care", "propose_hold_lift", case, **again))
    assert refusal.code == "wrong_state"
    note = str(story.history(case)[0].id)
    other = {**again, "hold": note}
    refusal = refused(lambda: story.by("care", "propose_hold_lift", case, **other))
    assert (refusal.code, refusal.names) == ("invalid", ("hold",))


def test_nothing_is_proposed_where_nothing_is_on_hold() -> None:
    story = Story()
    case = story.screened()
    shown = possible(story.state(case), story.actor("care"), story.now)["propose_hold_lift"]
    assert shown is not None
    assert shown.code == "wrong_state"
    place(story, case, "SAFETY")
    shown = possible(story.state(case), story.actor("care"), story.now)["propose_hold_lift"]
    assert shown is None


def test_one_open_claim_among_several_keeps_the_protection_and_no_other_hold() -> None:
    story = Story()
    case = story.screened()
    told = {"outcome": "rejected", "decision": "D-1"}
    story.by("care", "raise_protection_claim", case, kind="asylum")
    story.by("visal", "resolve_protection_claim", case, **told)
    hold = story.by("care", "raise_protection_claim", case, kind="reprisal")["hold"]
    safety = place(story, case, "SAFETY")
    story.by("care", "propose_hold_lift", case, hold=hold, reasons="x")
    assert refused(lambda: story.by("visal", "lift_hold", case, hold=hold)).code == "protection_bar"
    lift(story, case, safety)


def test_a_court_case_is_linked_once_however_many_holds_name_it() -> None:
    story = Story()
    case = story.screened()
    filed = {"court": "Preah Sihanouk", "reference": "44/2022", "charges": ["Trafficking"],
             "province": "KH-18"}  # fmt: skip
    court = story.by("just", "open_court_case", **filed)["stream"]
    for _ in range(2):
        court_hold(story, case, court=court)
    assert story.events(case).count("WitnessLinked") == 1
    assert story.events(court).count("WitnessLinked") == 1


def test_a_lift_is_offered_while_one_hold_was_proposed_by_another() -> None:
    story = Story()
    case = story.screened()
    first, second = place(story, case, "SAFETY"), place(story, case, "SAFETY")

    def shown(name: str) -> str | None:
        told = possible(story.state(case), story.actor(name), story.now)["lift_hold"]
        return None if told is None else told.code

    assert shown("visal") == "wrong_state"
    story.by("visal", "propose_hold_lift", case, hold=first, reasons="Over")
    assert (shown("visal"), shown("visal2")) == ("separation_of_duties", None)
    story.by("visal2", "propose_hold_lift", case, hold=second, reasons="Over")
    assert (shown("visal"), shown("visal2")) == (None, None)
    refusal = refused(lambda: story.by("visal", "lift_hold", case, hold=first))
    assert refusal.code == "separation_of_duties"
    story.by("visal", "lift_hold", case, hold=second)
