"""The person as a witness and as a suspect: statements, reviews, court cases that end."""

import pytest

from tests.domain.handmade import Desk
from tests.domain.story import Story, refused
from tests.domain.test_court_rules import brought, opened

STATEMENT = {"kind": "video", "at": "2022-08-01T08:00:00+07:00", "reference": "44/2022-3"}


def test_nobody_testifies_who_has_not_agreed_to() -> None:
    story = Story()
    case = story.screened()
    refusal = refused(lambda: story.by("just", "record_statement", case, **STATEMENT))
    assert refusal.code == "consent_missing"
    story.consent(case, "testimony")
    story.by("just", "record_statement", case, **STATEMENT)
    assert story.state(case).tracks["justice"] == "STATEMENT_TAKEN"
    assert story.state(case).statements[0].reference == "44/2022-3"


def test_a_statement_lifts_no_courts_hold() -> None:
    story = Story()
    case = story.screened()
    story.consent(case, "testimony")
    court = {"kind": "COURT", "basis": "Witness", "document": "44/2022", "review_on": story.day(9)}
    story.by("just", "place_hold", case, **court)
    story.by("just", "record_statement", case, **STATEMENT)
    assert story.state(case).tracks["justice"] == "HELD"


@pytest.mark.parametrize("outcome", ["charge", "do_not_charge"])
def test_whether_a_victim_is_charged_is_reviewed_and_kept(outcome: str) -> None:
    story = Story()
    case = story.screened()
    told = {"outcome": outcome, "reasons": "Forced to commit it"}
    assert refused(lambda: story.by("sok", "review_non_punishment", case, **told)).code == (
        "forbidden"
    )
    story.by("dara", "review_non_punishment", case, **told)
    assert story.state(case).non_punishment == outcome


def test_a_witness_knows_when_their_court_case_is_closed_and_the_hold_asks_to_be_lifted() -> None:
    story = Story()
    case = story.screened()
    filed = {"court": "Preah Sihanouk", "reference": "44/2022", "charges": ["Trafficking"],
             "province": "KH-18"}  # fmt: skip
    court = story.by("just", "open_court_case", **filed)["stream"]
    held = {"kind": "COURT", "basis": "Witness", "document": "44/2022", "review_on": story.day(9)}
    story.by("just", "place_hold", case, court=court, **held)
    assert story.state(case).courts == (court,)
    suspect = {"name": "Boss", "nationality": "CN", "sex": "M"}
    accused = story.by("just", "bring_before_court", court, suspect=suspect, at=story.at())
    story.by(
        "just", "record_verdict", court, suspect=accused["suspect"].rpartition(":")[2],
        verdict="convicted", sentence_months=84,
    )  # fmt: skip
    assert "lift_hold" not in story.kinds(case)
    story.by("just", "close_court_case", court)
    assert story.state(case).courts_closed == {court}
    assert "lift_hold" in story.kinds(case)


def test_a_hold_names_a_court_case_that_is_there() -> None:
    story = Story()
    case = story.screened()
    held = {"kind": "COURT", "basis": "Witness", "document": "44/2022", "review_on": story.day(9)}
    nowhere = {**held, "court": "CRT-2022-999999"}
    refusal = refused(lambda: story.by("just", "place_hold", case, **nowhere))
    assert (refusal.code, refusal.names) == ("invalid", ("court",))


def test_who_is_brought_before_the_court_again_is_accused_once() -> None:
    desk = Desk()
    court = opened(desk)
    suspect = brought(desk, court, {"name": "A", "nationality": "CN", "sex": "M"})
    brought(desk, court, suspect)
    state = desk.states[court]
    assert len(state.accused) == 1  # type: ignore[attr-defined]
