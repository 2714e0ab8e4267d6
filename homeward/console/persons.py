"""Who signs in without a password, in development; and what people are called."""

from typing import NamedTuple

from homeward.domain.actors import Actor
from homeward.domain.commands import COMMANDS
from homeward.edge.catalogue import Lang
from homeward.edge.people import FIRST, PEOPLE


class Entry(NamedTuple):
    """One person on the sign-in page."""

    name: str
    actor: Actor
    first: bool


def entries(lang: Lang) -> list[Entry]:
    users = [*FIRST, *(user for user in PEOPLE if user not in FIRST)]
    return [
        Entry(PEOPLE[user].called(lang), PEOPLE[user].actor(user), user in FIRST) for user in users
    ]


def actor_named(user: str) -> Actor | None:
    return PEOPLE[user].actor(user) if user in PEOPLE else None


def name_of(user: str, lang: Lang) -> str:
    """The name of a user where it is known; else the user name itself."""
    return PEOPLE[user].called(lang) if user in PEOPLE else user


def opening(actor: Actor) -> list[str]:
    """Commands with which a role of the actor may begin something new."""
    return [
        name
        for name, cls in COMMANDS.items()
        if cls.spec.opens and not cls.spec.system and not actor.roles.isdisjoint(cls.spec.by)
    ]
