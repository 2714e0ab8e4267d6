"""Giving commands: one, or one for each of many streams; and what became of one."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from homeward.api.bodies import read_json_object
from homeward.api.catalogue import catalogue
from homeward.api.languages import language_of
from homeward.api.parameters import only
from homeward.api.problems import answer, away, problem
from homeward.api.sessions import actor_of, edge_of
from homeward.domain.refusals import Refused
from homeward.edge.catalogue import Lang
from homeward.ports import Unavailable


async def give(request: Request) -> Response:
    actor = actor_of(request)
    only(request)
    body = await read_json_object(request)
    return answer(await edge_of(request).command(request.path_params["command"], body, actor))


async def give_to_each(request: Request) -> Response:
    actor = actor_of(request)
    only(request)
    body = await read_json_object(request)
    lines = await edge_of(request).batch(request.path_params["command"], body, actor)
    language = language_of(request)
    return answer({"lines": [_line(line, body, language) for line in lines]})


def _line(line: dict[str, object], body: object, language: Lang) -> dict[str, object]:
    told = dict(line)
    if isinstance(part := told.pop("unavailable", None), str):
        told["refused"] = away(Unavailable(part))
    if isinstance(refused := told.get("refused"), Refused):
        told["refused"] = problem(refused, language, body=body, command_id=line.get("command_id"))
    return told


async def become(request: Request) -> Response:
    """What became of a command; `unknown` means: send it again."""
    actor = actor_of(request)
    only(request)
    try:
        command_id = UUID(request.path_params["command_id"])
    except ValueError:
        raise Refused("not_found") from None
    return answer(await edge_of(request).status(command_id, actor))


async def known(request: Request) -> Response:
    actor_of(request)
    only(request)
    return answer({"commands": catalogue()})


routes = [
    Route("/v1/commands", known, methods=["GET"]),
    Route("/v1/commands/{command}", give, methods=["POST"]),
    Route("/v1/commands/{command_id}", become, methods=["GET"]),
    Route("/v1/batches/{command}", give_to_each, methods=["POST"]),
]
