"""Who works on a case, and what it is linked to."""

import pytest

from tests.domain.story import Story, refused

CHILD = {"age_claimed": 9}


def test_the_first_to_claim_a_case_has_it_and_the_next_is_told_who() -> None:
    story = Story()
    case = story.screened()
    story.by("sok", "claim_case", case, role="officer")
    story.by("sok", "claim_case", case, role="officer")
    refusal = refused(
        lambda: story.do("rith", ["officer"], "claim_case", case, {"role": "officer"})
    )
    assert (refusal.code, refusal.names) == ("wrong_state", ("sok",))
    story.by("visal", "assign_case", case, role="officer", assignee="rith")
    assert story.state(case).assigned == {"officer": "rith"}


def test_nobody_claims_a_case_in_a_role_they_do_not_hold() -> None:
    story = Story()
    case = story.screened()
    refusal = refused(lambda: story.by("sok", "claim_case", case, role="screener"))
    assert (refusal.code, refusal.names) == ("invalid", ("role",))


def test_who_has_an_interest_is_assigned_to_nothing() -> None:
    story = Story()
    case = story.screened()
    story.by("aud", "declare_interest", case, user="rith", ground="Brother")
    told = {"role": "officer", "assignee": "rith"}
    refusal = refused(lambda: story.by("visal", "assign_case", case, **told))
    assert (refusal.code, refusal.names) == ("invalid", ("assignee",))


@pytest.mark.parametrize("relation", ["family", "same_site"])
def test_a_family_with_a_child_leaves_together_or_not_at_all(relation: str) -> None:
    story = Story()
    mother, child = story.rescued(), story.rescued(**CHILD)
    story.by("sok", "link_cases", mother, case=child, relation=relation)
    held = {"FAMILY_UNITY"} if relation == "family" else set()
    assert story.state(mother).hold_kinds == story.state(child).hold_kinds == held


def test_of_two_grown_relatives_each_leaves_when_they_like() -> None:
    story = Story()
    one, other = story.rescued(), story.rescued()
    story.by("sok", "link_cases", one, case=other, relation="family")
    assert story.state(one).holds == story.state(other).holds == {}


def test_a_case_that_is_over_is_linked_and_not_held() -> None:
    story = Story()
    mother, child = story.rescued(), story.rescued(**CHILD)
    told = {"voluntary": True, "private": True, "language": "vie"}
    story.by("care", "withdraw_case", mother, **told)
    story.by("visal", "confirm_withdrawal", mother)
    story.by("sok", "link_cases", child, case=mother, relation="family")
    assert story.state(child).hold_kinds == {"FAMILY_UNITY"}
    assert story.events(mother)[-1] == "CasesLinked"
    assert story.state(mother).holds == {}


def test_a_case_that_one_may_not_know_of_is_no_case() -> None:
    story = Story()
    case, other = story.screened(), story.rescued()
    story.by("visal", "restrict_case", other, restricted=True, reasons="Reprisals")
    third = story.rescued()
    story.by("aud", "declare_interest", third, user="sok", ground="Cousin")
    for unknown in (other, third, case, "VIC-2022-999999"):
        told = {"case": unknown, "relation": "same_site"}
        refusal = refused(lambda: story.by("sok", "link_cases", case, **told))  # noqa: B023
        assert (refusal.code, refusal.names) == ("invalid", ("case",))


def test_a_note_about_a_death_closes_the_task_it_names_and_one_that_names_none_the_next() -> None:
    story = Story()
    case = story.screened()
    death = {"at": story.at(), "place": "Hospital", "kin_notified": False}
    story.by("care", "record_death", case, **death)
    about = {"text": "Told", "about": str(story.state(case).death)}
    story.by("care", "add_note", case, **about, task="remains")
    assert {"notify_kin", "remains"} & story.kinds(case) == {"notify_kin"}
    story.by("care", "add_note", case, **about)
    story.by("care", "add_note", case, **about)
    assert {"notify_kin", "remains"} & story.kinds(case) == set()


def test_a_closed_case_hears_little() -> None:
    story = Story()
    case = story.departed()
    story.by("mfa", "confirm_reception", case, at=story.at(), by_authority="Social Affairs")
    story.by("care", "record_follow_up", case, at=story.day(), outcome="safe")
    story.by("sok", "close_case", case, outcome="returned")
    refusal = refused(lambda: story.by("sok", "claim_case", case, role="officer"))
    assert refusal.code == "wrong_state"
    story.by("visal", "add_note", case, text="She wrote")
