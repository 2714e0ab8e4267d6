"""What the edge adds from clear values, because the domain will never see them."""

from datetime import date, datetime
from typing import Any

from homeward.domain.calendar import last_day, local_date


def turns_18(birth_date: str, at: date) -> str | None:
    """The month of the 18th birthday (YYYY-MM) of who is under 18 at `at`; else None.

    A partial date counts as its last day; who is born on 29 February turns 18 on 1 March.
    """
    born = last_day(birth_date)
    try:
        birthday = born.replace(year=born.year + 18)
    except ValueError:
        birthday = date(born.year + 18, 3, 1)
    return f"{birthday:%Y-%m}" if birthday > at else None


def add_derived(
    fields: dict[str, Any], clear: dict[str, Any], now: datetime, assessed: datetime | None = None
) -> dict[str, Any]:
    """Sealed fields with `turns_18` set where the birth date says under 18 at the rescue.

    `assessed`: when the person was rescued whose age is assessed; else the identity is told anew.
    """
    if assessed is not None and clear.get("birth_date"):
        return {**fields, "turns_18": turns_18(clear["birth_date"], local_date(assessed))}
    identity = clear.get("identity")
    if not isinstance(identity, dict) or not identity.get("birth_date"):
        return fields
    rescued = clear.get("rescued_at")
    at = datetime.fromisoformat(rescued) if isinstance(rescued, str) else now
    minor_until = turns_18(identity["birth_date"], local_date(at))
    if minor_until is None:
        return fields
    return {**fields, "identity": {**fields["identity"], "turns_18": minor_until}}
