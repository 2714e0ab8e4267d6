"""Contradictions that only clear text shows: a document's machine-readable zone and its fields,
a birth date and what was found of the age."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from homeward.domain.calendar import local_date
from homeward.domain.case.state import Case
from homeward.domain.reference.mrz import differences, read_mrz
from homeward.edge.derived import turns_18

DIFFERS = "differs from the machine-readable zone"


def contradictions(command: str, clear: BaseModel, state: Any, now: datetime) -> dict[str, str]:
    """Dotted path -> what is wrong. `state`: the stream that the command is given to."""
    data = clear.model_dump(mode="python")
    faults = document_faults(data)
    if command == "assess_age" and isinstance(state, Case):
        faults |= age_faults(data, state.rescued_at or now, now)
    return faults


def age_faults(data: Mapping[str, Any], rescued: datetime, now: datetime) -> dict[str, str]:
    """A birth date by which the person is what the assessment says they are not.

    Between the rescue and now a birthday may have passed: then either may be found.
    """
    minor, born = data.get("minor"), data.get("birth_date")
    if not isinstance(born, str):
        return {}
    adult_then = turns_18(born, local_date(rescued)) is None
    minor_now = turns_18(born, local_date(now)) is not None
    if (minor and adult_then) or (minor is False and minor_now):
        return {"birth_date": "contradicts what was found of the age"}
    return {}


def document_faults(data: Mapping[str, Any]) -> dict[str, str]:
    """The MRZ is read and checked (ICAO 9303), never repaired. `data` may be JSON's."""
    faults: dict[str, str] = {}
    for path, holder in _documents(data):
        if isinstance(holder.get("mrz"), str):
            faults |= _against_mrz(path, holder, data.get("identity") or {})
    return faults


def _documents(data: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(data.get("passport"), dict):
        found.append(("passport", data["passport"]))
    if isinstance(data.get("rescue"), dict):
        found.append(("rescue.passport", data["rescue"].get("passport") or {}))
    if isinstance(data.get("document"), dict):
        found.append(("document", data["document"]))
    return found


def _against_mrz(path: str, document: dict[str, Any], identity: dict[str, Any]) -> dict[str, str]:
    zone = read_mrz(document["mrz"])
    faults = {f"{path}.mrz": "; ".join(zone.faults)} if zone.faults else {}
    expires = document.get("expires")
    if isinstance(expires, str):
        expires = date.fromisoformat(expires)
    differing = differences(
        zone,
        number=document.get("number"),
        birth_date=identity.get("birth_date"),
        expires=expires if isinstance(expires, date) else None,
    )
    for field in differing:
        where = "identity.birth_date" if field == "birth_date" else f"{path}.{field}"
        faults.setdefault(where, DIFFERS)
    return faults
