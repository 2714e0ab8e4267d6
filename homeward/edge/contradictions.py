"""Contradictions that only clear text shows: a document's machine-readable zone and its fields."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from homeward.domain.reference.mrz import differences, read_mrz


def contradictions(command: str, clear: BaseModel) -> dict[str, str]:
    """Dotted path -> what is wrong. The MRZ is read and checked (ICAO 9303), never repaired."""
    data = clear.model_dump(mode="python")
    faults: dict[str, str] = {}
    for path, holder in _documents(command, data):
        if holder.get("mrz"):
            faults |= _against_mrz(path, holder, data.get("identity") or {})
    return faults


def _documents(command: str, data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    if isinstance(data.get("passport"), dict):
        found.append(("passport", data["passport"]))
    if command == "report_found" and isinstance(data.get("rescue"), dict):
        found.append(("rescue.passport", data["rescue"].get("passport") or {}))
    if isinstance(data.get("document"), dict):
        found.append(("document", data["document"]))
    return found


def _against_mrz(path: str, document: dict[str, Any], identity: dict[str, Any]) -> dict[str, str]:
    zone = read_mrz(document["mrz"])
    faults = {f"{path}.mrz": "; ".join(zone.faults)} if zone.faults else {}
    expires = document.get("expires")
    differing = differences(
        zone,
        number=document.get("number"),
        birth_date=identity.get("birth_date"),
        expires=expires if isinstance(expires, date) else None,
    )
    for field in differing:
        where = "identity.birth_date" if field == "birth_date" else f"{path}.{field}"
        faults.setdefault(where, "differs from the machine-readable zone")
    return faults
