"""An incident: one "case of suspected trafficking"; 87 of them are not 865 people (domain 1.0)."""

from datetime import date

from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.facts.incident import IncidentConcluded, IncidentLinked, IncidentOpened
from homeward.domain.streams import StreamState, evolves


class Incident(StreamState, frozen=True, kw_only=True):
    suspected_at: date | None = None
    province: str = ""
    types: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    finding: str | None = None


@evolves
def _opened(incident: Incident, fact: IncidentOpened, _: Event) -> Incident:
    return replace(
        incident,
        state="SUSPECTED",
        suspected_at=fact.suspected_at,
        province=fact.province,
        types=fact.types,
        requests=fact.requests,
    )


def _joined(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))


@evolves
def _linked(incident: Incident, fact: IncidentLinked, _: Event) -> Incident:
    return replace(
        incident,
        requests=_joined(incident.requests, fact.requests),
        operations=_joined(incident.operations, fact.operations),
        cases=_joined(incident.cases, fact.cases),
    )


@evolves
def _concluded(incident: Incident, fact: IncidentConcluded, _: Event) -> Incident:
    return replace(incident, state=fact.finding.upper(), finding=fact.finding)
