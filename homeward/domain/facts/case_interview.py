"""The identification interview and its assessment."""

from datetime import datetime

import msgspec

from homeward.domain.facts.base import Fact
from homeward.domain.facts.htcds import HtcdsAnswers
from homeward.domain.sealed import Sealed


class Interpreter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: Sealed
    organisation: str
    remote: bool
    is_mission_staff: bool
    is_coworker: bool
    is_suspect: bool = False
    mission: str | None = None


class InterviewOpened(Fact, kw_only=True):
    at: datetime
    language: str
    private: bool
    interpreter: Interpreter | None = None


class InterviewAdjourned(Fact, kw_only=True):
    """`consent_withdrawn`: it ended by itself, because the person wants it no longer."""

    reasons: Sealed | None = None
    consent_withdrawn: bool = False


class Indicator(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the ILO's eleven."""

    finding: str
    note: Sealed | None = None


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """From one group or place to another."""

    origin: Sealed = msgspec.field(name="from")
    to: Sealed
    at: str
    """A partial date."""
    consented: bool


class AssessmentSubmitted(Fact, kw_only=True):
    """Evidence by indicator and element; never a score."""

    indicators: dict[str, Indicator]
    acts: tuple[str, ...]
    means: tuple[str, ...]
    purposes: tuple[str, ...]
    htcds: HtcdsAnswers
    account: Sealed
    transfers: tuple[Transfer, ...]
    recommendation: str


class AssessmentReturned(Fact, kw_only=True):
    questions: Sealed
