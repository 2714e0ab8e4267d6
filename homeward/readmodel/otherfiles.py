"""Requests, operations, incidents and courts: what of them each reader may see."""

from typing import Any

from homeward.domain.court import Court
from homeward.domain.incident import Incident
from homeward.domain.operation import Operation
from homeward.domain.request import Request
from homeward.domain.streams import StreamState
from homeward.readmodel.casesections import fields

Shown = dict[str, Any]


def other_sections(state: StreamState, readable: frozenset[str]) -> Shown:
    match state:
        case Request():
            return _request(state, readable)
        case Operation():
            return _operation(state, readable)
        case Incident():
            return _incident(state, readable)
        case Court():
            return _court(state, readable)
    return {}


def _request(request: Request, readable: frozenset[str]) -> Shown:
    shown: Shown = {
        "channel": request.channel,
        "received_at": request.received_at,
        "urgency": request.urgency,
        "language": request.language,
        "province": request.province,
        "people_count": request.people_count,
        "operation": request.operation,
        "merge_into": request.merge_into,
        "do_not_route_to": list(request.do_not_route_to),
    }
    if "people" in readable:
        shown["people"] = [
            {**fields(stub), "outcome": fields(request.outcomes.get(nth)) or None}
            for nth, stub in enumerate(request.people)
        ]
        shown["place"] = request.place
        shown["province_told"] = request.province_told
    if "reporter" in readable:
        shown["reporter"] = fields(request.reporter)
        shown["mission"] = request.mission
    if "examination" in readable:
        shown["allegation"] = request.allegation
        shown["examined_by"] = request.examined_by
        shown["exchanges"] = [fields(exchange) for exchange in request.exchanges]
        shown["corroboration"] = request.corroboration
        shown["decline_ground"] = request.decline_ground
        shown["answer"] = fields(request.answer) or None
    return shown


def _operation(operation: Operation, readable: frozenset[str]) -> Shown:
    shown: Shown = {
        "province": operation.province,
        "planned_for": operation.planned_for,
        "started_at": operation.started_at,
        "ended_at": operation.ended_at,
    }
    if "operation" in readable:
        shown |= {
            "requests": list(operation.requests),
            "target": operation.target,
            "objectives": operation.objectives,
            "units": list(operation.units),
            "legal_authority": operation.legal_authority,
            "others_present": operation.others_present,
            "leak_suspected": operation.leak_suspected,
            "cases": list(operation.cases),
            "outcomes": {
                request: {str(stub): fields(outcome) for stub, outcome in found.items()}
                for request, found in operation.outcomes.items()
            },
            "exhibits": [fields(exhibit) for exhibit in operation.exhibits],
        }
    if "suspects" in readable:
        shown["suspects"] = [fields(suspect) for suspect in operation.suspects.values()]
    return shown


def _incident(incident: Incident, readable: frozenset[str]) -> Shown:
    shown: Shown = {
        "suspected_at": incident.suspected_at,
        "province": incident.province,
        "types": list(incident.types),
        "finding": incident.finding,
    }
    if "incident" in readable:
        shown |= {
            "requests": list(incident.requests),
            "operations": list(incident.operations),
            "cases": list(incident.cases),
        }
    return shown


def _court(court: Court, readable: frozenset[str]) -> Shown:
    if "court" not in readable:
        return {}
    return {
        "court": court.court,
        "reference": court.reference,
        "charges": list(court.charges),
        "province": court.province,
        "operations": list(court.operations),
        "accused": [fields(accused) for accused in court.accused.values()],
        "witnesses": list(court.witnesses),
        "hearings": list(court.hearings),
        "next_hearing": court.next_hearing,
    }
