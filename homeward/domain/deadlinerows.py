"""The contract's deadlines, a row each, to be read beside it: while what stands open, and when due.

A row's instances start when they come to stand open and end when they no longer do. An ended case
has none; so what stands unfinished when it comes back starts again, from then.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from homeward.domain.calendar import end_of
from homeward.domain.case.guards import TRAVELS_ON, lapses
from homeward.domain.case.state import Case
from homeward.domain.facts import Fact
from homeward.domain.facts.case_care import CarePlacementStarted
from homeward.domain.facts.case_determination import StatusDetermined
from homeward.domain.facts.case_endings import WithdrawalProposed
from homeward.domain.facts.case_interview import AssessmentReturned, AssessmentSubmitted
from homeward.domain.operation import Operation
from homeward.domain.request import Request
from homeward.domain.streams import StreamState

Open = Collection[str | None]
After = str | datetime | None
Due = str | Callable[[Any, str | None], After]
"""`72h`, `7d`, `5bd` after the start; or what the state tells, a moment perhaps."""
ONE: Open = (None,)
NONE: Open = ()
QUIET = frozenset(
    {
        "DECLINED", "MERGED", "CLOSED", "CONCLUDED", "ABORTED", "REJECTED", "SUBSTANTIATED",
        "UNFOUNDED", "WITHDRAWN", "DECEASED",
    }
)  # fmt: skip
DEPARTED = frozenset({"IN_TRANSIT", "RECEIVED", "FOLLOW_UP"})


class Row(NamedTuple):
    name: str
    of: type[StreamState]
    open: Callable[[Any], Open]
    """The instances that stand open in this state; `None` where there is one of it."""
    due: tuple[tuple[Due, str], ...]
    """After how long each level passes, and whom it tells."""
    since: Callable[[Any], datetime | None] = lambda _: None
    """From when it is counted, where not from the event that starts it."""
    restarts: tuple[type[Fact], ...] = ()
    """Facts that start it again while it runs."""
    ends: tuple[type[Fact], ...] = ()
    """Facts that end it though it would still stand open."""
    silent: bool = False
    """Its passing is a fact of its own."""
    every: timedelta = timedelta()
    anew: str | None = None
    """How long it lasts at least when it starts again after an ending."""


def when(holds: Callable[[Any], object]) -> Callable[[Any], Open]:
    return lambda state: ONE if holds(state) else NONE


def in_state(*states: str) -> Callable[[Any], Open]:
    return lambda state: ONE if getattr(state, "spine", state.state) in states else NONE


def track(name: str, value: str) -> Callable[[Any], Open]:
    return lambda case: ONE if case.track(name) == value else NONE


def handoffs(
    kind: str | None = None, states: Collection[str] = ("OPENED", "DELIVERED", "ACCEPTED")
) -> Callable[[Case], Open]:
    return lambda case: {
        str(handoff.id)
        for handoff in case.handoffs.values()
        if handoff.state in states and kind in (None, handoff.kind)
    }


def midnight_after(day: Callable[[Case], date | None]) -> Callable[[Case, str | None], After]:
    """A date is its whole day: due at the midnight that ends it."""

    def due(case: Case, _: str | None) -> After:
        last = day(case)
        return None if last is None else end_of(last)

    return due


def _triage(request: Request, _: str | None) -> After:
    return "1h" if request.urgency == "imminent" else "24h"


def _screening(case: Case, _: str | None) -> After:
    return "4h" if case.minor or case.condition is not None else "24h"


def _determination(case: Case) -> Open:
    """It runs on while the interview is opened once more."""
    again = case.spine in ("INTERVIEWING", "SCREENED") and "determination" in case.deadlines
    return ONE if case.spine == "ASSESSED" or again else NONE


def _hold_review(case: Case, hold: str | None) -> After:
    found = next((h for h in case.holds.values() if str(h.id) == hold), None)
    return end_of(found.review_on) if found is not None and found.review_on else "30d"


def expiring(case: Case) -> dict[str | None, date]:
    """What a departure still needs and time will take away."""
    if case.spine in DEPARTED:
        return {}
    document, passport, risk = case.travel_document, case.passport, case.risk
    usable = passport if passport is not None and passport.status in TRAVELS_ON else None
    days = {
        "travel_document": document.expires if document else None,
        "passport": usable.expires if usable else None,
        "exit_permit": case.exit_permit_until if case.exit == "EXIT_PERMIT_ISSUED" else None,
        "stay_permit": case.stay_permit_until if case.stay_permit == "ACTIVE" else None,
        "return_risk": risk.valid_until if risk.track in ("ASSESSED", "APPROVED") else None,
    }
    return {name: day for name, day in days.items() if day is not None}


def _fourteen_days_before(case: Case, instance: str | None) -> After:
    day = expiring(case).get(instance)
    return end_of(day) - timedelta(days=14) if day else None


def _stays_by_permit(case: Case) -> bool:
    asked_again = case.stay_permit == "REQUESTED" and case.stay_permit_before == "ACTIVE"
    return case.spine not in DEPARTED and (case.stay_permit == "ACTIVE" or asked_again)


def _follow_ups(case: Case) -> Open:
    after = ("30d", "90d", "180d")
    return after[len(case.follow_ups) :] if case.spine in ("RECEIVED", "FOLLOW_UP") else NONE


ROWS: tuple[Row, ...] = (
    Row("triage", Request, in_state("REGISTERED"), ((_triage, "examiner"),),
        since=lambda request: request.received_at),
    Row("examination", Request, in_state("UNDER_EXAMINATION", "AWAITING_INFORMATION"),
        (("72h", "examiner"), ("7d", "supervisor"))),
    Row("information", Request, in_state("AWAITING_INFORMATION"),
        (("48h", "examiner"), ("96h", "examiner"))),
    Row("operation.reconfirm", Operation, in_state("AUTHORISED"), (("72h", "authoriser"),)),
    Row("screening", Case, when(lambda case: case.screening is None),
        ((_screening, "supervisor"),), since=lambda case: case.rescued_at),
    Row("consular_right", Case,
        when(lambda case: case.screening is not None and "consular" not in case.rights),
        (("24h", "supervisor"),)),
    Row("guardian", Case,
        when(lambda case: case.screening is not None and case.minor and case.guardian is None),
        (("24h", "supervisor"),)),
    Row("interview", Case, when(lambda case: case.interview is None),
        (("10d", "interviewer"), ("15d", "supervisor")), since=lambda case: case.rescued_at),
    Row("interview.submit", Case, in_state("INTERVIEWING"),
        (("10d", "interviewer"), ("15d", "supervisor"))),
    Row("silence", StreamState, lambda state: NONE if state.state in QUIET else ONE,
        (("40d", "supervisor"),)),
    Row("determination", Case, _determination, (("5bd", "supervisor"),),
        restarts=(AssessmentSubmitted,), ends=(StatusDetermined, AssessmentReturned)),
    Row("redetermination", Case, when(lambda case: case.redecide_by is not None),
        ((midnight_after(lambda case: case.redecide_by), "determiner"),),
        restarts=(StatusDetermined,)),
    Row("reflection", Case, track("reflection", "RUNNING"),
        ((lambda case, _: case.reflection_ends or "30d", ""),), silent=True, anew="30d"),
    Row("review_window", Case, when(lambda case: case.review_window == "OPEN"), (("10d", ""),),
        silent=True),
    Row("waiver.endorse", Case, track("waiver", "PROPOSED"), (("2bd", "supervisor"),)),
    Row("waiver.approve", Case, track("waiver", "ENDORSED"), (("5bd", "supervisor"),)),
    Row("handoff.accept", Case, handoffs(states=("OPENED", "DELIVERED")), (("3bd", "officer"),)),
    Row("handoff.answer", Case, handoffs(),
        (("5bd", "officer"), ("10bd", "mfa"), ("20bd", "supervisor"))),
    Row("travel_document", Case, handoffs("issue_travel_document"), (("5bd", "mfa"),)),
    Row("expiry", Case, expiring, ((_fourteen_days_before, "officer"),)),
    Row("detention_review", Case,
        when(lambda case: case.placement is not None and case.placement.deprived_of_liberty),
        (("7d", "supervisor"),), restarts=(CarePlacementStarted,), every=timedelta(days=7)),
    Row("hold_review", Case, lambda case: {str(hold) for hold in case.holds},
        ((_hold_review, "supervisor"),)),
    Row("reception", Case, in_state("IN_TRANSIT"), (("48h", "mfa"),),
        since=lambda case: case.departed_at),
    Row("follow_up", Case, _follow_ups, ((lambda _, instance: instance, "care"),)),
    Row("service_call", Case,
        lambda case: {
            str(call.id) for call in case.calls.values() if not (call.failed or call.refused)
        },
        (("1h", ""),), silent=True),
    # What time alone ends, beside the contract's table: withdrawal, permit, risk, clearance.
    Row("lapse.withdrawal", Case, when(lambda case: "withdraw_case" in case.steps), (("14d", ""),),
        restarts=(WithdrawalProposed,), silent=True),
    Row("lapse.stay_permit", Case, when(_stays_by_permit),
        ((midnight_after(lambda case: case.stay_permit_until), ""),), silent=True),
    Row("lapse.return_risk", Case, when(lambda case: "return_risk" in expiring(case)),
        ((midnight_after(lambda case: case.risk.valid_until), ""),), silent=True),
    Row("lapse.clearance", Case, when(lambda case: case.cleared_at is not None),
        ((lambda case, _: lapses(case), ""),), silent=True),
)  # fmt: skip
