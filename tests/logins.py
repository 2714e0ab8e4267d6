"""The database as one of its roles logs in to it."""

from urllib.parse import urlsplit

from homeward.eventstore.roles import Role, as_role, becoming


def login(url: str, role: Role) -> str:
    """Truly, on a server of our own, which trusts its socket; else with that role's rights alone."""
    return becoming(url, role) if urlsplit(url).hostname else as_role(url, role)
