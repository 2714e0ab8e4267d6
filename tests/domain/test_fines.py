"""Domain 1.8 and edge cases 25 to 28: the overstay fine to the cent, and never guessed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.reference.fines import RATES, UNKNOWN, Assessment, Rate, assess

CHANGED = (
    Rate(date(2000, 1, 1), Decimal(5), "made up for this test"),
    Rate(date(2016, 9, 1), Decimal(10), "made up for this test"),
)
TIERED = (
    Rate(date(2000, 1, 1), Decimal(5), "five at first"),
    Rate(date(2000, 1, 1), Decimal(6), "six after 30 days", from_day=31),
)


def test_a_year_at_ten_dollars_a_day_is_3650_dollars_exactly() -> None:
    told = assess(date(2021, 8, 1), date(2022, 8, 1))
    assert (told.days, str(told.amount)) == (365, "3650.00")


def test_the_day_permitted_until_costs_nothing_and_the_next_day_is_one_day() -> None:
    assert assess(date(2026, 1, 31), date(2026, 1, 31)) == Assessment(0, Decimal("0.00"))
    next_day = assess(date(2026, 1, 31), date(2026, 2, 1))
    assert (next_day.days, str(next_day.amount)) == (1, "10.00")


def test_who_may_still_stay_owes_nothing() -> None:
    assert assess(date(2030, 1, 1), date(2026, 2, 1)) == Assessment(0, Decimal("0.00"))


def test_without_an_entry_stamp_the_amount_is_unknown_and_never_zero() -> None:
    assert assess(None, date(2026, 2, 1)) == Assessment(None, UNKNOWN)


def test_across_a_change_of_rate_each_period_is_summed_and_the_boundary_day_counted_once() -> None:
    told = assess(date(2016, 8, 29), date(2016, 9, 3), CHANGED)
    assert [(p.first, p.last, p.days, p.rate, p.amount) for p in told.periods] == [
        (date(2016, 8, 30), date(2016, 8, 31), 2, Decimal(5), Decimal("10.00")),
        (date(2016, 9, 1), date(2016, 9, 3), 3, Decimal(10), Decimal("30.00")),
    ]
    assert (told.days, told.amount) == (5, Decimal("40.00"))


def test_an_overstay_that_begins_on_the_day_of_change_knows_only_the_new_rate() -> None:
    told = assess(date(2016, 8, 31), date(2016, 9, 1), CHANGED)
    assert [(p.days, p.rate) for p in told.periods] == [(1, Decimal(10))]


def test_a_tier_begins_on_its_day_of_the_overstay() -> None:
    told = assess(date(2012, 1, 1), date(2012, 2, 2), TIERED)
    assert [(p.days, p.rate) for p in told.periods] == [(30, Decimal(5)), (2, Decimal(6))]
    assert told.amount == Decimal("162.00")


def test_days_before_any_known_rate_leave_the_amount_unknown() -> None:
    assert assess(date(1999, 12, 30), date(2000, 1, 5)) == Assessment(6, UNKNOWN)


def test_every_rate_in_the_table_names_its_source() -> None:
    assert all(rate.source and rate.per_day > 0 for rate in RATES)


@given(
    permitted=st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    days=st.integers(1, 3000),
    rates=st.sampled_from([RATES, CHANGED, TIERED, CHANGED + TIERED[1:]]),
)
def test_periods_cover_every_day_once_and_add_up(
    permitted: date, days: int, rates: tuple[Rate, ...]
) -> None:
    told = assess(permitted, permitted + timedelta(days=days), rates)
    assert told.days == days == sum(period.days for period in told.periods)
    assert told.amount == sum(period.amount for period in told.periods)
    day = permitted
    for period in told.periods:
        assert period.first == day + timedelta(days=1)
        day = period.last
    assert day == permitted + timedelta(days=days)


@pytest.mark.parametrize("until", [date.max, date.max - timedelta(days=1)])
def test_the_last_days_of_the_calendar_are_days_too(until: date) -> None:
    assert assess(until, date.max).days == (date.max - until).days
