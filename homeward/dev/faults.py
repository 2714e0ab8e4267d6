"""What can keep a development stack from standing, each with its mend.

Fault
├── ServiceAway     nothing here provides PostgreSQL, Temporal, ...    exit 7
├── StartFailed     a process ended or stayed silent while starting    exit 1
└── HomeTaken       another `homeward up` holds this home              exit 5
"""

from pathlib import Path


class Fault(Exception):  # noqa: N818 - its kinds are named for what is the matter
    """What is wrong, and the mend by name."""

    exit_code = 1

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}\n{mend}")
        self.what = what
        self.mend = mend


class ServiceAway(Fault):
    exit_code = 7


class StartFailed(Fault):
    def __init__(self, name: str, what: str, log: Path) -> None:
        super().__init__(
            f"{name} {what}. The last lines of its log:\n{tail(log)}", f"The whole log: {log}"
        )


class HomeTaken(Fault):
    exit_code = 5

    def __init__(self, home: Path, urls: dict[str, str]) -> None:
        listed = "\n".join(f"  {name}: {url}" for name, url in urls.items())
        super().__init__(
            f"homeward is already up on {home}" + (f":\n{listed}" if listed else ""),
            "Use it, or stop it first (Ctrl-C where it runs).",
        )
        self.urls = urls


WIDEST = 300


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log; an absent one reads as such."""
    try:
        text = log.read_bytes()[-16_384:].decode(errors="replace")
    except OSError:
        return "  (no log)"
    return "\n".join(f"  {line[:WIDEST]}" for line in text.splitlines()[-lines:]) or "  (empty log)"
