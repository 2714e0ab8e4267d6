"""Corrections: the event stays, and its field reads otherwise wherever it is read."""

from typing import Any

import pytest

from tests.domain.story import Story, refused


def correct(story: Story, case: str, kind: str, field: str, value: Any, by: str = "sok") -> str:
    event = str(story.last(case, kind).id)
    told = {"event": event, "field": field, "value": value, "reasons": "It was written wrongly"}
    return story.by(by, "correct_record", case, **told)["correction"]


def approved(story: Story, case: str, kind: str, field: str, value: Any) -> None:
    correction = correct(story, case, kind, field, value)
    story.by("visal", "approve_correction", case, correction=correction)


def test_a_decisive_field_changes_only_when_a_second_person_agrees() -> None:
    story = Story()
    case = story.screened()
    both = ["officer", "supervisor"]
    event = str(story.last(case, "ScreeningRecorded").id)
    told = {"event": event, "field": "fear_of_police", "value": "yes", "reasons": "x"}
    correction = story.do("twice", both, "correct_record", case, told)["correction"]
    assert story.state(case).screening.fear_of_police == "no"
    approve = {"correction": correction}
    refusal = refused(lambda: story.do("twice", both, "approve_correction", case, approve))
    assert refusal.code == "separation_of_duties"
    story.by("visal", "approve_correction", case, **approve)
    assert story.state(case).screening.fear_of_police == "yes"
    assert story.history(case)[1].fact.fear_of_police == "no"


def test_free_text_is_corrected_by_one_person() -> None:
    story = Story()
    case = story.assessed()
    told = {"event": str(story.last(case, "AssessmentSubmitted").id), "field": "account"}
    story.by("ivan", "correct_record", case, **told, value="Sold three times.", reasons="Misheard")
    assert story.events(case)[-1] == "RecordCorrected"
    assert story.read("dara", case)["interview"]["assessment"]["account"] == "Sold three times."


def test_an_open_correction_holds_back_a_departure() -> None:
    story = Story()
    case = story.cleared()
    correct(story, case, "CaseOpened", "identity.sex", "M")
    assert story.events(case)[-1] == "ClearanceRevoked"
    assert story.last(case, "ClearanceRevoked").fact.guards == ("status",)


def test_a_corrected_fear_ends_the_embassys_access() -> None:
    story = Story()
    case, _ = story.asked()
    approved(story, case, "ScreeningRecorded", "fear_of_own_authorities", "yes")
    assert story.events(case)[-2:] == ["RecordCorrected", "HandoffRevoked"]
    assert refused(lambda: story.read("vn", case)).code == "not_found"


def test_a_fear_corrected_away_does_not_bring_back_what_was_shut() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "confirmed")
    story.screen(case, fear_of_own_authorities="yes")
    approved(story, case, "ScreeningRecorded", "fear_of_own_authorities", "no")
    assert refused(lambda: story.read("vn", case)).code == "not_found"


def test_a_corrected_birth_date_makes_a_minor() -> None:
    story = Story()
    case = story.screened()
    assert not story.state(case).minor
    approved(story, case, "CaseOpened", "identity.birth_date", "2006-01-30")
    assert story.state(case).minor
    assert story.state(case).identity.turns_18 == "2024-01"
    assert story.read("child", case)["identity"]["birth_date"] == "2006-01-30"


def test_a_corrected_document_fails_its_guard() -> None:
    story = Story()
    case = story.cleared()
    approved(story, case, "TravelDocumentIssued", "expires", story.day(1))
    assert "travel_document" in story.last(case, "ClearanceRevoked").fact.guards or (
        "status" in story.last(case, "ClearanceRevoked").fact.guards
    )
    refusal = refused(lambda: story.by("enda", "clear_for_departure", case))
    assert refusal.names == ("travel_document",)


def test_the_later_of_two_corrections_counts() -> None:
    story = Story()
    case = story.screened()
    approved(story, case, "ScreeningRecorded", "language", "khm")
    approved(story, case, "ScreeningRecorded", "language", "eng")
    assert story.state(case).screening.language == "eng"


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("ScreeningRecorded", "colour"),
        ("ScreeningRecorded", "arms"),
        ("ScreeningRecorded", "needs"),
        ("CaseOpened", "identity"),
        ("CaseOpened", "identity.nationalities.7.country"),
        ("HandoffOpened", "mission.x"),
        ("HandoffAnswered", "handoff"),
    ],
)
def test_a_field_that_the_event_has_not_is_named(kind: str, field: str) -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "confirmed")
    refusal = refused(lambda: correct(story, case, kind, field, "x"))
    assert (refusal.code, refusal.names) == ("invalid", ("field",))


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("ScreeningRecorded", "fear_of_police", "perhaps"),
        ("ScreeningRecorded", "needs.medical_urgent", "yes"),
        ("ScreeningRecorded", "language", None),
        ("CaseOpened", "identity.birth_date", "2006-13"),
        ("CaseOpened", "identity.name_romanised", 7),
        ("CaseOpened", "identity.nationalities.0.country", "XX"),
        ("CaseOpened", "rescued_at", "yesterday"),
    ],
)
def test_a_value_that_does_not_fit_its_field_is_named(kind: str, field: str, value: Any) -> None:
    story = Story()
    case = story.screened()
    refusal = refused(lambda: correct(story, case, kind, field, value))
    assert (refusal.code, refusal.names) == ("invalid", ("value",))


def test_what_was_sealed_stays_sealed() -> None:
    story = Story()
    case = story.screened()
    correct(story, case, "CaseOpened", "identity.name_romanised", "NGUYEN THI MAI")
    assert "NGUYEN" not in repr(story.history(case)[-1])


def test_a_rejected_correction_changes_nothing() -> None:
    story = Story()
    case = story.screened()
    step = correct(story, case, "ScreeningRecorded", "fear_of_police", "yes")
    story.by("visal", "reject_step", case, step=step, reasons="It was right")
    assert story.state(case).screening.fear_of_police == "no"
    assert story.state(case).corrections == {}
    told = {"correction": step}
    refusal = refused(lambda: story.by("visal2", "approve_correction", case, **told))
    assert refusal.code == "wrong_state"


def test_the_correction_of_what_one_may_not_read_is_not_read() -> None:
    story = Story()
    case = story.screened()
    correct(story, case, "ScreeningRecorded", "fear_of_own_authorities", "yes", by="sreymom")
    seen = story.read("maly", case)["corrections"]
    assert "fear" not in str(seen)
