"""What no partner can do to us: answers that are huge, endless, packed, elsewhere or talkative."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from homeward.ports_partners import ServiceRefused, ServiceUnavailable, WaiverApplied, WaiverAsked
from homeward.services.immigration import ImmigrationClient

WAIVER = WaiverAsked(case="VIC-2022-482911", percent=100)


@asynccontextmanager
async def answering(raw: bytes, *, drip: bytes = b"") -> AsyncIterator[str]:
    """A server that sends these bytes to whoever asks, and then for ever drips."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(raw)
            await writer.drain()
            while drip:
                writer.write(drip)
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def response(status: int, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} .", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def asked_of(
    raw: bytes, *, drip: bytes = b"", at_most: float = 10
) -> WaiverApplied | ServiceUnavailable | ServiceRefused:
    async with (
        answering(raw, drip=drip) as url,
        ImmigrationClient(url, at_most=at_most) as immigration,
    ):
        try:
            return await immigration.apply_waiver("event-1", WAIVER)
        except (ServiceUnavailable, ServiceRefused) as error:
            return error


async def test_an_answer_with_more_than_we_know_is_understood() -> None:
    told = await asked_of(response(200, b'{"reference": "W-1", "name": "Lan"}'))
    assert told == WaiverApplied(reference="W-1")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"", "the whole answer"),
        (b"[]", "the whole answer"),
        (b'{"reference": "Nguyen Thi Lan"', "the whole answer"),
        (b'{"reference": "Nguyen Thi Lan"}', "reference"),
        (b'{"reference": 12345}', "reference"),
        (b'{"reference": null, "secret": "Nguyen"}', "reference"),
        (b'{"reference": "' + b"Nguyen" * 50 + b'"}', "reference"),
        (b'{"reference": "\xff"}', "the whole answer"),
    ],
)
async def test_garbage_names_the_fields_and_never_what_was_in_them(body: bytes, names: str) -> None:
    told = await asked_of(response(200, body))
    assert isinstance(told, ServiceUnavailable)
    assert str(told) == f"immigration service, /waivers: not understood: {names}"
    assert told.__cause__ is None
    assert told.__context__ is None or told.__suppress_context__


async def test_an_answer_larger_than_a_mebibyte_is_not_read() -> None:
    head = b"HTTP/1.1 200 .\r\nTransfer-Encoding: chunked\r\n\r\n"
    told = await asked_of(head, drip=b"80000\r\n" + b" " * 0x80000 + b"\r\n")
    assert str(told) == "immigration service, /waivers: the answer is larger than 1 MiB"


async def test_an_answer_that_never_ends_is_given_up() -> None:
    told = await asked_of(b"HTTP/1.1 200 .\r\n\r\n", drip=b" ", at_most=0.3)
    assert str(told) == "immigration service, /waivers: no answer in 0.3 s"


async def test_a_packed_answer_is_not_unpacked() -> None:
    told = await asked_of(response(200, b"x", Content_Encoding="gzip"))
    assert "packed" in str(told)


async def test_what_is_asked_never_follows_a_redirect() -> None:
    told = await asked_of(response(307, Location="http://127.0.0.1:9/elsewhere"))
    assert str(told) == "immigration service, /waivers: answered 307"


async def test_only_what_calls_itself_a_refusal_is_one() -> None:
    refused = await asked_of(response(422, b'{"code": "refused", "detail": "Too late."}'))
    assert isinstance(refused, ServiceRefused)
    assert refused.reason == "Too late."
    for body in (b'{"code": "invalid", "detail": "percent"}', b"<html>", b""):
        assert isinstance(await asked_of(response(422, body)), ServiceUnavailable)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7), ("0", 0), ("99999999", 3600), ("-5", None), ("soon", None), ("", None)],
)
async def test_a_partner_may_say_when_to_ask_again(told: str, seconds: float | None) -> None:
    for status in (429, 503):
        error = await asked_of(response(status, Retry_After=told))
        assert isinstance(error, ServiceUnavailable)
        assert error.retry_after == seconds


async def test_a_partner_may_say_it_as_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    error = await asked_of(response(503, Retry_After=soon))
    assert isinstance(error, ServiceUnavailable)
    assert error.retry_after is not None
    assert 500 < error.retry_after <= 600
    past = await asked_of(response(503, Retry_After="Tue, 02 Aug 2022 09:00:00 GMT"))
    assert isinstance(past, ServiceUnavailable)
    assert past.retry_after == 0


@pytest.mark.parametrize(
    "raw", [b"", b"HTTP/1.1 200 .\r\nContent-Length: 9\r\n\r\n{", b"Hello\r\n\r\n"]
)
async def test_a_connection_that_breaks_is_unavailable(raw: bytes) -> None:
    assert isinstance(await asked_of(raw), ServiceUnavailable)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "", "nonsense://x"])
async def test_a_partner_that_is_not_there_is_unavailable(url: str) -> None:
    async with ImmigrationClient(url) as immigration:
        with pytest.raises(ServiceUnavailable, match=r"immigration service, /waivers: \w+$"):
            await immigration.apply_waiver("event-1", WAIVER)
