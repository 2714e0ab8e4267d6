from datetime import date

import pytest

from homeward.edge.derived import turns_18


@pytest.mark.parametrize(
    ("birth_date", "at", "month"),
    [
        ("2004-08-03", date(2022, 8, 2), "2022-08"),
        ("2004-08-02", date(2022, 8, 2), None),
        ("2004", date(2022, 8, 2), "2022-12"),
        ("2004-07", date(2022, 8, 2), None),
        ("2004-02-29", date(2022, 2, 28), "2022-03"),
        ("2004-02-29", date(2022, 3, 1), None),
        ("1998-03-14", date(2022, 8, 2), None),
    ],
)
def test_a_birth_date_says_in_which_month_a_minor_turns_18(
    birth_date: str, at: date, month: str | None
) -> None:
    assert turns_18(birth_date, at) == month
