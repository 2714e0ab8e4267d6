"""Durations as stories write them."""

import re
from datetime import timedelta

UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SHAPE = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?")


def parse_duration(text: str) -> timedelta:
    """`30d`, `72h`, `45m`, `10s`, or several, the larger first: `1h30m`."""
    shape = _SHAPE.fullmatch(text) if text else None
    if shape is None:
        raise ValueError("is not a duration such as 30d, 72h, 45m, 10s or 1h30m")
    parts = zip(UNITS.values(), shape.groups(), strict=True)
    return timedelta(**{unit: int(count) for unit, count in parts if count})
