"""Is the process up, and are the parts it stands on?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import structlog
from starlette.requests import Request
from starlette.responses import Response

from homeward.api.problems import answer, refuse
from homeward.domain.refusals import Refused

if TYPE_CHECKING:
    from homeward.edge.edge import Edge

log = structlog.get_logger("homeward.api")
PATIENCE = 3.0
Probe = Callable[["Edge"], Awaitable[object]]


async def ask_postgresql(edge: "Edge") -> object:
    return await edge.now()


async def ask_temporal(edge: "Edge") -> object:
    return await edge.desk.ask_temporal()


PROBES: Mapping[str, Probe] = {"postgresql": ask_postgresql, "temporal": ask_temporal}


async def health(_: Request) -> Response:
    return answer({"status": "up"})


async def ready(request: Request) -> Response:
    """503 names every part that is away."""
    probes: Mapping[str, Probe] = request.app.state.probes
    edge = request.app.state.edge
    stands = await asyncio.gather(*(_stands(name, probe, edge) for name, probe in probes.items()))
    parts = dict(zip(probes, stands, strict=True))
    if gone := [name for name, up in parts.items() if not up]:
        return refuse(request, Refused("unavailable", *gone))
    return answer({"status": "ready", "parts": dict.fromkeys(parts, "up")})


async def _stands(name: str, probe: Probe, edge: "Edge") -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await probe(edge)
    except Exception as error:
        log.warning("part_away", part=name, type=type(error).__name__)
        return False
    return True
