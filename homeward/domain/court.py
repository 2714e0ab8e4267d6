"""A court case as folded from its events: suspects, and the victims who are its witnesses.

Its rules stand in `trial.py`.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.facts.court import (
    CourtCaseClosed,
    CourtCaseOpened,
    HearingRecorded,
    SuspectBroughtBeforeCourt,
    VerdictRecorded,
    WitnessLinked,
)
from homeward.domain.sealed import Sealed
from homeward.domain.streams import StreamState, evolves


class Accused(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime
    name: Sealed | None = None
    nationality: str | None = None
    sex: str | None = None
    operation: str | None = None
    case: str | None = None
    verdict: str | None = None
    sentence_months: int | None = None


class Court(StreamState, frozen=True, kw_only=True):
    court: str = ""
    reference: str = ""
    charges: tuple[str, ...] = ()
    province: str = ""
    operations: tuple[str, ...] = ()
    accused: dict[UUID, Accused] = {}
    witnesses: tuple[str, ...] = ()
    hearings: tuple[datetime, ...] = ()
    next_hearing: datetime | None = None


@evolves
def _opened(court: Court, fact: CourtCaseOpened, _: Event) -> Court:
    return replace(
        court,
        state="OPENED",
        court=fact.court,
        reference=fact.reference,
        charges=fact.charges,
        province=fact.province,
        operations=fact.operations,
    )


@evolves
def _brought(court: Court, fact: SuspectBroughtBeforeCourt, _: Event) -> Court:
    known = court.accused.get(fact.suspect)
    accused = (
        replace(known, at=fact.at)
        if known is not None
        else Accused(
            id=fact.suspect,
            at=fact.at,
            name=fact.name,
            nationality=fact.nationality,
            sex=fact.sex,
            operation=fact.operation,
            case=fact.case,
        )
    )
    return replace(court, state="IN_COURT", accused={**court.accused, accused.id: accused})


@evolves
def _witness(court: Court, fact: WitnessLinked, _: Event) -> Court:
    return replace(court, witnesses=tuple(dict.fromkeys((*court.witnesses, fact.case))))


@evolves
def _heard(court: Court, fact: HearingRecorded, _: Event) -> Court:
    return replace(court, hearings=(*court.hearings, fact.at), next_hearing=fact.next)


@evolves
def _verdict(court: Court, fact: VerdictRecorded, _: Event) -> Court:
    accused = court.accused.get(fact.suspect)
    if accused is None:
        return court
    judged = replace(accused, verdict=fact.verdict, sentence_months=fact.sentence_months)
    all_accused = {**court.accused, judged.id: judged}
    last = all(one.verdict is not None for one in all_accused.values())
    return replace(court, accused=all_accused, state="DECIDED" if last else court.state)


@evolves
def _closed(court: Court, _: CourtCaseClosed, __: Event) -> Court:
    return replace(court, state="CLOSED", next_hearing=None)
