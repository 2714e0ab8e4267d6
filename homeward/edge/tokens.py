"""Development tokens: who somebody is, signed with a key of the key service."""

from datetime import datetime, timedelta

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from homeward.domain.actors import ROLES, Actor
from homeward.domain.refusals import Refused

ALGORITHM = "HS256"
ISSUER = "homeward-development"


class Tokens:
    """Issues and reads tokens (JWT, RFC 7519). Sign-in by an identity provider comes beside it."""

    def __init__(self, key: bytes) -> None:
        self._key = OctKey.import_key(key)

    def issue(self, actor: Actor, now: datetime, lifetime: timedelta = timedelta(hours=12)) -> str:
        """A token for `actor`. Raises ValueError naming roles that do not exist, or a liaison's
        missing mission."""
        unknown = sorted(actor.roles - (ROLES - {"system"}))
        if unknown:
            raise ValueError(f"no such roles: {', '.join(unknown)}")
        if not actor.roles:
            raise ValueError("a person needs at least one role")
        if actor.has("liaison") and actor.mission is None:
            raise ValueError("a liaison needs a mission")
        claims = msgspec.to_builtins(actor) | {
            "sub": actor.id,
            "roles": sorted(actor.roles),
            "languages": sorted(actor.languages),
            "iss": ISSUER,
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM])

    def read(self, token: str, now: datetime) -> Actor:
        """Raises Refused("unauthenticated") for anything but a token of ours that still holds."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            if claims["iss"] != ISSUER or claims["exp"] < now.timestamp():
                raise Refused("unauthenticated", why="The token has expired.")
            return msgspec.convert(
                {k: claims.get(k) for k in ("id", "roles", "mission", "unit", "languages")}, Actor
            )
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise Refused("unauthenticated") from fault
