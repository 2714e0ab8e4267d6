"""The stack that runs, as configuration: from the environment, else from what `up` wrote."""

from collections.abc import Mapping
from typing import Any

from homeward.dev.home import Home, default_home
from homeward.settings import Settings, settings


class NothingRuns(Exception):  # noqa: N818
    """No stack runs and none is configured; `homeward up` starts one."""


def running(home: Home | None = None) -> Settings:
    """Settings of the running stack. Raises NothingRuns."""
    given = settings()
    if given.database_url and given.temporal_address and given.api_url:
        return given
    home = home or default_home()
    wiring = home.run().get("env")
    if not wiring:
        raise NothingRuns(f"nothing runs on {home.path}")
    return settings_of(wiring)


def settings_of(env: Mapping[str, str]) -> Settings:
    """Settings as a process with this environment would read them."""
    values: dict[str, Any] = {
        name.removeprefix("HOMEWARD_").lower(): value
        for name, value in env.items()
        if name.startswith("HOMEWARD_")
    }
    return Settings(**values)
