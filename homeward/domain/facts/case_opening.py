"""The case's beginning: one person, rescued, escaped, released or handed over."""

from datetime import datetime

from homeward.domain.case.state import Identity, Passport
from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class CaseOpened(Fact, kw_only=True):
    """`operation`, `request` and `stub` say how an operation led here; `condition` how it found."""

    mode: str
    identity: Identity
    rescued_at: datetime
    province: str
    passport: Passport | None = None
    place: Sealed | None = None
    condition: Sealed | None = None
    operation: str | None = None
    request: str | None = None
    stub: int | None = None
    previous_episode: str | None = None
