"""What endings do to a case, and what brings it back."""

from typing import Any

from msgspec.structs import replace

from homeward.domain.case.state import Case, Ending
from homeward.domain.facts import Event, StepRejected
from homeward.domain.facts.case_departure import CaseClosed, CaseReopened
from homeward.domain.facts.case_endings import (
    CaseWithdrawn,
    DeathConfirmed,
    DeathRecorded,
    PersonFound,
    ReportedMissing,
    StayGranted,
    WithdrawalProposed,
)
from homeward.domain.steps import decided, opened
from homeward.domain.streams import evolves


def _into(case: Case, state: str, event: Event, **changes: Any) -> Case:
    ending = Ending(before=case.state, into=state, version=event.version)
    return replace(case, state=state, endings=(*case.endings, ending), **changes)


@evolves
def _stays(case: Case, _: StayGranted, __: Event) -> Case:
    return replace(case, state="REMAINS")


@evolves
def _withdrawal(case: Case, _: WithdrawalProposed, event: Event) -> Case:
    return replace(case, steps=opened(case, "withdraw_case", event))


@evolves
def _withdrawn(case: Case, _: CaseWithdrawn, event: Event) -> Case:
    return _into(case, "WITHDRAWN", event, steps=decided(case, "withdraw_case"))


@evolves
def _died(case: Case, _: DeathRecorded, event: Event) -> Case:
    return _into(case, "DECEASED", event, death=event.id, steps=opened(case, "record_death", event))


@evolves
def _death_confirmed(case: Case, _: DeathConfirmed, __: Event) -> Case:
    return replace(case, steps=decided(case, "record_death"))


@evolves
def _missing(case: Case, _: ReportedMissing, event: Event) -> Case:
    return _into(case, "WHEREABOUTS_UNKNOWN", event)


@evolves
def _found(case: Case, fact: PersonFound, _: Event) -> Case:
    if fact.exploited_again or not case.endings:
        return case
    return replace(case, state=case.endings[-1].before, endings=case.endings[:-1])


@evolves
def _closed(case: Case, _: CaseClosed, event: Event) -> Case:
    return _into(case, "CLOSED", event)


@evolves
def _reopened(case: Case, fact: CaseReopened, _: Event) -> Case:
    return replace(case, state=fact.state, endings=case.back_to[1])


@evolves
def _step_rejected(case: Case, fact: StepRejected, _: Event) -> Case:
    """Where a proposal had moved something, it moves back."""
    match fact.step_type:
        case "DeathRecorded":
            return _alive(case)
        case "WaiverProposed":
            return replace(case, waiver=replace(case.waiver, track="RETURNED"))
        case "DeportationOrderRequested":
            return replace(case, exit="NONE", order=None)
        case "NotAVictimProposed":
            return replace(case, not_a_victim_proposed=None)
        case "CorrectionProposed":
            left = {id_: c for id_, c in case.corrections.items() if id_ != fact.step}
            return replace(case, corrections=left)
        case "ServiceAnswerProposed":
            calls = {step.what for step in case.steps.values() if step.event == fact.step}
            left_on_paper = {c: a for c, a in case.answers_on_paper.items() if str(c) not in calls}
            return replace(case, answers_on_paper=left_on_paper)
        case _:
            return case


def _alive(case: Case) -> Case:
    """Back to before the death; a case closed since as deceased comes back with it."""
    way = list(case.endings)
    state = case.state
    while way:
        ending = way.pop()
        state = ending.before
        if ending.into == "DECEASED":
            break
    return replace(case, state=state, endings=tuple(way), death=None)
