"""Corrections: the event stays, and its field reads otherwise wherever it is read."""

from typing import Any

import pytest
from msgspec.structs import replace

from homeward.domain.case.corrections import amended, field_of, value_fits
from homeward.domain.commands import COMMANDS, Order
from homeward.domain.decide import decide
from homeward.domain.sealed import Sealed
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


def test_the_finding_on_one_indicator_is_corrected_by_its_name() -> None:
    story = Story()
    case = story.assessed()
    approved(story, case, "AssessmentSubmitted", "indicators.isolation.finding", "present")
    corrected = story.state(case).history[-2:]
    assert [event.type for event in corrected] == ["CorrectionProposed", "RecordCorrected"]
    told = next(e for e in story.state(case).history if e.type == "AssessmentSubmitted")
    assert told.fact.indicators["isolation"].finding == "present"
    assert told.fact.indicators["deception"].finding == "present"


def test_one_of_several_nationalities_is_corrected_by_its_place() -> None:
    story = Story()
    two = [{"country": "VN", "status": "claimed"}, {"country": "LA", "status": "claimed"}]
    case = story.rescued(nationalities=two)
    approved(story, case, "CaseOpened", "identity.nationalities.1.country", "TH")
    assert [n.country for n in story.state(case).identity.nationalities] == ["VN", "TH"]


def test_a_correction_is_corrected_by_telling_the_field_again_not_the_correction() -> None:
    story = Story()
    case = story.screened()
    correct(story, case, "ScreeningRecorded", "fear_of_police", "yes")
    refusal = refused(lambda: correct(story, case, "CorrectionProposed", "value", "no"))
    assert (refusal.code, refusal.names) == ("invalid", ("field",))


def test_what_is_not_told_in_the_event_is_no_field_of_it() -> None:
    story = Story()
    case = story.by(
        "field", "open_case", mode="self_escape", rescued_at=story.at(), province="KH-18",
        passport={"status": "never_had"},
        identity={"sex": "F", "nationalities": [{"country": "VN", "status": "claimed"}],
                  "name_romanised": "TRAN THI MAI", "languages": ["vie"]},
    )["stream"]  # fmt: skip
    event = story.history(case)[0]
    assert field_of(event, "passport.status") is not None
    assert field_of(replace(event, fact=replace(event.fact, passport=None)), "passport.status") is (
        None
    )


def test_an_event_that_is_not_there_has_nothing_to_correct() -> None:
    story = Story()
    case = story.screened()
    told = {"event": "018f0000-0000-7000-8000-000000000000", "field": "place", "value": "x"}
    refusal = refused(lambda: story.by("sok", "correct_record", case, **told, reasons="x"))
    assert (refusal.code, refusal.names) == ("invalid", ("event",))


def test_a_clear_word_takes_no_sealed_place_and_a_sealed_one_no_clear_place() -> None:
    story = Story()
    event = story.history(story.screened())[0]
    name, sex = field_of(event, "identity.name_romanised"), field_of(event, "identity.sex")
    assert name is not None
    assert sex is not None
    now = story.now
    box = Sealed("VIC-2022-000001", "identity", "name_romanised", "k", "AAAA")
    assert (value_fits(name, None, box, now), value_fits(name, "MAI", None, now)) == (True, False)
    assert (value_fits(sex, None, box, now), value_fits(sex, "M", None, now)) == (False, True)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("identity.colour", "red"), ("identity.nationalities.9.country", "TH"),
        ("identity.nationalities.x.country", "TH"), ("rescued_at", "yesterday"),
        ("mode.kind", "x"), ("passport.status.x", "x"),
    ],
)  # fmt: skip
def test_a_stored_correction_of_what_is_not_there_changes_nothing(path: str, value: str) -> None:
    story = Story()
    fact = story.history(story.rescued())[0].fact
    assert amended(fact, path, value) == fact


def test_the_rule_itself_takes_a_clear_word_for_no_sealed_one() -> None:
    story = Story()
    case = story.screened()
    event = story.history(case)[0].id
    box = Sealed(case, "account", "reasons", "k", "AAAA")
    given = COMMANDS["correct_record"].model_validate(
        {"event": event, "field": "identity.name_romanised", "value": "MAI", "reasons": box}
    )
    order = Order(name="correct_record", stream=case, command_id=event, actor=story.actor("sok"),
                  fields={})  # fmt: skip
    refusal = refused(lambda: decide(order, given, {case: story.state(case)}, story.now))
    assert (refusal.code, refusal.names) == ("invalid", ("value",))
