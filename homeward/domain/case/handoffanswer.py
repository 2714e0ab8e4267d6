"""What a mission's answer must bring, and what comes of it; by its liaison or its own system."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from homeward.domain.case.state import Case, Handoff
from homeward.domain.commands import Fields, Told
from homeward.domain.facts import Fact
from homeward.domain.facts.case_departure import ReceptionConfirmed
from homeward.domain.facts.case_embassy import (
    ConsularVisitRecorded,
    HandoffAnswered,
    NationalityConfirmed,
    NationalityDenied,
    ReceptionArranged,
    TravelDocumentIssued,
)
from homeward.domain.facts.case_holds import HoldPlaced
from homeward.domain.fields import Day, IdentityMatch, IdentityText, Text
from homeward.domain.reference.codes import TravelDocument
from homeward.domain.sealed import Sealed

VERIFYING = frozenset({"confirmed", "not_ours", "no_record", "needs_more"})
DOING = frozenset({"done", "declined", "needs_more"})


class DocumentTold(Fields):
    kind: TravelDocument
    number: IdentityMatch
    issued: Day
    expires: Day
    mrz: IdentityText | None = None

    @field_validator("expires")
    @classmethod
    def _after_issue(cls, expires: date, info: ValidationInfo) -> date:
        if "issued" in info.data and expires < info.data["issued"]:
            raise PydanticCustomError("contradicts", "lies before the day of issue")
        return expires


class ReceptionTold(Fields):
    authority: Text
    port: Text
    contact: IdentityText


class Reply(NamedTuple):
    answer: str
    note: Sealed | None = None
    document: DocumentTold | None = None
    reception: ReceptionTold | None = None
    received_at: datetime | None = None


def check_answer(case: Case, handoff: Handoff, reply: Reply, told: Told) -> bool:
    """Whether the answer fits the task and brings what it needs; otherwise `invalid [answer]`."""
    fitting = VERIFYING if handoff.kind == "verify_nationality" else DOING
    fits = told.need(
        reply.answer in fitting, "invalid", "answer", why="That does not answer what was asked."
    )
    if not fits or reply.answer != "done":
        return fits
    match handoff.kind:
        case "issue_travel_document":
            brings = reply.document is not None
        case "arrange_reception":
            brings = reply.reception is not None
        case "confirm_reception":
            brings = reply.received_at is not None and case.state == "IN_TRANSIT"
        case _:
            brings = True
    return told.need(brings, "invalid", "answer", why="It does not bring what was asked for.")


def answer_facts(handoff: Handoff, reply: Reply, told: Told, offset: int = 0) -> Iterator[Fact]:
    """The answer, and what it says about nationality, document, reception or visit.

    `offset` is how many facts the command has already given.
    """
    yield HandoffAnswered(handoff=handoff.id, answer=reply.answer, note=reply.note)
    if reply.answer == "confirmed":
        yield NationalityConfirmed(handoff=handoff.id, country=handoff.nationality)
    elif reply.answer == "not_ours":
        yield NationalityDenied(handoff=handoff.id, country=handoff.nationality)
        told.result["hold"] = str(told.event_id(offset + 2))
        yield HoldPlaced(kind="IDENTITY", origin=f"handoff:{handoff.id}")
    elif reply.answer == "done":
        yield from _done(handoff, reply, told)


def _done(handoff: Handoff, reply: Reply, told: Told) -> Iterator[Fact]:
    document, reception = reply.document, reply.reception
    if handoff.kind == "issue_travel_document" and document is not None:
        yield TravelDocumentIssued(
            handoff=handoff.id, kind=document.kind, issuer=handoff.mission, number=document.number,
            issued=document.issued, expires=document.expires, mrz=document.mrz,
        )  # fmt: skip
    elif handoff.kind == "arrange_reception" and reception is not None:
        yield ReceptionArranged(
            authority=reception.authority, port=reception.port, contact=reception.contact,
            country=handoff.mission, handoff=handoff.id,
        )  # fmt: skip
    elif handoff.kind == "consular_visit":
        yield ConsularVisitRecorded(
            handoff=handoff.id, mission=handoff.mission, at=told.occurred_at
        )
    elif handoff.kind == "confirm_reception" and reply.received_at is not None:
        yield ReceptionConfirmed(
            at=reply.received_at, by_authority=handoff.mission, handoff=handoff.id
        )
