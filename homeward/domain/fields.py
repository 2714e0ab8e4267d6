"""The words that commands' fields are made of. Marks P1 to P4 are the contract's."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from homeward.domain.calendar import local_date
from homeward.domain.sealed import Closed, Sealed

AHEAD = timedelta(minutes=5)
"""How far ahead a told time may lie, for clocks that differ (contract, header)."""


UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of characters: no database and no letter can hold them."""
EARLIEST = 1880
LATEST = 2200
BUDDHIST = range(2400, 2744)
"""Years by which 1857 to 2200 are told in the Buddhist era."""
_ID = re.compile(r"(urn:uuid:)?\{?[0-9a-fA-F-]{32,36}\}?")
"""Python's own reading of an id takes digits of any script."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*")


def _writable(text: str) -> str:
    """Kept to the letter; what nobody would see (zero-width signs alone) is blank."""
    if all(sign.isspace() or unicodedata.category(sign) == "Cf" for sign in text):
        raise PydanticCustomError("blank", "is blank")
    if UNSTORABLE.search(text):
        raise PydanticCustomError("unwritable", "has characters that cannot be stored")
    return text


def _year(year: int) -> None:
    if year in BUDDHIST:
        raise PydanticCustomError(
            "buddhist_era", "is a year of the Buddhist era; write {year}", {"year": year - 543}
        )
    if year < EARLIEST:
        raise PydanticCustomError("era", "lies too far back")
    if year > LATEST:
        raise PydanticCustomError("era", "lies too far ahead")


def _day(told: Any) -> Any:
    """`YYYY-MM-DD` alone: a bare number would be read as seconds since 1970."""
    if not isinstance(told, str):
        return told
    if not _DAY.fullmatch(told):
        raise PydanticCustomError("day", "is not a real date")
    try:
        day = date.fromisoformat(told)
    except ValueError as fault:
        raise PydanticCustomError("day", "is not a real date") from fault
    _year(day.year)
    return day


def _moment(told: Any) -> Any:
    """Date, time and time zone, as RFC 3339 writes them."""
    if not isinstance(told, str):
        return told
    if not _MOMENT.fullmatch(told):
        raise PydanticCustomError("moment", "is not a real date and time")
    _year(int(told[:4]))
    try:
        return datetime.fromisoformat(told)
    except ValueError as fault:
        raise PydanticCustomError("moment", "is not a real date and time") from fault


def _not_ahead(moment: datetime, info: ValidationInfo) -> datetime:
    if info.context and moment > info.context["now"] + AHEAD:
        raise PydanticCustomError("ahead", "lies in the future")
    return moment


def _day_not_ahead(day: date, info: ValidationInfo) -> date:
    if info.context and day > local_date(info.context["now"] + AHEAD):
        raise PydanticCustomError("ahead", "lies in the future")
    return day


def _partial_date(text: Any) -> Any:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD`, a real one, in the common era."""
    text = str(text) if isinstance(text, int) and not isinstance(text, bool) else text
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", text):
        raise PydanticCustomError("partial_date", "is not YYYY, YYYY-MM or YYYY-MM-DD")
    try:
        parsed = date.fromisoformat((text + "-01-01")[:10])
    except ValueError as fault:
        raise PydanticCustomError("partial_date", "is not a real date") from fault
    _year(parsed.year)
    return text


Text = Annotated[str, StringConstraints(max_length=500), AfterValidator(_writable)]
LongText = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(_writable)]
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
PastMoment = Annotated[Moment, AfterValidator(_not_ahead)]
PastDate = Annotated[Day, AfterValidator(_day_not_ahead)]
PartialDate = Annotated[str, BeforeValidator(_partial_date)]
EventId = UUID


def id_told(told: Any) -> UUID | None:
    """The id that a raw field names, in whichever of a UUID's spellings; None: it names none."""
    if not isinstance(told, str) or not _ID.fullmatch(told):
        return None
    try:
        return UUID(told)
    except ValueError:
        return None


UserId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Unit = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
RequestId = Annotated[str, StringConstraints(pattern=r"^REQ-[0-9]{4}-[0-9]{6}$")]
OperationId = Annotated[str, StringConstraints(pattern=r"^OPS-[0-9]{4}-[0-9]{6}$")]
CaseId = Annotated[str, StringConstraints(pattern=r"^VIC-[0-9]{4}-[0-9]{6}$")]
CourtId = Annotated[str, StringConstraints(pattern=r"^CRT-[0-9]{4}-[0-9]{6}$")]
Percent = Annotated[int, Field(ge=1, le=100)]

# P1: identity
IdentityText = Annotated[Sealed, Closed(Text, "identity")]
IdentityTexts = Annotated[Sealed, Closed(tuple[Text, ...], "identity")]
IdentityMatch = Annotated[Sealed, Closed(Text, "identity", match=True)]
IdentityPartialDate = Annotated[Sealed, Closed(PartialDate, "identity")]
IdentityPartialDateMatch = Annotated[Sealed, Closed(PartialDate, "identity", match=True)]
# P2: correspondence
Correspondence = Annotated[Sealed, Closed(LongText, "correspondence")]
# P3: what is highly sensitive, by compartment
Account = Annotated[Sealed, Closed(LongText, "account")]
Accounts = Annotated[Sealed, Closed(tuple[LongText, ...], "account")]
Health = Annotated[Sealed, Closed(LongText, "health")]
Healths = Annotated[Sealed, Closed(tuple[LongText, ...], "health")]
Protection = Annotated[Sealed, Closed(LongText, "protection")]
Protections = Annotated[Sealed, Closed(tuple[LongText, ...], "protection")]
# P4: operations and exact places
Operational = Annotated[Sealed, Closed(LongText, "operation")]
_YesNoUnknown = Annotated[str, Field(pattern="^(yes|no|unknown)$")]
HealthAnswer = Annotated[Sealed, Closed(_YesNoUnknown, "health")]
