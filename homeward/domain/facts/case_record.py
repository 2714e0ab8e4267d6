"""Who works on a case, what it is linked to, what was corrected, who looked in an emergency."""

from datetime import datetime
from typing import Any
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class CaseAssigned(Fact, kw_only=True):
    role: str
    assignee: str


class CaseRestricted(Fact, kw_only=True):
    restricted: bool
    reasons: Sealed


class CasesLinked(Fact, kw_only=True):
    case: str
    relation: str


class CorrectionProposed(Fact, kw_only=True):
    """A field of `event` should read `value`, or `closed` where the field is sealed.

    `also` holds what follows from the new value and only the edge could tell (turns_18).
    """

    event: UUID
    field: str
    value: Any = None
    closed: Sealed | None = None
    also: dict[str, Any] = {}
    reasons: Sealed


class RecordCorrected(Fact, kw_only=True):
    """From now on the field reads so; the corrected event itself stays as it was."""

    correction: UUID | None = None
    event: UUID
    field: str
    value: Any = None
    closed: Sealed | None = None
    also: dict[str, Any] = {}
    reasons: Sealed | None = None


class AccessOverridden(Fact, kw_only=True):
    """Broken glass: every section, for an hour, answered for."""

    reason: Sealed
    until: datetime


class ErasureRequested(Fact, kw_only=True):
    basis: str


class PersonalDataErased(Fact, kw_only=True):
    """The case's keys are destroyed; facts, chain and counts stay whole."""

    subjects: tuple[str, ...] = ()
