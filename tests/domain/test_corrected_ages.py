"""What follows from a corrected date, and what a document or a finding contradicts."""

from typing import Any

import pytest

from tests.domain.story import Story, refused
from tests.domain.test_corrections import approved, correct

MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
PASSPORT = {
    "status": "expired", "issuer": "SE", "number": "L898902C3", "expires": "2012-04-15", "mrz": MRZ
}  # fmt: skip


def test_a_rescue_told_too_late_made_a_child_an_adult_until_it_is_corrected() -> None:
    story = Story()
    case = story.rescued(birth_date="2004-07-20")
    assert not story.state(case).minor
    approved(story, case, "CaseOpened", "rescued_at", "2022-07-10T08:00:00+07:00")
    assert story.state(case).minor
    assert story.state(case).identity.turns_18 == "2022-07"
    assert "appoint_guardian" not in story.kinds(case)
    story.screen(case)
    assert "appoint_guardian" in story.kinds(case)


def test_a_rescue_told_too_early_made_an_adult_a_child_until_it_is_corrected() -> None:
    story = Story("2022-08-20T08:30:00+07:00")
    case = story.rescued(birth_date="2004-08-19")
    approved(story, case, "CaseOpened", "rescued_at", "2022-08-18T08:00:00+07:00")
    assert story.state(case).minor
    approved(story, case, "CaseOpened", "rescued_at", "2022-08-19T08:00:00+07:00")
    assert not story.state(case).minor


def test_a_rescue_is_not_corrected_into_the_future() -> None:
    story = Story()
    case = story.rescued()
    told = refused(lambda: correct(story, case, "CaseOpened", "rescued_at", story.at("1h")))
    assert (told.code, told.names) == ("invalid", ("value",))


def test_of_two_open_corrections_of_an_age_the_later_approved_is_proposed_again() -> None:
    story = Story()
    case = story.rescued(birth_date="1998-03-14")
    born = correct(story, case, "CaseOpened", "identity.birth_date", "2004-07-20")
    rescued = correct(story, case, "CaseOpened", "rescued_at", "2022-07-10T08:00:00+07:00")
    story.by("visal", "approve_correction", case, correction=rescued)
    told = refused(lambda: story.by("visal", "approve_correction", case, correction=born))
    assert told.code == "wrong_state"
    approved(story, case, "CaseOpened", "identity.birth_date", "2004-07-20")
    assert story.state(case).minor


@pytest.mark.parametrize(
    ("field", "value", "right"),
    [
        ("identity.birth_date", "1974-08-13", "1974-08"),
        ("passport.number", "L898902C4", "L898902C3"),
        ("passport.expires", "2013-04-15", "2012-04-15"),
        ("passport.mrz", MRZ.replace("7408122", "7408123"), MRZ),
    ],
)
def test_a_corrected_field_that_the_machine_zone_contradicts_is_invalid(
    field: str, value: str, right: str
) -> None:
    story = Story()
    identity = {
        "name_romanised": "ANNA ERIKSSON", "sex": "F", "birth_date": "1974-08-12",
        "nationalities": [{"country": "SE", "status": "claimed"}], "languages": ["swe"],
    }  # fmt: skip
    opened: dict[str, Any] = {"mode": "self_escape", "identity": identity, "province": "KH-1"}
    opened |= {"rescued_at": story.at(), "passport": PASSPORT}
    case = story.by("field", "open_case", **opened)["stream"]
    told = refused(lambda: correct(story, case, "CaseOpened", field, value))
    assert (told.code, told.names) == ("invalid", ("value",))
    assert value not in str(told.faults)
    approved(story, case, "CaseOpened", field, right)


def test_a_passport_recorded_later_is_corrected_against_its_own_zone() -> None:
    story = Story()
    case = story.rescued()
    story.by("sok", "record_passport", case, passport=PASSPORT)
    told = refused(lambda: correct(story, case, "PassportRecorded", "passport.number", "X1"))
    assert told.names == ("value",)


@pytest.mark.parametrize(
    ("minor", "birth_date", "fits"),
    [
        (False, "2004-08-02", False),
        (False, "2004", False),
        (False, "2004-08-01", True),
        (True, "2004-08-01", False),
        (True, "2004-08-02", True),
        (True, "1998", False),
        (False, "2003", True),
    ],
)
def test_a_birth_date_that_contradicts_the_finding_is_invalid(
    minor: bool, birth_date: str, fits: bool
) -> None:
    story = Story()
    case = story.screened(minor="doubt")
    told = {"minor": minor, "method": "Birth record", "birth_date": birth_date}
    if fits:
        story.by("child", "assess_age", case, **told)
        assert story.state(case).minor is minor
        assert (story.state(case).identity.turns_18 is not None) is minor
        return
    refusal = refused(lambda: story.by("child", "assess_age", case, **told))
    assert (refusal.code, refusal.names) == ("invalid", ("birth_date",))


def test_who_came_of_age_since_the_rescue_may_be_found_either() -> None:
    for minor in (True, False):
        story = Story()
        case = story.screened(minor="doubt")
        story.wait("10d")
        told = {"minor": minor, "method": "Birth record", "birth_date": "2004-08-05"}
        story.by("child", "assess_age", case, **told)
        assert story.state(case).identity.turns_18 == "2022-08"


def test_a_finding_is_not_corrected_against_its_own_birth_date() -> None:
    story = Story()
    case = story.screened(minor="doubt")
    told = {"minor": True, "method": "Birth record", "birth_date": "2006-08-05"}
    story.by("child", "assess_age", case, **told)
    for field, value in (("minor", False), ("birth_date", "1999-01-01")):
        wrong = refused(lambda f=field, v=value: correct(story, case, "AgeAssessed", f, v))  # type: ignore[misc]
        assert (wrong.code, wrong.names) == ("invalid", ("value",))
    approved(story, case, "AgeAssessed", "birth_date", "2007-03-01")
    assert story.state(case).identity.turns_18 == "2025-03"
