"""Around every answer: correlation id, headers, a line in the log, and a last resort."""

import re
import time
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeward.api.problems import refuse
from homeward.domain.refusals import Refused
from homeward.logs import places

log = structlog.get_logger("homeward.api")
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CACHEABLE = "/static/"
PROBES = frozenset({"/health", "/ready"})


class Envelope:
    """Correlation id, security headers, and one line per request that names no value."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation = _correlation(Headers(scope=scope).get("x-correlation-id", ""))
        status = 0

        async def dress(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Correlation-Id"] = correlation
                for name, value in SAFE.items():
                    if name != "Cache-Control" or CACHEABLE not in scope["path"]:
                        headers.setdefault(name, value)
            await send(message)

        began = time.monotonic()
        with structlog.contextvars.bound_contextvars(correlation_id=correlation):
            await self.app(scope, receive, dress)
            if scope["path"] not in PROBES:
                took = round((time.monotonic() - began) * 1000)
                log.info("answered", method=scope["method"], status=status, duration_ms=took)


class LastResort:
    """A fault of our own is answered too: the outcome is unknown, so it may be asked again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            log.info("caller_left")
        except Exception as error:
            # Without the exception itself, whose words and locals may quote a person.
            at = places(error.__traceback__)
            log.error("unexpected", type=type(error).__name__, at=at)  # noqa: TRY400
            if not begun:
                refusal = Refused("unavailable")
                command_id = getattr(error, "command_id", None)
                response = refuse(Request(scope, receive), refusal, command_id=command_id)
                await response(scope, receive, send)


def _correlation(given: str) -> str:
    return given if re.fullmatch(r"[A-Za-z0-9._-]{8,64}", given) else str(uuid4())
