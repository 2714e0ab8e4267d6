"""What must hold of any history, judged from the events alone and not by the rules that made them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from homeward.domain.calendar import local_date
from homeward.domain.case.state import Case
from homeward.domain.commands import COMMANDS
from homeward.domain.control import dues
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.streams import StreamState, fold

SUBJECTS = {"lift_hold": "hold", "approve_service_answer": "call"}
"""Of several steps, the one that is about the same thing."""
NOTHING_MORE = frozenset(
    {
        "DECLINED", "MERGED", "CLOSED", "CONCLUDED", "ABORTED", "REJECTED", "SUBSTANTIATED",
        "UNFOUNDED", "WITHDRAWN", "DECEASED",
    }
)  # fmt: skip
"""States in which the contract lets no deadline run (deadlines, silence)."""


def last(history: Iterable[Event], *kinds: str) -> Any:
    """The body of the newest event of these kinds."""
    found = [event for event in history if event.type in kinds]
    return found[-1].fact if found else None


def open_holds(history: Sequence[Event]) -> dict[UUID, str]:
    lifted = {event.fact.hold for event in history if event.type == "HoldLifted"}  # type: ignore[attr-defined]
    placed = {e.id: e.fact.kind for e in history if e.type == "HoldPlaced"}  # type: ignore[attr-defined]
    return {id_: kind for id_, kind in placed.items() if id_ not in lifted}


def open_claims(history: Sequence[Event]) -> dict[UUID, str | None]:
    """Claims that are open (None) or granted."""
    claims: dict[UUID, str | None] = {}
    for event in history:
        fact: Any = event.fact
        if event.type == "ProtectionClaimRaised":
            claims[event.id] = None
        elif event.type == "ProtectionClaimResolved":
            claims |= dict.fromkeys(fact.claims, fact.outcome)
    return {id_: told for id_, told in claims.items() if told in (None, "granted")}


def agrees(history: Sequence[Event], purpose: str, mission: str | None = None) -> bool:
    """Whether the last word on this purpose was yes."""
    word = False
    for event in history:
        fact: Any = event.fact
        if event.type in ("ConsentRecorded", "ConsentWithdrawn") and (
            (fact.purpose, fact.mission) == (purpose, mission)
        ):
            word = event.type == "ConsentRecorded" and fact.given
    return word


def may_leave(case: Case, event: Event) -> list[str]:
    """What was missing when somebody left; empty if nothing was."""
    history, fact = case.history, event.fact
    at, day = fact.at, local_date(fact.at)  # type: ignore[attr-defined]
    mode = last(history, "ReturnPreparationOpened")
    status, risk = last(history, "StatusDetermined"), last(history, "ReturnRiskAssessed")
    kinds = [event.type for event in history]
    cleared = last(history, "DepartureCleared")
    overridden = cleared.overrides if cleared else {}
    booked, permit = last(history, "TravelBooked"), last(history, "ExitPermitIssued")
    assessed = [e for e in history if e.type == "ReturnRiskAssessed"]
    approved = [e for e in history if e.type == "ReturnRiskApproved"]
    holds = set(open_holds(history).values())
    if mode is not None and mode.mode == "resettlement" and open_claims(history):
        holds -= {"PROTECTION"}
    best = last(history, "BestInterestsDetermined")
    needs = {
        "screening": "ScreeningRecorded" in kinds,
        "determination": status is not None and status.status in ("identified", "presumed"),
        "no review": not case.review_open,
        "risk": risk is not None and risk.level in ("low", "medium") and risk.valid_until >= day,
        "approved risk": bool(approved and assessed and approved[-1].version > assessed[-1].version)
        and approved[-1].by != assessed[-1].by,
        "reflection over": bool({"ReflectionEnded", "ReflectionWaived"} & set(kinds)),
        "wish": mode is not None
        and (mode.wish_recorded if mode.mode == "deportation" else agrees(history, "return")),
        "holds": not holds,
        "claims": None not in open_claims(history).values(),
        "exit permit": permit is not None and permit.valid_until >= day,
        "reception": "ReceptionArranged" in kinds or "reception" in overridden,
        "travel": booked is not None and (at - booked.departs_at).total_seconds() <= 24 * 3600,
        "cleared": cleared is not None,
        "order": mode is not None
        and (mode.mode != "deportation" or "DeportationOrderSigned" in kinds),
        "child": not case.minor
        or ("GuardianAppointed" in kinds and best is not None and best.return_is_best),
        "fit": not (fit := last(history, "FitnessToTravelCertified")) or fit.fit
        or "fitness" in overridden,
    }  # fmt: skip
    return [name for name, holds_ in needs.items() if not holds_]


def may_ask_mission(case: Case, mission: str) -> list[str]:
    """What was missing when a mission was told of somebody."""
    history = case.history
    screening = last(history, "ScreeningRecorded")
    needs = {
        "consent": agrees(history, "mission_contact", mission),
        "fear answered no": screening is not None and screening.fear_of_own_authorities == "no",
        "no claim": not open_claims(history),
        "no protection hold": "PROTECTION" not in open_holds(history).values(),
        "guardian": not case.minor or case.guardian is not None,
        "state": case.state not in ("CLOSED", "WITHDRAWN", "ORDINARY_IMMIGRATION", "RESCUED"),
    }
    return [name for name, holds in needs.items() if not holds]


def checked_own_step(history: Sequence[Event], event: Event) -> str | None:
    """The step that the same person took and now decided on."""
    command = COMMANDS.get(event.command)
    if command is None or not event.by_person:
        return None
    subject = SUBJECTS.get(event.command)
    earlier = [e for e in history if e.version < event.version and e.command_id != event.command_id]
    for step in command.spec.not_by:
        taken = [e for e in earlier if e.command == step and e.by_person]
        if subject is not None and hasattr(event.fact, subject):
            taken = [
                e for e in taken
                if getattr(e.fact, subject, None) == getattr(event.fact, subject)
            ]  # fmt: skip
        if event.command == "approve_correction" and hasattr(event.fact, "correction"):
            taken = [e for e in taken if e.id == event.fact.correction]
        if taken and taken[-1].by == event.by:
            return step
    if event.type == "ProtectionClaimResolved":
        raised = {e.id: e.by for e in earlier if e.type == "ProtectionClaimRaised"}
        if event.by in {raised.get(claim) for claim in event.fact.claims}:  # type: ignore[attr-defined]
            return "raise_protection_claim"
    if event.type == "StepRejected":
        step_by = {e.id: e.by for e in earlier}.get(event.fact.step)  # type: ignore[attr-defined]
        if step_by == event.by:
            return "the step itself"
    return None


def faults_of(events: Sequence[Event], since: int) -> list[str]:
    """What is wrong with the events from the `since`-th on, each judged by those before it."""
    wrong = []
    for nth in range(since, len(events)):
        event = events[nth]
        stream = event.stream
        if event.version != nth + 1:
            wrong.append(f"{stream}: version {event.version} stands at {nth + 1}")
        if nth and event.recorded_at < events[nth - 1].recorded_at:
            wrong.append(f"{stream}: {event.type} was recorded before the event before it")
        if step := checked_own_step(events[:nth], event):
            wrong.append(f"{stream}: {event.by} gave {event.command} after {step}")
        if event.type in ("DepartureRecorded", "HandoffOpened", "DepartureCleared"):
            case = fold(blank(stream), events[:nth])
            assert isinstance(case, Case)
            wrong += [f"{event.type} without {name}" for name in _missing(case, event)]
        if event.type == "ReceptionConfirmed" and not any(
            e.type == "DepartureRecorded" for e in events[:nth]
        ):
            wrong.append("received who never left")
    return wrong


def _missing(case: Case, event: Event) -> list[str]:
    fact: Any = event.fact
    match event.type:
        case "DepartureRecorded":
            return may_leave(case, event)
        case "HandoffOpened":
            return may_ask_mission(case, fact.mission)
        case _:
            kinds = [e.type for e in case.history]
            needed = ("ScreeningRecorded", "StatusDetermined", "ReturnRiskApproved", "TravelBooked")
            return [kind for kind in needed if kind not in kinds]


def stands_wrong(state: StreamState) -> list[str]:
    """What must never be seen in a state that stands."""
    wrong = []
    named = state.state in NOTHING_MORE or state.overdue
    if not dues(state) and not named:
        wrong.append(f"{state.id} in {state.state} waits for nothing")
    if isinstance(state, Case):
        for handoff in state.handoffs.values():
            if handoff.open and (missing := may_ask_mission(state, handoff.mission)):
                wrong.append(f"{state.id}: a handoff is open without {missing}")
        if state.state in ("CLEARED", "IN_TRANSIT") and state.screening is None:
            wrong.append(f"{state.id} is on the way and was never screened")
    return wrong
