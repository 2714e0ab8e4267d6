"""One way to ask any partner over HTTP: bounded in time and size, never trusting the answer."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Literal, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from homeward.ports_partners import ServiceRefused, ServiceUnavailable

BODY_LIMIT = 1024 * 1024
LONGEST_PAUSE = 3600.0
"""A partner that asks us to wait longer is asked again after an hour all the same."""

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class _Refusal(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)

    code: Literal["refused"]
    detail: str


class Partner:
    """A partner's HTTP interface. A failure's message names the operation, never a value."""

    def __init__(self, name: str, url: str, *, at_most: float = 30.0) -> None:
        self.name = name
        self._at_most = at_most
        self._http = httpx.AsyncClient(
            base_url=url,
            timeout=httpx.Timeout(20.0, connect=3.0),
            follow_redirects=False,
            # Not through a proxy that happens to be in the environment.
            trust_env=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _post(
        self, path: str, key: str, asked: BaseModel | None, answer: type[AnswerT]
    ) -> AnswerT:
        content = asked.model_dump_json(by_alias=True).encode() if asked else b"{}"
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        return await self._ask(
            self._http.build_request("POST", path, content=content, headers=headers), path, answer
        )

    async def _get(self, path: str, query: dict[str, str], answer: type[AnswerT]) -> AnswerT:
        return await self._ask(self._http.build_request("GET", path, params=query), path, answer)

    async def _ask(self, request: httpx.Request, path: str, answer: type[AnswerT]) -> AnswerT:
        what = f"{self.name}, {path}"
        try:
            async with asyncio.timeout(self._at_most):
                response = await self._http.send(request, stream=True)
                try:
                    body = await _bounded(response, what)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise ServiceUnavailable(f"{what}: no answer in {self._at_most:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # `from None`: what a broken partner sent would otherwise stand in the traceback.
            raise ServiceUnavailable(f"{what}: {type(error).__name__}") from None
        if response.status_code == httpx.codes.OK:
            return _understood(body, answer, what)
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise ServiceRefused(_refusal(body, what), f"{what}: refused")
        raise ServiceUnavailable(
            f"{what}: answered {response.status_code}",
            _pause(response.headers.get("Retry-After")),
        )


async def _bounded(response: httpx.Response, what: str) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        # Unasked for, and a small body may unpack to any size.
        raise ServiceUnavailable(f"{what}: a packed answer, which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise ServiceUnavailable(f"{what}: the answer is larger than 1 MiB")
    return bytes(body)


def _understood(body: bytes, answer: type[AnswerT], what: str) -> AnswerT:
    try:
        return answer.model_validate_json(body)
    except ValidationError as error:
        faults = _faults(error)
    raise ServiceUnavailable(f"{what}: not understood: {', '.join(faults)}")


def _refusal(body: bytes, what: str) -> str:
    """Only what says that it is a refusal is one; another 422 is a fault between us."""
    try:
        return _Refusal.model_validate_json(body).detail
    except ValidationError:
        pass
    raise ServiceUnavailable(f"{what}: answered 422 without a refusal")


def _faults(error: ValidationError) -> list[str]:
    """The fields that are wrong, by name alone."""
    places = {".".join(str(part) for part in fault["loc"]) for fault in error.errors()}
    return sorted(place or "the whole answer" for place in places)


def _pause(told: str | None) -> float | None:
    """Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if told is None:
        return None
    if told.strip().isascii() and told.strip().isdigit():
        return min(float(told), LONGEST_PAUSE)
    try:
        moment = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    # The partner lives in the world's time, whatever the engine's clock is set to.
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def segment(name: str) -> str:
    """A name as one segment of a path, whatever is in it."""
    return quote(name, safe="")
