"""Everything homeward needs, as processes on this machine: `homeward up`, the demo, the tests.

postgres ─┐
temporal ─┼─ migrate ─ worker, api
sandbox  ─┘
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from types import FrameType

from homeward.dev import databases, postgres, temporal
from homeward.dev.children import Child, answers
from homeward.dev.faults import StartFailed
from homeward.dev.home import Home, checkout, default_home
from homeward.dev.say import Say, say, waiting
from homeward.dev.supervisor import Supervisor
from homeward.eventstore.roles import LOGINS, Role, as_role
from homeward.settings import settings

DATABASE = "homeward"
PORTS = {"temporal": 7233, "temporal-ui": 8233, "temporal-http": 7243, "sandbox": 8401}
"""Preferred; taken ones fall back to a free one. The API's is `HOMEWARD_PORT`."""


@dataclass(frozen=True)
class Wiring:
    """Where the parts of one stack find each other."""

    home: Home
    database_url: str
    """The administrator's: for migrations and the tools of development."""
    temporal_address: str
    sandbox_port: int
    api_port: int
    logins: Mapping[Role, str] = field(default_factory=dict)
    """The database as each role logs in to it."""

    @property
    def sandbox_url(self) -> str:
        return settings().immigration_url or f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def api_url(self) -> str:
        return f"http://{settings().host}:{self.api_port}"

    def env(self) -> dict[str, str]:
        """What every process of ours is told."""
        return {
            "HOMEWARD_HOME": str(self.home.path),
            "HOMEWARD_ENVIRONMENT": "development",
            "HOMEWARD_DATABASE_URL": self.database_url,
            "HOMEWARD_TEMPORAL_ADDRESS": self.temporal_address,
            "HOMEWARD_IMMIGRATION_URL": self.sandbox_url,
            "HOMEWARD_MISSION_URL": settings().mission_url or self.sandbox_url,
            "HOMEWARD_API_URL": self.api_url,
            "HOMEWARD_PORT": str(self.api_port),
            "HOMEWARD_KEY_FILE": str(settings().key_file or self.home.key()),
            "HOMEWARD_SIGNING_KEY_FILE": str(
                settings().signing_key_file or self.home.signing_key()
            ),
            "HOMEWARD_WITNESSES": settings().witnesses or f"file:{self.home.witness_file}",
            "PYTHONUNBUFFERED": "1",
        }

    def env_of(self, role: Role | None) -> dict[str, str]:
        """The same for a process that knows the database as a role (and keys as theirs), or not."""
        if role is None:
            return {**self.env(), "HOMEWARD_DATABASE_URL": ""}
        given = {"HOMEWARD_DATABASE_URL": self.logins.get(role, self.database_url)}
        if "keys" in self.logins and not settings().keys_database_url:
            given["HOMEWARD_KEYS_DATABASE_URL"] = self.logins["keys"]
        return {**self.env(), **given}


def sandbox(wiring: Wiring) -> Child:
    port = str(wiring.sandbox_port)
    health = f"http://127.0.0.1:{port}/_sandbox/clock"
    return own(wiring, "sandbox", "-m", "homeward", "sandbox", "--port", port, health=health)


def worker(wiring: Wiring, name: str = "worker") -> Child:
    return own(wiring, name, "-m", "workers", role="worker")


def api(wiring: Wiring) -> Child:
    port = str(wiring.api_port)
    health = f"http://127.0.0.1:{port}/health"
    serve = ("-m", "homeward", "serve", "--port", port)
    return own(wiring, "api", *serve, health=health, role="app")


def own(
    wiring: Wiring, name: str, *arguments: str, health: str = "", role: Role | None = None
) -> Child:
    """A Python process of ours: ready when it answers, or when it touches its ready file."""
    ready_file = wiring.home.ready_file(name)
    ready = partial(answers, health) if health else ready_file.exists
    return Child(
        name=name,
        command=[sys.executable, *arguments],
        log=wiring.home.log(name),
        ready=ready,
        ready_file=ready_file,
        env=wiring.env_of(role),
        cwd=checkout(),
        grace=35.0 if name.startswith("worker") else 15.0,
    )


Services = Callable[[Wiring], list[Child]]


def engine(wiring: Wiring) -> list[Child]:
    """What starts after the migrations; the sandbox starts before them."""
    return [worker(wiring), api(wiring)]


class Stack:
    """One development stack on one home; `start`, `stop`, and `kill9` for fault tests."""

    def __init__(
        self,
        home: Home | None = None,
        *,
        tell: Say = say,
        partners: Services = lambda wiring: [sandbox(wiring)],
        services: Services = engine,
        migrate: bool = True,
        settings_of_temporal: tuple[str, ...] = (),
    ) -> None:
        self.home = home or default_home()
        self.tell = tell
        self.supervisor = Supervisor(self.home, tell=tell)
        self.wiring: Wiring | None = None
        self._own_postgres: postgres.Server | None = None
        self._partners, self._services = partners, services
        self._migrate = migrate
        self._settings_of_temporal = settings_of_temporal

    @property
    def urls(self) -> dict[str, str]:
        return self.supervisor.urls

    def start(self) -> Wiring:
        """Returns when every part is ready; what is running is stopped again if one is not."""
        self.supervisor.open()
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> Wiring:
        keep = self.supervisor
        database_url = self._postgres()
        wiring = Wiring(
            home=self.home,
            database_url=database_url,
            temporal_address="",
            sandbox_port=self._port("sandbox"),
            api_port=self.home.port("api", settings().port),
        )
        early = self._partners(wiring)
        for child in early:
            keep.launch(child)
        address = self._temporal()
        wiring = replace(wiring, temporal_address=address)
        self.wiring = wiring
        if "postgres" in keep:
            keep.await_ready("postgres")
        with waiting("PostgreSQL", self.tell):
            databases.ensure(database_url)
        keys_url = settings().keys_database_url or database_url
        if self._migrate and not (
            databases.is_migrated(database_url) and databases.is_migrated(keys_url, "es_keys")
        ):
            self._run("migrate", wiring)
        if self._migrate:
            wiring = replace(wiring, logins=self._logins(database_url))
            self.wiring = wiring
        if "temporal" in keep:
            keep.await_ready("temporal")
        late = self._services(wiring)
        for child in late:
            keep.checkpoint()
            keep.launch(child)
        keep.await_ready(*(child.name for child in (*early, *late)))
        keep.urls |= {"console": wiring.api_url, "api": f"{wiring.api_url}/api/docs"}
        keep.urls |= {"sandbox": wiring.sandbox_url, "temporal": address}
        keep.urls["database"] = postgres.without_password(database_url)
        keep.env |= wiring.env()  # last: who reads it finds every part ready
        keep.record()
        return wiring

    def stop(self) -> None:
        with waiting("the processes to stop", self.tell):
            self.supervisor.stop()

    def kill9(self, name: str) -> None:
        """Kills `postgres`, `temporal`, `worker`, `api` or `sandbox` as a crash would."""
        self.supervisor.kill9(name)

    def await_ready(self, *names: str) -> None:
        self.supervisor.await_ready(*names)

    def _port(self, name: str) -> int:
        return self.home.port(name, PORTS[name])

    def _postgres(self) -> str:
        choice = postgres.choose(self.home)
        self._chose("PostgreSQL", choice.chosen, choice.why)
        if choice.url:
            return choice.url
        self._own_postgres = postgres.prepare(choice, self.home, tell=self.tell)
        self.supervisor.launch(self._own_postgres.child)
        return self._own_postgres.url(DATABASE)

    def _logins(self, url: str) -> dict[Role, str]:
        """Our own server trusts its socket and asks for passwords elsewhere; a given one is a

        given login, which takes a role's rights where it may.
        """
        if self._own_postgres is None:
            return databases.becoming_roles(url)
        if not self._own_postgres.port:
            return {role: as_role(url, role) for role in LOGINS}
        return databases.with_passwords(url, self._own_postgres.role_passwords)

    def _temporal(self) -> str:
        choice = temporal.resolve(tell=self.tell, interrupted=self.supervisor.interrupted)
        self._chose("Temporal", choice.chosen, choice.why)
        if choice.address:
            return choice.address
        port = self._port("temporal")
        ui_port = self._port("temporal-ui")
        self.supervisor.urls["temporal ui"] = f"http://127.0.0.1:{ui_port}"
        self.supervisor.launch(
            temporal.child(
                choice,
                self.home,
                port=port,
                http_port=self._port("temporal-http"),
                ui_port=ui_port,
                settings_of_server=self._settings_of_temporal,
            )
        )
        return f"127.0.0.1:{port}"

    def _chose(self, what: str, chosen: str, why: str) -> None:
        self.supervisor.chosen[what] = {"chosen": chosen, "why": why}
        self.tell(f"{what}: {chosen}: {why}")

    def _run(self, name: str, wiring: Wiring) -> None:
        """One of our own commands, to its end."""
        log = self.home.log(name)
        with log.open("ab") as out, waiting(f"homeward {name}", self.tell):
            done = subprocess.run(
                [sys.executable, "-m", "homeward", name],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **wiring.env()},
                cwd=checkout(),
                check=False,
            )
        self.supervisor.checkpoint()
        if done.returncode != 0:
            raise StartFailed(name, f"ended with exit code {done.returncode}", log)


@contextmanager
def running_stack(stack: Stack) -> Iterator[Stack]:
    """Up inside the block, and nothing left of it after.

    In the main thread Ctrl-C (or SIGTERM) ends a start that is under way, raises
    KeyboardInterrupt in the block, and said a second time while stopping, hurries.
    """
    phase = "starting"

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if phase == "running":
            raise KeyboardInterrupt
        if phase == "starting":
            stack.supervisor.interrupt()
        else:
            stack.supervisor.hurry()

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            before[number] = signal.signal(number, on_signal)
    try:
        stack.start()
        try:
            phase = "running"
            yield stack
        finally:
            phase = "stopping"
            stack.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
