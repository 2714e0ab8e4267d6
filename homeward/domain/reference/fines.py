"""What an overstay costs: rates by date and tier, added up to the cent, never guessed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal

UNKNOWN: Final = "UNKNOWN"
"""The amount where the stamp or the rate is not known: never 0."""

Amount = Decimal | Literal["UNKNOWN"]
CENT = Decimal("0.01")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """USD a day for the days on and after `since`, from the n-th day of the overstay on."""

    since: date
    per_day: Decimal
    source: str
    from_day: int = 1


RATES: tuple[Rate, ...] = (
    Rate(
        since=date(2000, 1, 1),
        per_day=Decimal(10),
        source="USD 10 a day: Philippine embassy in Phnom Penh, advisory 449; domain 1.8",
    ),
)
"""Earlier rates are told of (USD 5) without a sure day of change: no row until there is one."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days charged alike; both ends count."""

    first: date
    last: date
    days: int
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Assessment:
    """`days` is None without an entry stamp; UNKNOWN then, and where no rate is known."""

    days: int | None
    amount: Amount
    periods: tuple[Period, ...] = ()


def assess(
    permitted_until: date | None, accrual_ends: date, rates: tuple[Rate, ...] = RATES
) -> Assessment:
    """The fine from the day after the last permitted one to the last day that accrues."""
    if permitted_until is None:
        return Assessment(None, UNKNOWN)
    days = (accrual_ends - permitted_until).days
    if days <= 0:
        return Assessment(0, Decimal("0.00"))
    first = permitted_until + ONE_DAY
    spans: list[tuple[date, date, Decimal]] = []
    for start, end in _spans(first, accrual_ends, rates):
        rate = _rate_on(start, (start - permitted_until).days, rates)
        if rate is None:
            return Assessment(days, UNKNOWN)
        if spans and spans[-1][2] == rate:
            spans[-1] = (spans[-1][0], end, rate)
        else:
            spans.append((start, end, rate))
    periods = tuple(_period(*span) for span in spans)
    return Assessment(days, sum((p.amount for p in periods), Decimal("0.00")), periods)


def _spans(first: date, last: date, rates: tuple[Rate, ...]) -> Iterator[tuple[date, date]]:
    """The overstay cut wherever a rate may begin; each day lies in one span."""
    starts = {first} | {rate.since for rate in rates}
    # A tier counts the days of this overstay, so that its first day moves with it.
    tiers = {rate.from_day for rate in rates if rate.from_day <= (last - first).days + 1}
    starts |= {first + timedelta(days=tier - 1) for tier in tiers}
    cuts = sorted(start for start in starts if first <= start <= last)
    yield from ((start, following - ONE_DAY) for start, following in pairwise(cuts))
    yield cuts[-1], last


def _rate_on(day: date, nth: int, rates: tuple[Rate, ...]) -> Decimal | None:
    in_force = [rate for rate in rates if rate.since <= day]
    if not in_force:
        return None
    newest = max(rate.since for rate in in_force)
    tiers = [rate for rate in in_force if rate.since == newest and rate.from_day <= nth]
    return max(tiers, key=lambda rate: rate.from_day).per_day if tiers else None


def _period(first: date, last: date, rate: Decimal) -> Period:
    days = (last - first).days + 1
    return Period(first, last, days, rate, (rate * days).quantize(CENT))
