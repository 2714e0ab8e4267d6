"""Who asks: a bearer token and nothing else."""

from typing import TYPE_CHECKING

from starlette.requests import Request

from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused

if TYPE_CHECKING:
    from homeward.edge.edge import Edge


def edge_of(request: Request) -> "Edge":
    edge: Edge = request.app.state.edge
    return edge


def actor_of(request: Request) -> Actor:
    """Raises Refused("unauthenticated")."""
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused("unauthenticated")
    edge = edge_of(request)
    return edge.tokens.read(token.strip(), edge.host_clock())
