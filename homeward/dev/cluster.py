"""`make cluster`: what production uses, as plain processes on this machine.

Temporal's server on PostgreSQL with homeward's database beside it, the sandbox, the API and two
workers. The parts of homeward are told addresses, nothing else: they start as in production.
"""

import asyncio
import os
import signal
import subprocess
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from homeward.dev import databases, postgres, temporal_setup
from homeward.dev.children import Child, answers
from homeward.dev.faults import Fault, HomeTaken, ServiceAway, StartFailed
from homeward.dev.gobuild import Build, cached, install
from homeward.dev.home import Home, checkout, default_path
from homeward.dev.say import say, waiting
from homeward.dev.stack import DATABASE, Stack, Wiring, api, running_stack, worker
from homeward.settings import settings

RELEASE = "v1.31.2"
SERVER = Build(
    binary="temporal-server",
    package=f"go.temporal.io/server/cmd/server@{RELEASE}",
    made="server",
    takes="about 6 minutes",
)
SQL_TOOL = Build(
    binary="temporal-sql-tool",
    package=f"go.temporal.io/server/cmd/tools/sql@{RELEASE}",
    made="sql",
    takes="about a minute after the server",
)
SCHEMAS = {
    "temporal": "postgresql/v12/temporal",
    "temporal_visibility": "postgresql/v12/visibility",
}
SHARDS = 64
MAX_CONNECTIONS = 300
PARTS = {"FRONTEND": 7333, "HISTORY": 7334, "MATCHING": 7335, "WORKER": 7339}
"""The server's services, and the port each prefers."""


def engine(wiring: Wiring) -> list[Child]:
    return [worker(wiring, "worker-1"), worker(wiring, "worker-2"), api(wiring)]


class Cluster(Stack):
    """The development stack with the production server in place of the development one."""

    _database_url = ""

    def _postgres(self) -> str:
        """Over TCP, since Temporal's server knows no sockets."""
        choice = postgres.choose(self.home)
        self._chose("PostgreSQL", choice.chosen, choice.why)
        if choice.url:
            if not urlsplit(choice.url).hostname:
                raise ServiceAway(
                    "HOMEWARD_DATABASE_URL names a socket; Temporal's server needs TCP.",
                    "Give host and port: postgresql://user:password@host:5432/homeward",
                )
            self._database_url = choice.url
            return choice.url
        port = self.home.port("postgres")
        self._own_postgres = postgres.prepare(
            choice, self.home, tcp_port=port, max_connections=MAX_CONNECTIONS, tell=self.tell
        )
        self.supervisor.launch(self._own_postgres.child)
        self._database_url = self._own_postgres.tcp_url(DATABASE)
        return self._database_url

    def _temporal(self) -> str:
        if given := settings().temporal_address:
            self._chose("Temporal", given, "HOMEWARD_TEMPORAL_ADDRESS is set")
            return given
        server, tool = self._binary(SERVER), self._binary(SQL_TOOL)
        self._chose("Temporal", f"Temporal server {RELEASE} ({server})", "as in production")
        if "postgres" in self.supervisor:
            self.supervisor.await_ready("postgres")
        self._schemas(tool)
        child = self._server(server)
        self.supervisor.launch(child)
        self.supervisor.await_ready("temporal")
        address = f"127.0.0.1:{child.env['FRONTEND_PORT']}"
        with waiting("the namespace and its search attributes", self.tell):
            asyncio.run(temporal_setup.prepare(address, settings().temporal_namespace))
        return address

    def _binary(self, build: Build) -> Path:
        if (kept := cached(build.binary)) is not None:
            return kept
        why = "production's server is not part of the development one"
        return install(build, why, tell=self.tell, interrupted=self.supervisor.interrupted)

    def _schemas(self, tool: Path) -> None:
        """The tool carries the schemas; an old one is brought up to date."""
        for database, schema in SCHEMAS.items():
            fresh = asyncio.run(
                databases.create(databases.with_database(self._database_url, database))
            )
            if fresh:
                self._sql(tool, database, "setup-schema", "-v", "0.0")
            self._sql(tool, database, "update-schema", "--schema-name", schema)

    def _sql(self, tool: Path, database: str, *arguments: str) -> None:
        """The password goes by environment: a command line can be read by everyone."""
        where = urlsplit(self._database_url)
        env = {
            **os.environ,
            "SQL_PLUGIN": "postgres12",
            "SQL_HOST": where.hostname or "",
            "SQL_PORT": str(where.port or 5432),
            "SQL_USER": unquote(where.username or ""),
            "SQL_PASSWORD": unquote(where.password or ""),
            "SQL_DATABASE": database,
        }
        log = self.home.log("temporal-schema")
        with log.open("ab") as out, waiting(f"the schema of {database}", self.tell):
            done = subprocess.run([tool, *arguments], env=env, stdout=out, stderr=out, check=False)
        self.supervisor.checkpoint()
        if done.returncode != 0:
            raise StartFailed("temporal-schema", f"could not be made in {database}", log)

    def _server(self, binary: Path) -> Child:
        where = urlsplit(self._database_url)
        folder = checkout() / "deploy" / "temporal"
        env = {
            "POSTGRES_HOST": where.hostname or "",
            "POSTGRES_PORT": str(where.port or 5432),
            "POSTGRES_USER": unquote(where.username or ""),
            "POSTGRES_PASSWORD": unquote(where.password or ""),
            "TEMPORAL_SHARDS": str(SHARDS),
            "TEMPORAL_DYNAMIC_CONFIG": str(folder / "dynamic.yaml"),
            "FRONTEND_HTTP_PORT": str(self.home.port("temporal-http")),
        }
        for part, first in PARTS.items():
            name, member = part.lower(), f"{part.lower()}-membership"
            env[f"{part}_PORT"] = str(self.home.port_from(name, first))
            env[f"{part}_MEMBERSHIP_PORT"] = str(self.home.port_from(member, first + 100))
        config = str(folder / "server.yaml")
        http = f"http://127.0.0.1:{env['FRONTEND_HTTP_PORT']}/api/v1/system-info"
        return Child(
            name="temporal",
            command=[str(binary), "--config-file", config, "--allow-no-auth", "start"],
            log=self.home.log("temporal"),
            ready=partial(answers, http),
            env=env,
            grace=30.0,
        )


def main() -> None:
    cluster = Cluster(Home(default_path() / "cluster"), services=engine)
    try:
        with running_stack(cluster):
            say("\nthe cluster is up. Ctrl-C stops it; the data stays.")
            for name, url in cluster.urls.items():
                print(f"{name:12} {url}")
            say(f"\nto reach it:\n  export HOMEWARD_HOME={cluster.home.path}")
            say(f"  export HOMEWARD_API_URL={cluster.urls['console']}")
            while True:
                signal.pause()
    except KeyboardInterrupt:
        say("stopped; nothing is left running")
    except HomeTaken as taken:
        say(str(taken))
    except Fault as fault:
        say(str(fault))
        raise SystemExit(fault.exit_code) from fault


if __name__ == "__main__":
    main()
