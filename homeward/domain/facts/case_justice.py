"""Statements for the courts."""

from datetime import datetime

from homeward.domain.facts.base import Fact


class StatementRecorded(Fact, kw_only=True):
    kind: str
    at: datetime
    reference: str
