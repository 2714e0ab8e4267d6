from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from homeward.ports_keys import Bound, KeysAway, Wrapped
from homeward.sealing.services.transit import TransitKeyService
from tests.kms.transit_server import TOKEN, Transit
from tests.serving import serving

KEY = Bound("k-a", Wrapped(b"box", 1))


@pytest_asyncio.fixture
async def service(transit: Transit) -> AsyncIterator[TransitKeyService]:
    with serving(transit.app()) as url:
        made = TransitKeyService(url, TOKEN)
        await made.prepare()
        yield made
        await made.close()


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("<html>busy</html>"),
        JSONResponse({"errors": ["Vault is sealed"]}, 503),
        JSONResponse({"errors": ["rate limited"]}, 429),
        JSONResponse({"errors": ["permission denied"]}, 403),
        JSONResponse([1, 2]),
        JSONResponse({"data": None}),
        JSONResponse({"data": {"batch_results": []}}),
        JSONResponse({"data": {"hmac": "vault:v1:AAAA", "signature": "vault:v1:%%"}}),
        Response(b"[" * 5_000_000),
        RedirectResponse("http://169.254.169.254/", 307),
    ],
    ids=lambda answer: f"{answer.status_code} {bytes(answer.body[:24])!r}",
)
async def test_what_is_not_understood_is_no_answer(
    service: TransitKeyService, transit: Transit, answer: Response
) -> None:
    transit.instead = answer
    with pytest.raises(KeysAway):
        await service.unwrap([KEY])
    with pytest.raises(KeysAway):
        await service.wrap([("k-a", bytes(32))])
    with pytest.raises(KeysAway):
        await service.mac("token")
    with pytest.raises(KeysAway):
        await service.sign(b"x")


async def test_nobody_there_is_away() -> None:
    service = TransitKeyService("http://127.0.0.1:1", TOKEN)
    with pytest.raises(KeysAway):
        await service.unwrap([KEY])
    await service.close()


async def test_another_token_is_told_nothing(transit: Transit) -> None:
    with serving(transit.app()) as url:
        service = TransitKeyService(url, "t-wrong")
        with pytest.raises(KeysAway):
            await service.unwrap([KEY])
        await service.close()
