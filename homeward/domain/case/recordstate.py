"""What the record's own facts do to the case."""

from typing import Any

from msgspec.structs import replace

from homeward.domain.case.corrections import as_corrected
from homeward.domain.case.state import Case, Correction, Link
from homeward.domain.facts import Event
from homeward.domain.facts.case_record import (
    AccessOverridden,
    CaseAssigned,
    CaseRestricted,
    CasesLinked,
    CorrectionProposed,
    ErasureRequested,
    PersonalDataErased,
    RecordCorrected,
)
from homeward.domain.steps import decided, opened
from homeward.domain.streams import evolves


@evolves
def _assigned(case: Case, fact: CaseAssigned, _: Event) -> Case:
    return replace(case, assigned={**case.assigned, fact.role: fact.assignee})


@evolves
def _restricted(case: Case, fact: CaseRestricted, _: Event) -> Case:
    return replace(case, restricted=fact.restricted)


@evolves
def _linked(case: Case, fact: CasesLinked, _: Event) -> Case:
    link = Link(case=fact.case, relation=fact.relation)
    return case if link in case.links else replace(case, links=(*case.links, link))


def _correction(
    case: Case, fact: CorrectionProposed | RecordCorrected, event: Event, **more: Any
) -> Correction:
    corrected = case.recorded(fact.event)
    return Correction(
        id=event.id, event=fact.event, event_type=corrected.type if corrected else "",
        field=fact.field, value=fact.value if fact.closed is None else fact.closed, by=event.by,
        at=event.recorded_at, reasons=fact.reasons, also=fact.also, **more,
    )  # fmt: skip


@evolves
def _proposed(case: Case, fact: CorrectionProposed, event: Event) -> Case:
    return replace(
        case,
        corrections={**case.corrections, event.id: _correction(case, fact, event)},
        steps=opened(case, "correct_record", event, event.id),
    )


@evolves
def _corrected(case: Case, fact: RecordCorrected, event: Event) -> Case:
    after = case if case.refolding else as_corrected(case, fact)
    proposed = after.corrections.get(fact.correction) if fact.correction else None
    effective = (
        replace(proposed, effective=True)
        if proposed is not None
        else _correction(after, fact, event, effective=True)
    )
    return replace(
        after,
        corrections={**after.corrections, effective.id: effective},
        steps=decided(after, f"correct_record:{effective.id}"),
    )


@evolves
def _glass(case: Case, fact: AccessOverridden, event: Event) -> Case:
    return replace(case, broken_glass={**case.broken_glass, event.by: fact.until})


@evolves
def _erasure(case: Case, _: ErasureRequested, event: Event) -> Case:
    return replace(case, steps=opened(case, "request_erasure", event))


@evolves
def _erased(case: Case, _: PersonalDataErased, __: Event) -> Case:
    return replace(case, erased=True, steps=decided(case, "request_erasure"))
