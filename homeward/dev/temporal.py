"""Finds a Temporal server or runs the development server of Temporal's command line.

`HOMEWARD_TEMPORAL_ADDRESS`; else `temporal` on PATH or in the cache; else the SDK's own
download; else `go install` into the cache, which takes minutes once.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from homeward.dev.children import Child
from homeward.dev.children import answers as http_answers
from homeward.dev.faults import Fault, ServiceAway
from homeward.dev.gobuild import Build, cache, cached, go, install, never
from homeward.dev.home import Home
from homeward.dev.say import Say, say, waiting
from homeward.settings import settings

CLI = Build(
    binary="temporal",
    package="github.com/temporalio/cli/cmd/temporal@v1.5.1",
    made="temporal",
    takes="about 3 minutes",
)
DOWNLOADS_FROM = ("temporal.download", 443)
MAX_IN_FLIGHT = "history.maxInFlightUpdates=1000"
"""Beyond the default of 10, work whose local activity committed is thrown away."""
SEARCH_ATTRIBUTES = {"kind": "Keyword", "state": "Keyword", "late": "Bool"}
INSTALL = (
    "Put `temporal` on PATH, or install Go 1.24 or newer so that it can be built, "
    "or name a running server: HOMEWARD_TEMPORAL_ADDRESS=host:7233"
)


def knows_namespace(http_port: int) -> str:
    """Answered 200 by a server that is up and has our namespace."""
    namespace = settings().temporal_namespace
    return f"http://127.0.0.1:{http_port}/api/v1/namespaces/{namespace}"


@dataclass(frozen=True)
class Choice:
    chosen: str
    why: str
    address: str = ""
    binary: Path | None = None


def choose() -> Choice | None:
    """What needs no download and no build; None if there is nothing of that kind."""
    if given := settings().temporal_address:
        return Choice(given, "HOMEWARD_TEMPORAL_ADDRESS is set", address=given)
    if on_path := shutil.which("temporal"):
        return _found(Path(on_path), "`temporal` is on PATH")
    if (kept := cached("temporal")) is not None:
        return _found(kept, "built or downloaded by an earlier start")
    return None


def would_choose() -> Choice:
    """For `homeward doctor`: as `resolve`, but makes nothing."""
    if (chosen := choose()) is not None:
        return chosen
    if downloadable():
        return Choice("the SDK's download", f"{DOWNLOADS_FROM[0]} answers")
    if go() is not None:
        return Choice(f"go install {CLI.package}", _why_built() + f"; takes {CLI.takes} once")
    raise ServiceAway("No Temporal was found here.", INSTALL)


def resolve(*, tell: Say = say, interrupted: Callable[[], bool] = never) -> Choice:
    """As `choose`, and downloads or builds where there is nothing yet."""
    if (chosen := choose()) is not None:
        return chosen
    if downloadable():
        with waiting(f"the download of Temporal from {DOWNLOADS_FROM[0]}", tell):
            fetched = download()
        return _found(fetched, "downloaded by the SDK, `temporal` not being on PATH")
    if go() is None:
        raise ServiceAway(
            f"No Temporal was found here, {DOWNLOADS_FROM[0]} cannot be reached, "
            "and there is no Go to build it with.",
            INSTALL,
        )
    built = install(CLI, _why_built(), tell=tell, interrupted=interrupted)
    return _found(built, _why_built())


def _why_built() -> str:
    return f"`temporal` is not on PATH and {DOWNLOADS_FROM[0]} cannot be reached"


def _found(binary: Path, why: str) -> Choice:
    return Choice(f"Temporal {version(binary)} ({binary})", why, binary=binary)


def version(binary: Path) -> str:
    """The server's version; the command line built from source does not know its own."""
    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    server = re.search(r"Server ([^,)]+)", told.stdout)
    if server is None:
        raise ServiceAway(f"{binary} does not run: {told.stderr.strip()[:200]}", INSTALL)
    return server[1]


def downloadable(timeout: float = 2.0) -> bool:
    """Whether the host the SDK downloads from takes connections; asked before it tries for long."""
    try:
        socket.create_connection(DOWNLOADS_FROM, timeout=timeout).close()
    except OSError:
        return False
    return True


def download() -> Path:
    """Lets the SDK fetch its server into a folder of ours, and keeps the binary in the cache."""
    from temporalio.testing import WorkflowEnvironment  # noqa: PLC0415 - rarely needed, slow

    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache(), prefix=".download-") as folder:

        async def start_once() -> None:
            started = await WorkflowEnvironment.start_local(download_dest_dir=folder)
            await started.shutdown()

        asyncio.run(start_once())
        fetched = next((f for f in Path(folder).iterdir() if os.access(f, os.X_OK)), None)
        if fetched is None:
            raise ServiceAway("The SDK's download left no binary.", INSTALL)
        return fetched.replace(cache() / "temporal")


def child(
    choice: Choice,
    home: Home,
    *,
    port: int,
    http_port: int,
    ui_port: int | None = None,
    in_memory: bool = False,
    settings_of_server: tuple[str, ...] = (),
) -> Child:
    """The development server as a process; its data is a file, so cases survive a restart."""
    if choice.binary is None:
        raise ValueError(f"{choice.chosen} is not ours to run")
    command = [str(choice.binary), "server", "start-dev", "--ip", "127.0.0.1"]
    command += [
        "--port",
        str(port),
        "--http-port",
        str(http_port),
        "--namespace",
        settings().temporal_namespace,
    ]
    command += ["--headless"] if ui_port is None else ["--ui-port", str(ui_port)]
    command += [] if in_memory else ["--db-filename", str(home.temporal_file)]
    command += ["--log-level", "warn"]
    for value in (MAX_IN_FLIGHT, *settings_of_server):
        command += ["--dynamic-config-value", value]
    for name, kind in SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    return Child(
        name="temporal",
        command=command,
        log=home.log("temporal"),
        ready=partial(http_answers, knows_namespace(http_port)),
        grace=15.0,
    )


async def describe(address: str, namespace: str) -> str:
    """The version of a server that knows the namespace; raises what the SDK raises."""
    # here, since the import takes half a second and its runtime starts threads
    from temporalio.api.workflowservice.v1 import (  # noqa: PLC0415
        DescribeNamespaceRequest,
        GetSystemInfoRequest,
    )
    from temporalio.service import ConnectConfig, ServiceClient  # noqa: PLC0415

    service = await ServiceClient.connect(ConnectConfig(target_host=address))
    await service.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    info = await service.workflow_service.get_system_info(GetSystemInfoRequest())
    return str(info.server_version)


def main() -> None:
    """`python -m homeward.dev.temporal`: has one ready, so that what comes after need not wait."""
    try:
        choice = resolve()
    except Fault as fault:
        say(str(fault))
        raise SystemExit(fault.exit_code) from fault
    say(f"Temporal: {choice.chosen}: {choice.why}")


if __name__ == "__main__":
    main()
