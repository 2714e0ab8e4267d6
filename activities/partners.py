"""Asking a partner what a stream owes it; the answer goes back through carry_out."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from temporalio import activity
from temporalio.exceptions import ApplicationError

from homeward.domain.streams import Call
from homeward.ports_partners import Answered, Asked, ServiceRefused, ServiceUnavailable


class CallAnswer(msgspec.Struct, frozen=True):
    """The answer's fields, or the partner's word of refusal. Nothing personal."""

    answer: dict[str, Any] = {}
    refused: str | None = None


Operations = Mapping[str, tuple[type[Asked], Callable[[str, Any], Awaitable[Answered]]]]
"""Operation -> what it asks, and the service's method."""


async def ask(call: Call, operations: Operations) -> CallAnswer:
    """One attempt. The idempotency key is the id of the event that owes the call.

    A refusal is an answer. A partner that is away raises a retryable failure; its text names the
    service and the operation only.
    """
    message, method = operations[call.operation]
    try:
        answer = await method(
            str(call.id), message.model_validate_json(msgspec.json.encode(call.asks))
        )
    except ServiceRefused as refusal:
        return CallAnswer(refused=refusal.reason)
    except ServiceUnavailable as away:
        raise ApplicationError(
            f"{call.service} does not answer {call.operation} (attempt {activity.info().attempt})",
            type="ServiceUnavailable",
        ) from away
    return CallAnswer(answer=answer.model_dump(mode="json"))
