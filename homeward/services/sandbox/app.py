"""The sandbox over HTTP: `services/*.yaml` for the engine, `/_sandbox` for who tells the story."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send

from homeward.ports_partners import AnswerReceived
from homeward.services.sandbox.answers import OPERATIONS
from homeward.services.sandbox.behaviour import (
    Failed,
    Garbage,
    KeyReused,
    Lost,
    Misbehaved,
    Refused,
)
from homeward.services.sandbox.held import Sandbox, host_time
from homeward.services.sandbox.vocabulary import UnknownBehaviourError

PATHS = {
    "/fine-assessments": ("immigration", "fine"),
    "/waivers": ("immigration", "waiver"),
    "/stay-permits": ("immigration", "stay_permit"),
    "/exit-permits": ("immigration", "exit_permit"),
    "/handoffs": ("mission", "deliver"),
}
BODY_LIMIT = 1024 * 1024
RUBBISH = (
    ("application/json", b'{"reference": "W-'),
    ("text/html", b"<!doctype html><title>Under maintenance</title><p>Please come back later."),
    ("application/json", b'{"status": "OK"}'),
)


class ClockTold(BaseModel):
    model_config = ConfigDict(extra="forbid")

    offset_seconds: float = Field(ge=-3e9, le=3e9, allow_inf_nan=False)


class Invalid(Exception):  # noqa: N818
    """A request that the description does not allow; names of what is wrong with it."""

    def __init__(self, names: list[str], status: int = 400) -> None:
        super().__init__("invalid")
        self.names = names
        self.status = status


class Dropped(Response):
    """No answer at all: the connection is closed, as when a line breaks."""

    async def __call__(self, _scope: Scope, receive: Receive, _send: Send) -> None:
        # ASGI has no word for it; uvicorn's `receive` belongs to the cycle that has the transport.
        receive.__self__.transport.close()  # type: ignore[attr-defined]
        while (await receive())["type"] != "http.disconnect":
            pass


def create_sandbox(
    state_path: Path | None = None, host_now: Callable[[], datetime] = host_time
) -> FastAPI:
    """The sandbox as an application; uvicorn serves it (it has to be able to drop connections)."""
    sandbox = Sandbox(state_path, host_now)
    app = FastAPI(title="homeward sandbox", openapi_url=None)
    app.router.on_shutdown.append(sandbox.close)
    for path, (service, operation) in PATHS.items():
        app.add_route(path, _operation(sandbox, service, operation), methods=["POST"])
    app.add_route("/answers", _answers(sandbox), methods=["GET"])
    app.add_route("/answers/{answer}/receipt", _receipt(sandbox), methods=["POST"])
    _control(app, sandbox)
    app.add_exception_handler(Invalid, _invalid)
    app.add_exception_handler(Misbehaved, _misbehaved)
    app.add_exception_handler(UnknownBehaviourError, _unknown)
    return app


ModelT = TypeVar("ModelT", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]


def _operation(sandbox: Sandbox, service: str, operation: str) -> Endpoint:
    kind = OPERATIONS[service, operation].asked

    async def endpoint(request: Request) -> Response:
        key = _key(request)
        asked = _parsed(kind, await _body(request))
        answer = await sandbox.ask(service, operation, key, asked, _left(request))
        return _json(answer) if answer is not None else Dropped()

    return endpoint


def _answers(sandbox: Sandbox) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        with sandbox.remembering():
            return _json(sandbox.partners.feed(request.query_params.get("after", "")))

    return endpoint


def _receipt(sandbox: Sandbox) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        key = _key(request)
        await _body(request)
        with sandbox.remembering():
            receipt = sandbox.partners.receive(key, request.path_params["answer"])
        if receipt is None:
            return _problem(404, "not_found", "There is no such answer.")
        return _json(AnswerReceived(receipt=receipt))

    return endpoint


def _control(app: FastAPI, sandbox: Sandbox) -> None:
    """What the story's teller uses, and no partner has."""

    @app.put("/_sandbox/behaviour")
    async def set_behaviour(request: Request) -> Any:
        told = _loaded(await _body(request))
        with sandbox.remembering():
            sandbox.partners.set_all(told)
        sandbox.stir()
        return sandbox.partners.behaviour()

    @app.get("/_sandbox/behaviour")
    async def behaviour() -> Any:
        return sandbox.partners.behaviour()

    @app.post("/_sandbox/reset")
    async def reset() -> Any:
        with sandbox.remembering():
            sandbox.partners.reset()
        sandbox.stir()
        return {"reset": True}

    @app.get("/_sandbox/calls")
    async def calls() -> Any:
        return {"calls": [asdict(call) for call in sandbox.partners.calls()]}

    @app.put("/_sandbox/clock")
    async def set_clock(request: Request) -> Any:
        told = _parsed(ClockTold, await _body(request))
        with sandbox.remembering():
            sandbox.set_offset(told.offset_seconds)
        sandbox.stir()
        return {"now": sandbox.now(), "offset_seconds": sandbox.offset}

    @app.get("/_sandbox/clock")
    async def clock() -> Any:
        return {"now": sandbox.now(), "offset_seconds": sandbox.offset}

    @app.get("/_sandbox/agenda")
    async def agenda() -> Any:
        return {"now": sandbox.now(), "next_due": sandbox.partners.next_due()}


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key or len(key) > 200 or not key.isprintable():
        raise Invalid(["Idempotency-Key"])
    return key


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise Invalid(["body"], status=413)
    return bytes(body)


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise Invalid(["body"]) from None


def _parsed(kind: type[ModelT], body: bytes) -> ModelT:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        places = {".".join(map(str, fault["loc"])) or "body" for fault in error.errors()}
    raise Invalid(sorted(places))


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(by_alias=True), media_type="application/json")


def _problem(status: int, code: str, detail: str, **more: Any) -> JSONResponse:
    return JSONResponse(
        jsonable_encoder({"status": status, "code": code, "detail": detail, **more}),
        status_code=status,
        media_type="application/problem+json",
    )


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Invalid)
    return _problem(error.status, "invalid", "Not as described.", names=error.names)


async def _unknown(_request: Request, error: Exception) -> Response:
    assert isinstance(error, UnknownBehaviourError)
    return _problem(400, "invalid", str(error), names=sorted(error.faults))


async def _misbehaved(_request: Request, error: Exception) -> Response:
    match error:
        case Refused(reason=reason):
            return _problem(422, "refused", reason)
        case Failed(status=status):
            return _problem(status, "failed", "Told to fail.")
        case KeyReused():
            return _problem(409, "key_reused", "This key was used with another body.")
        case Garbage(turn=turn):
            media_type, rubbish = RUBBISH[turn % len(RUBBISH)]
            return Response(rubbish, media_type=media_type)
        case Lost():
            return Dropped()
    raise error
