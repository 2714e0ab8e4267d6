"""Who is signed in at the console: a signed, expiring cookie, and a token in every form.

Forms are guarded twice: by what the browser says of the sender (Fetch Metadata, Origin), and by a
token that only a page of the same session can know.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.edge.edge import Edge
from homeward.edge.tokens import Tokens

SID, PRE, LANG = "sid", "pre", "lang"
LIFETIME = timedelta(hours=10)


def host_now() -> datetime:
    """A session lives by the host's time: moving the engine's clock signs nobody out."""
    return datetime.now(UTC)


def tokens(edge: Edge) -> Tokens:
    """A key of its own: an API token is no session, and a session no API token."""
    key = hmac.new(edge.keyring.secrets.token, b"console session", hashlib.sha256).digest()
    return Tokens(key)


def actor_of(request: Request, edge: Edge) -> Actor | None:
    sid = request.cookies.get(SID)
    if not sid:
        return None
    try:
        return tokens(edge).read(sid, host_now())
    except Refused:
        return None


def begin(response: Response, edge: Edge, actor: Actor, *, secure: bool) -> None:
    sid = tokens(edge).issue(actor, host_now(), LIFETIME)
    response.set_cookie(
        SID, sid, max_age=int(LIFETIME.total_seconds()), httponly=True, samesite="lax",
        secure=secure,
    )  # fmt: skip
    response.delete_cookie(PRE)


def end(response: Response) -> None:
    response.delete_cookie(SID, httponly=True, samesite="lax")


def csrf(request: Request) -> tuple[str, str | None]:
    """The form token, and the cookie to set where there is no session yet."""
    if secret := request.cookies.get(SID) or request.cookies.get(PRE):
        return _token(secret), None
    fresh = secrets.token_urlsafe(32)
    return _token(fresh), fresh


def keep(response: Response, fresh: str | None, *, secure: bool) -> Response:
    if fresh is not None:
        response.set_cookie(PRE, fresh, httponly=True, samesite="lax", secure=secure)
    return response


def _token(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def sent_from_here(request: Request, given: str) -> bool:
    """Whether a form was sent by a page of ours, in this session."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.url.netloc:
        return False
    secrets_known = [request.cookies.get(name) for name in (SID, PRE)]
    return any(hmac.compare_digest(_token(secret), given) for secret in secrets_known if secret)
