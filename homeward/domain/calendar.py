"""Days as people count them: whole days and Cambodian business days, in Phnom Penh."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec

PHNOM_PENH = ZoneInfo("Asia/Phnom_Penh")


class Terms(msgspec.Struct, frozen=True):
    """The configuration that durations come from; its version is kept with each deadline."""

    version: str = "2022-08"
    extra_holidays: frozenset[date] = frozenset()


DEFAULT_TERMS = Terms()


@cache
def _public_holidays(year: int) -> frozenset[date]:
    # here, since the import takes as long as all the rest of the domain
    import holidays  # noqa: PLC0415

    return frozenset(holidays.country_holidays("KH", years=year))


def is_business_day(day: date, terms: Terms = DEFAULT_TERMS) -> bool:
    return (
        day.weekday() < 5
        and day not in _public_holidays(day.year)
        and day not in terms.extra_holidays
    )


def business_days_after(start: datetime, days: int, terms: Terms = DEFAULT_TERMS) -> datetime:
    """The n-th business day after `start`, at the same local time."""
    local = start.astimezone(PHNOM_PENH)
    day = local.date()
    while days:
        day += timedelta(days=1)
        days -= is_business_day(day, terms)
    return datetime.combine(day, local.time(), PHNOM_PENH)


def local_date(moment: datetime) -> date:
    return moment.astimezone(PHNOM_PENH).date()


def end_of(day: date) -> datetime:
    """The midnight that ends the day: when a date as a deadline is due."""
    return datetime.combine(day + timedelta(days=1), time(), PHNOM_PENH)


def last_day(partial: str) -> date:
    """A partial date counts as its last day (contract, state_rules)."""
    if len(partial) == 10:
        return date.fromisoformat(partial)
    year, month = int(partial[:4]), int(partial[5:7] or 12)
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
