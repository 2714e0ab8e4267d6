"""Asking a partner what a stream owes it; the answer goes back through carry_out."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec
from temporalio import activity
from temporalio.exceptions import ApplicationError

from homeward.domain.sealed import Sealed
from homeward.domain.streams import Call
from homeward.ports_partners import Answered, Asked, ServiceRefused, ServiceUnavailable

LONGEST = 20_000
"""Characters of a partner's words that are kept."""


class CallAnswer(msgspec.Struct, frozen=True):
    """The answer's fields (codes, dates, sums), or the partner's words of refusal, sealed."""

    answer: dict[str, Any] = {}
    refused: Sealed | None = None


Close = Callable[[str, str], Awaitable[Sealed]]
"""(words, case): closes a partner's words under the key of the case's correspondence."""


Operations = Mapping[str, tuple[type[Asked], Callable[[str, Any], Awaitable[Answered]]]]
"""Operation -> what it asks, and the service's method."""


async def ask(call: Call, operations: Operations, close: Close) -> CallAnswer:
    """One attempt. The idempotency key is the id of the event that owes the call.

    A refusal is an answer, its words closed before they leave this process. A partner that is away
    raises a retryable failure; its text names the service and the operation only.
    """
    message, method = operations[call.operation]
    try:
        answer = await method(
            str(call.id), message.model_validate_json(msgspec.json.encode(call.asks))
        )
    except ServiceRefused as refusal:
        case = activity.info().workflow_id or ""
        return CallAnswer(refused=await close(refusal.reason[:LONGEST], case))
    except ServiceUnavailable as away:
        pause = away.retry_after
        raise ApplicationError(
            f"{call.service} does not answer {call.operation} (attempt {activity.info().attempt})",
            type="ServiceUnavailable",
            next_retry_delay=None if pause is None else timedelta(seconds=pause),
        ) from away
    return CallAnswer(answer=answer.model_dump(mode="json"))
