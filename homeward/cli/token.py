"""`homeward token`: who somebody is, signed with the development key."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from homeward.cli.exits import AWAY, NOT_ALLOWED, USAGE, end
from homeward.domain.actors import Actor
from homeward.settings import settings

USER = r"[a-z0-9][a-z0-9._-]{0,63}"


def token(
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who; any name will do.")],
    roles: Annotated[
        str, typer.Option(help="Roles, with commas; a demo person's own if left out.")
    ] = "",
    mission: Annotated[
        str, typer.Option(metavar="XX", help="A liaison's mission, as ISO 3166-1 alpha-2.")
    ] = "",
    unit: Annotated[str, typer.Option(metavar="U", help="The organisation's unit.")] = "",
    languages: Annotated[str, typer.Option(help="ISO 639-3, with commas: khm,vie.")] = "",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long it holds.")] = 12,
) -> None:
    """Prints a bearer token for development; refused in production.

    Example: export HOMEWARD_TOKEN=$(homeward token --as sok)

    Example: homeward token --as vn2 --roles liaison --mission VN --languages vie,eng
    """
    person = actor(name, _listed(roles), mission.upper() or None, unit or None, _listed(languages))
    print(issue(person, timedelta(hours=hours)))


def token_for(name: str) -> str:
    """A demo person's token, or that of NAME:role,role."""
    user, _, roles = name.partition(":")
    return issue(actor(user, _listed(roles)))


def actor(
    name: str,
    roles: tuple[str, ...] = (),
    mission: str | None = None,
    unit: str | None = None,
    languages: tuple[str, ...] = (),
) -> Actor:
    """A person; what is left out is a demo person's own."""
    from homeward.dev.people import PEOPLE, find

    if not re.fullmatch(USER, name):
        end(USAGE, f"{escape(name)} is no user name: lower case letters, digits, dots, dashes.")
    known = find(name)
    if known is None:
        if not roles:
            listed = ", ".join(PEOPLE)
            end(USAGE, f"{escape(name)} is nobody we know: give --roles. Known are: {listed}.")
        return Actor(name, frozenset(roles), mission, unit, frozenset(languages))
    user, person = known
    return Actor(
        user,
        frozenset(roles or person.roles),
        mission or person.mission,
        unit or person.unit,
        frozenset(languages or person.languages),
    )


def issue(person: Actor, lifetime: timedelta = timedelta(hours=12)) -> str:
    from homeward.dev.home import default_home
    from homeward.edge.tokens import Tokens
    from homeward.ports_keys import KeysMissing
    from homeward.sealing.choice import file_service

    config = settings()
    if config.environment == "production":
        end(NOT_ALLOWED, "Development tokens are refused in production: sign in instead.")
    key_file = config.key_file or default_home().key_file
    try:
        keys = file_service(config.model_copy(update={"key_file": key_file}))
    except KeysMissing as missing:
        told = f"No development key at {escape(str(key_file))}: {escape(str(missing))}."
        end(AWAY, told, "[bold]homeward up[/] makes one.")
    try:
        return Tokens(keys.derive("token")).issue(person, datetime.now(UTC), lifetime)
    except ValueError as fault:
        end(USAGE, f"{escape(str(fault)).capitalize()}.")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[,\s]+", text) if part)
