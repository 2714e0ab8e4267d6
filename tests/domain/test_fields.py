"""What a field's word must be, told to the field alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from homeward.domain.calendar import last_day
from homeward.domain.fields import (
    Day,
    LongText,
    Moment,
    PartialDate,
    PastDate,
    PastMoment,
    Text,
    id_told,
)
from homeward.domain.reference.codes import Country, Language, Province, ProvinceCode, ToldProvince
from homeward.domain.suspects import SuspectId

NOW = datetime(2022, 8, 1, 3, 0, tzinfo=UTC)
"""Ten in the morning in Phnom Penh."""


def read(kind: Any, told: Any) -> Any:
    return TypeAdapter(kind).validate_python(told, context={"now": NOW})


def fault(kind: Any, told: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        read(kind, told)
    return refused.value.errors()[0]["msg"]


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b\u200d", "\ufeff\u2060 "])
def test_a_text_that_nobody_would_see_is_blank(text: str) -> None:
    assert fault(Text, text) == "is blank"


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
def test_a_text_that_no_letter_can_hold_is_refused(text: str) -> None:
    assert fault(LongText, text) == "has characters that cannot be stored"


@pytest.mark.parametrize("text", ["O", "ស្រី\u200bមុំ", "a\u200bb", "=1+1", " led and trailed "])
def test_any_other_text_is_kept_to_the_letter(text: str) -> None:
    assert read(Text, text) == text


def test_a_text_is_as_long_as_it_may_be_and_no_longer() -> None:
    assert len(read(Text, "ក" * 500)) == 500
    assert "500" in fault(Text, "ក" * 501)
    assert len(read(LongText, "ក" * 20_000)) == 20_000
    assert "20000" in fault(LongText, "ក" * 20_001)


@pytest.mark.parametrize("kind", [Day, PastDate])
@pytest.mark.parametrize("told", ["2022-8-1", "២០២២-០៨-០១", "20220801", "2022-02-30", "today"])
def test_a_day_is_a_real_one_in_plain_digits(kind: Any, told: str) -> None:
    assert fault(kind, told) == "is not a real date"


@pytest.mark.parametrize(
    "told", ["2022-08-01", "2022-08-01 at ten", "2022-08-01T24:30:00Z", "2022-08-32T10:00:00Z"]
)
def test_a_moment_is_a_real_one(told: str) -> None:
    assert fault(Moment, told) == "is not a real date and time"


@pytest.mark.parametrize("kind", [Day, Moment])
@pytest.mark.parametrize("told", [None, True, ["2022-08-01"]])
def test_what_is_no_text_is_neither_day_nor_moment(kind: Any, told: Any) -> None:
    assert "valid" in fault(kind, told)


def test_a_moment_without_its_time_zone_is_none() -> None:
    assert "timezone" in fault(Moment, "2022-08-01T10:00:00")


@pytest.mark.parametrize("told", ["2022-8", "2022-08-1", "៨", "", True, None, 2022.5, ["2022"]])
def test_a_partial_date_has_one_of_three_forms(told: Any) -> None:
    assert fault(PartialDate, told) == "is not YYYY, YYYY-MM or YYYY-MM-DD"


@pytest.mark.parametrize(
    ("told", "kept"),
    [("1998", "1998"), ("1998-03", "1998-03"), ("1998-03-14", "1998-03-14"), (1998, "1998")],
)
def test_a_partial_date_is_kept_as_told(told: Any, kept: str) -> None:
    assert read(PartialDate, told) == kept


@pytest.mark.parametrize("told", ["1998-13", "1998-02-30", "0000"])
def test_a_partial_date_is_a_real_one(told: str) -> None:
    assert fault(PartialDate, told) == "is not a real date"


@pytest.mark.parametrize(
    ("year", "why"),
    [
        (1879, "lies too far back"), (1880, None), (2200, None), (2201, "lies too far ahead"),
        (2399, "lies too far ahead"), (2744, "lies too far ahead"), (9999, "lies too far ahead"),
        (2400, "is a year of the Buddhist era; write 1857"),
        (2743, "is a year of the Buddhist era; write 2200"),
    ],
)  # fmt: skip
def test_a_year_is_of_the_common_era_and_within_reach(year: int, why: str | None) -> None:
    told = {Day: f"{year}-08-01", Moment: f"{year}-08-01T10:00:00Z", PartialDate: f"{year}"}
    for kind, word in told.items():
        if why is None:
            assert read(kind, word)
        else:
            assert fault(kind, word) == why


def test_what_was_done_lies_at_most_five_minutes_ahead() -> None:
    edge = NOW + timedelta(minutes=5)
    assert read(PastMoment, edge.isoformat()) == edge
    late = edge + timedelta(seconds=1)
    assert fault(PastMoment, late.isoformat()) == "lies in the future"


def test_a_day_that_was_is_at_most_today_in_phnom_penh() -> None:
    assert read(PastDate, "2022-08-01") == date(2022, 8, 1)
    assert fault(PastDate, "2022-08-02") == "lies in the future"
    nearly = datetime(2022, 8, 1, 16, 56, tzinfo=UTC)
    tomorrow = TypeAdapter(PastDate).validate_python("2022-08-02", context={"now": nearly})
    assert tomorrow == date(2022, 8, 2)


def test_outside_of_a_command_no_time_is_ahead() -> None:
    assert TypeAdapter(PastMoment).validate_python("2199-01-01T00:00:00Z").year == 2199
    assert TypeAdapter(PastDate).validate_python("2199-01-01").year == 2199


@pytest.mark.parametrize("told", [None, 5, "", "x" * 36, "៨" * 36, "-" * 36])
def test_what_is_no_id_names_none(told: Any) -> None:
    assert id_told(told) is None


def test_an_id_is_known_in_any_of_its_spellings() -> None:
    id_ = UUID("018f0000-0000-7000-8000-0000000000ab")
    for spelled in (str(id_), str(id_).upper(), id_.hex, id_.urn, f"{{{id_}}}"):
        assert id_told(spelled) == id_


@pytest.mark.parametrize(
    ("kind", "told", "why"),
    [
        (Country, "VNM", "is not an ISO 3166-1 alpha-2 code"),
        (Language, "vi", "is not an ISO 639-3 code"),
        (ProvinceCode, "KH-26", "is not one of KH-1 to KH-25"),
        (Province, "Bangkok", "is not one of KH-1 to KH-25"),
        (ToldProvince, "Bangkok", "is no province or town of Cambodia that we know"),
        (SuspectId, "OPS-2022-482911", "is not a suspect's id"),
    ],
)
def test_a_code_is_one_of_its_list(kind: Any, told: str, why: str) -> None:
    assert fault(kind, told) == why


@pytest.mark.parametrize(
    ("partial", "last"),
    [
        ("1998", date(1998, 12, 31)), ("1998-12", date(1998, 12, 31)),
        ("2004-02", date(2004, 2, 29)), ("1998-03-14", date(1998, 3, 14)),
    ],
)  # fmt: skip
def test_a_partial_date_counts_as_its_last_day(partial: str, last: date) -> None:
    assert last_day(partial) == last
