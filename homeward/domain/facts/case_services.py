"""A partner's answer that came on paper."""

from typing import Any
from uuid import UUID

from homeward.domain.facts.base import Fact


class ServiceAnswerProposed(Fact, kw_only=True):
    """`event` is the fact that it becomes once a second person has read it, `answer` its fields."""

    call: UUID
    event: str
    answer: dict[str, Any]
    document: UUID | None = None
