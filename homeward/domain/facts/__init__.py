"""Facts: the stored, public format of everything that can happen."""

from homeward.domain.facts.base import (
    ConflictRecorded,
    Deadline,
    DeadlineExtended,
    DeadlinePassed,
    DocumentAttached,
    Event,
    Fact,
    LateAnswerQuarantined,
    Level,
    NoteAdded,
    ServiceCallFailed,
    StepRejected,
    sealed_in,
)

__all__ = [
    "ConflictRecorded",
    "Deadline",
    "DeadlineExtended",
    "DeadlinePassed",
    "DocumentAttached",
    "Event",
    "Fact",
    "LateAnswerQuarantined",
    "Level",
    "NoteAdded",
    "ServiceCallFailed",
    "StepRejected",
    "sealed_in",
]
