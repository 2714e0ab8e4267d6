"""What may be said to any stream: documents, notes, rejections, deadlines, interests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from homeward.domain.actors import ANY_WRITER, Actor, Role
from homeward.domain.commands import COMMANDS, Command, Facts, Told, command
from homeward.domain.facts import (
    ConflictRecorded,
    Deadline,
    DeadlineExtended,
    DocumentAttached,
    NoteAdded,
    StepRejected,
)
from homeward.domain.fields import (
    Account,
    EventId,
    IdentityText,
    Moment,
    Text,
    Unit,
    UserId,
    id_told,
)
from homeward.domain.reference.codes import TaskKind
from homeward.domain.refusals import Refused
from homeward.domain.streams import Step, StreamState

LARGEST = 20 * 1024 * 1024
NO_NOTES_ON_CASES = frozenset({"intake", "examiner", "planner", "authoriser", "field"})
NEVER_EXTENDED = frozenset({"reflection", "review_window", "service_call"})
"""Reflection has its own command; the others are not ours to move (contract, deadlines)."""


def _need_event(state: StreamState, about: UUID | None, told: Told) -> None:
    there = about is None or state.recorded(about) is not None
    told.need(there, "invalid", "about", why="There is no such event in this record.")


@command("any", ANY_WRITER)
class AttachDocument(Command):
    name: IdentityText
    media_type: Annotated[Text, StringConstraints(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0, le=LARGEST)]
    about: EventId | None = None

    def decide(self, state: StreamState, told: Told) -> Facts:
        _need_event(state, self.about, told)
        yield DocumentAttached(
            name=self.name,
            media_type=self.media_type,
            sha256=self.sha256,
            size=self.size,
            about=self.about,
        )


@command("any", ANY_WRITER | {"auditor"})
class AddNote(Command):
    text: Account
    about: EventId | None = None
    task: TaskKind | None = None
    restricted_to: tuple[Role, ...] = ()

    @classmethod
    def givers(cls, kind: str) -> frozenset[str]:
        return cls.spec.by - NO_NOTES_ON_CASES if kind == "case" else cls.spec.by

    def decide(self, state: StreamState, told: Told) -> Facts:
        _need_event(state, self.about, told)
        yield NoteAdded(
            text=self.text, about=self.about, task=self.task, restricted_to=self.restricted_to
        )


@command("any", ("supervisor", "approver", "justice", "auditor"))
class RejectStep(Command):
    """The second person's other answer. Who could not have said yes may not say no."""

    step: EventId
    reasons: Account

    @classmethod
    def admit(cls, state: Any, actor: Actor, raw: Mapping[str, Any], now: datetime) -> None:
        found = open_step(state, raw.get("step"))
        if found is not None and not could_confirm(state, *found, actor, now):
            raise Refused("forbidden")

    def decide(self, state: StreamState, told: Told) -> Facts:
        found = open_step(state, self.step)
        if not told.need(found, "invalid", "step", why="There is no such open step."):
            return
        assert found is not None
        _, step = found
        told.need(
            step.by != told.actor.id,
            "separation_of_duties",
            why="Nobody rejects what they proposed.",
        )
        yield StepRejected(step=step.event, step_type=step.type, reasons=self.reasons)


def open_step(state: Any, named: Any) -> tuple[str, Step] | None:
    """The open step that may be rejected, with the command that took it."""
    event = named if isinstance(named, UUID) else id_told(named)
    for key, step in state.steps.items():
        if step.event == event and (
            step.type.endswith(("Proposed", "Requested")) or step.type == "DeathRecorded"
        ):
            return key.partition(":")[0], step
    return None


def could_confirm(state: Any, taken: str, step: Step, actor: Actor, now: datetime) -> bool:
    """Whether some command that decides this step is the actor's to give, but for having taken it.

    The stream's state is not asked: what was proposed in life may be rejected after it.
    """
    about = {"hold": step.what}
    for cls in COMMANDS.values():
        spec = cls.spec
        decides = spec.needs_step and spec.not_by[:1] == (taken,)
        if not decides or actor.roles.isdisjoint(spec.by):
            continue
        if spec.track is not None and state.track(spec.track[0]) not in spec.track[1]:
            continue
        if any(state.took.get(name) == actor.id for name in spec.not_by[1:]):
            continue
        try:
            cls.admit(state, actor, about, now)
        except Refused:
            continue
        return True
    return False


@command("any", ("supervisor",))
class ExtendDeadline(Command):
    """The next level moves to `until`, later ones keep their distance."""

    deadline: Text
    until: Moment
    reasons: Text

    def decide(self, state: StreamState, told: Told) -> Facts:
        deadline = running(state, self.deadline)
        if not told.need(
            deadline, "invalid", "deadline", why="No one such deadline may be extended."
        ):
            return
        assert deadline is not None
        due = deadline.levels[min(deadline.passed, len(deadline.levels) - 1)].due
        told.need(
            self.until >= max(told.now, due),
            "invalid",
            "until",
            why="It lies before now, or before what is due already.",
        )
        yield DeadlineExtended(deadline=deadline.key, until=self.until, reasons=self.reasons)


def running(state: StreamState, name: str) -> Deadline | None:
    """The deadline by `name:instance`, or by its name where there is one of it."""
    found = [
        deadline
        for key, deadline in state.deadlines.items()
        if name in (key, deadline.name)
        and not deadline.silent
        and deadline.levels
        and deadline.name not in NEVER_EXTENDED
    ]
    return found[0] if len(found) == 1 else None


@command("any", ("supervisor", "auditor"))
class DeclareInterest(Command):
    """From then on the user, or the unit, meets conflict_of_interest and reads nothing."""

    user: UserId
    unit: Unit | None = None
    ground: Account

    def decide(self, state: StreamState, told: Told) -> Facts:  # noqa: ARG002
        yield ConflictRecorded(user=self.user, unit=self.unit, ground=self.ground)
