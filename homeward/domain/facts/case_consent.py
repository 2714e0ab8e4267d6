"""What the person agreed to, and what they took back."""

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class ConsentRecorded(Fact, kw_only=True):
    """An answer to the question whether: `given` false is a no, and kept as one."""

    purpose: str
    given: bool
    by: str
    """person | guardian"""
    language: str
    mission: str | None = None
    interpreter: Sealed | None = None


class ConsentWithdrawn(Fact, kw_only=True):
    """`by`, `language` and `interpreter` where it was told as a new answer to the old question."""

    purpose: str
    mission: str | None = None
    by: str | None = None
    language: str | None = None
    interpreter: Sealed | None = None
