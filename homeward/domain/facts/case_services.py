"""A partner's answer that came on paper."""

from typing import Any
from uuid import UUID

from homeward.domain.facts.base import Fact
from homeward.domain.sealed import Sealed


class ServiceAnswerProposed(Fact, kw_only=True):
    """`event` is the fact that it becomes once a second person has read it, `answer` its fields

    and `words` those of its fields that are sealed.
    """

    call: UUID
    event: str
    answer: dict[str, Any]
    document: UUID | None = None
    words: dict[str, Sealed] = {}
