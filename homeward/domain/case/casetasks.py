"""A case's tasks: each opened by an event, done with another (contract, `tasks`)."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from homeward.domain.calendar import end_of
from homeward.domain.case.state import Case
from homeward.domain.facts import Event, StepRejected
from homeward.domain.facts.case_determination import StatusDetermined
from homeward.domain.streams import Note
from homeward.domain.taskmaking import Task, confirmations, due_of, failed_calls, overdue

Marks = dict[str, list[Event]]
VICTIM = ("identified", "presumed")


class Line(NamedTuple):
    """A line of the contract: opened by the first of `opens` after the last of `done`."""

    kind: str
    opens: tuple[str, ...]
    done: tuple[str, ...]
    roles: tuple[str, ...]
    while_: Callable[[Case], object] = lambda _: True
    due: tuple[str, ...] = ()


LINES: tuple[Line, ...] = (
    Line("screen", ("CaseOpened",), ("ScreeningRecorded",), ("screener",), due=("screening",)),
    Line("explain_consular_right", ("ScreeningRecorded",), (), ("screener",),
         lambda case: "consular" not in case.rights, ("consular_right",)),
    Line("appoint_guardian", ("ScreeningRecorded",), (), ("child_protection",),
         lambda case: case.minor and case.guardian is None, ("guardian",)),
    Line("interview", ("ScreeningRecorded", "AssessmentReturned", "InterviewAdjourned"),
         ("AssessmentSubmitted",), ("interviewer",),
         lambda case: case.spine in ("SCREENED", "INTERVIEWING"),
         ("interview.submit", "interview")),
    Line("determine",
         ("AssessmentSubmitted", "ReviewRequested", "StepRejected of NotAVictimProposed"),
         ("StatusDetermined", "AssessmentReturned", "NotAVictimProposed"), ("determiner",),
         due=("determination",)),
    Line("waive_fine", ("StatusDetermined as victim",), (), ("officer",),
         lambda case: case.status in VICTIM and case.waiver.track not in ("NOT_NEEDED", "APPLIED")),
    Line("assess_risk", ("StatusDetermined as victim", "ReturnRiskExpired"),
         ("ReturnRiskApproved",), ("officer",),
         lambda case: case.status in VICTIM and case.risk.track != "APPROVED"),
    Line("prepare_return",
         ("ReflectionEnded", "ReflectionWaived", "ClearanceRevoked", "DepartureFailed",
          "ReturnPreparationOpened"),
         ("DepartureCleared", "StayGranted", "HandedToImmigration"), ("officer",),
         lambda case: case.status in VICTIM),
    Line("record_departure", ("DepartureCleared",),
         ("DepartureRecorded", "ClearanceRevoked", "DepartureFailed"), ("officer",)),
    Line("confirm_reception", ("DepartureRecorded",), ("ReceptionConfirmed", "DepartureFailed"),
         ("mfa",), due=("reception",)),
    Line("follow_up", ("ReceptionConfirmed",), (), ("care",),
         lambda case: len(case.follow_ups) < 3,
         ("follow_up:30d", "follow_up:90d", "follow_up:180d")),
)  # fmt: skip


def case_tasks(case: Case) -> Iterator[Task]:
    """All that is open; in an ended case only what its end opened, or came after it."""
    since = case.ended_at_version
    versions = {event.id: event.version for event in case.history}
    for task in _every(case):
        opened = versions.get(task.about, case.version) if task.about else case.version
        if opened >= since:
            yield task


def _every(case: Case) -> Iterator[Task]:
    marks = _marks(case)
    for line in LINES:
        if line.while_(case) and (opener := _opener(marks, line)):
            yield _task(line.kind, opener, line.roles, due=due_of(case, *line.due))
    yield from confirmations(case)
    yield from failed_calls(case)
    yield from _of_missions(case)
    yield from _of_holds(case)
    yield from _closed_by_notes(case, marks)
    yield from overdue(case)


def _task(
    kind: str,
    event: Event,
    roles: tuple[str, ...],
    *,
    one_of: str = "",
    due: datetime | None = None,
) -> Task:
    key = f"{kind}:{one_of}" if one_of else kind
    return Task(key=key, kind=kind, about=event.id, since=event.recorded_at, roles=roles, due=due)


def _marks(case: Case) -> Marks:
    """The case's events by what opens and closes tasks."""
    marks: Marks = defaultdict(list)
    for event in case.history:
        marks[event.type].append(event)
        fact = event.fact
        if isinstance(fact, StatusDetermined) and fact.status in VICTIM:
            marks["StatusDetermined as victim"].append(event)
        elif isinstance(fact, StepRejected):
            marks[f"StepRejected of {fact.step_type}"].append(event)
    return marks


def _opener(marks: Marks, line: Line) -> Event | None:
    done = max((e.version for kind in line.done for e in marks.get(kind, ())), default=0)
    later = [e for kind in line.opens for e in marks.get(kind, ()) if e.version > done]
    return min(later, key=lambda event: event.version, default=None)


def _of_missions(case: Case) -> Iterator[Task]:
    for consent in case.consents.values():
        if consent.purpose == "mission_contact" and consent.mission not in case.missions_notified:
            yield Task(
                key=f"contact_mission:{consent.mission}", kind="contact_mission",
                about=consent.event, since=consent.at, roles=("officer",),
            )  # fmt: skip
    for handoff in case.handoffs.values():
        if not handoff.open:
            continue
        asked_for = end_of(handoff.due) if handoff.due else None
        yield Task(
            key=f"handoff:{handoff.id}", kind="handoff", about=handoff.id,
            since=handoff.opened_at, roles=("liaison",), mission=handoff.mission,
            due=asked_for or due_of(case, f"handoff.answer:{handoff.id}"),
        )  # fmt: skip
        if handoff.question_open is not None:
            asked = handoff.thread[-1].at if handoff.thread else handoff.opened_at
            yield Task(
                key=f"answer_question:{handoff.id}", kind="answer_question",
                about=handoff.question_open, since=asked, roles=("officer",),
            )  # fmt: skip


def _of_holds(case: Case) -> Iterator[Task]:
    for hold in case.holds.values():
        late = case.overdue.get(f"hold_review:{hold.id}")
        if late is not None:
            placed_by_person = hold.by != "system"
            yield Task(
                key=f"review_hold:{hold.id}", kind="review_hold", about=hold.id, since=late[1],
                roles=() if placed_by_person else ("supervisor",),
                person=hold.by if placed_by_person else None, due=late[0].levels[0].due,
            )  # fmt: skip
        if hold.kind == "COURT" and hold.court in case.courts_closed:
            yield Task(
                key=f"lift_hold:{hold.id}", kind="lift_hold", about=hold.id, since=hold.at,
                roles=("justice",),
            )  # fmt: skip


def _closed_by_notes(case: Case, marks: Marks) -> Iterator[Task]:
    for payment in marks.get("PaymentRecorded", ()):
        victim = any(p.event == payment.id and p.payer == "victim" for p in case.payments)
        if victim and not _notes(case, payment, "supervisor", ("victim_payment",)):
            yield _task("victim_payment", payment, ("supervisor",), one_of=str(payment.id))
    for glass in marks.get("AccessOverridden", ()):
        if not _notes(case, glass, "auditor", ("review_access",)):
            yield _task("review_access", glass, ("auditor",), one_of=str(glass.id))
    death = next((e for e in marks.get("DeathRecorded", ()) if e.id == case.death), None)
    if death is None:
        return
    of_care = ("notify_kin", "remains")
    for kind in _left(_notes(case, death, "care", of_care), of_care):
        yield _task(kind, death, ("care",))
    contacted = any(c.purpose == "mission_contact" for c in case.consents.values())
    if contacted and not _notes(case, death, "mfa", ("inform_mission",)):
        yield _task("inform_mission", death, ("mfa",))


def _notes(case: Case, event: Event, role: str, kinds: tuple[str, ...]) -> list[Note]:
    """Notes by that role about the event, which name one of the kinds or none."""
    return [
        note
        for note in case.notes
        if note.fact.about == event.id
        and role in note.roles
        and (note.fact.task is None or note.fact.task in kinds)
    ]


def _left(notes: list[Note], kinds: tuple[str, ...]) -> list[str]:
    """One note closes one task: the one it names, or the first that is open."""
    left = list(kinds)
    for note in sorted(notes, key=lambda note: note.fact.task is None):
        if note.fact.task in left:
            left.remove(note.fact.task)
        elif note.fact.task is None and left:
            left.pop(0)
    return left
