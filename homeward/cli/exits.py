"""How a command of ours ends: the exit code, and what is said on standard error."""

from collections.abc import Mapping
from typing import Any, Never

import typer
from rich.console import Console
from rich.markup import escape

OK, UNEXPECTED, USAGE, NOT_FOUND, NOT_ALLOWED, CONFLICT, INVALID, AWAY, FAILED_CHECK = range(9)

OF_CODE = {
    "not_found": NOT_FOUND,
    "forbidden": NOT_ALLOWED, "unauthenticated": NOT_ALLOWED,
    "separation_of_duties": NOT_ALLOWED, "conflict_of_interest": NOT_ALLOWED,
    "invalid": INVALID, "too_large": INVALID,
    "unavailable": AWAY, "too_many": AWAY,
}  # fmt: skip
"""The exit code of a refusal; those that are not here are conflicts with how things stand."""

MENDS = "[bold]homeward doctor[/] shows what is wrong; [bold]homeward up[/] starts what is missing."
SIGN_IN = "Set HOMEWARD_TOKEN, or say who you are: [bold]--as NAME[/] (development)."


def words() -> Console:
    """Where words for people go, so that standard output holds data alone."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def say(line: str) -> None:
    words().print(escape(line))


def end(code: int, *lines: str) -> Never:
    """Say the lines (markup is rendered) and end."""
    for line in lines:
        words().print(line)
    raise typer.Exit(code)


def of_problem(problem: Mapping[str, Any]) -> int:
    code = str(problem.get("code", ""))
    if code in OF_CODE:
        return OF_CODE[code]
    status = problem.get("status")
    return CONFLICT if status == 409 else UNEXPECTED


def refused(problem: Mapping[str, Any]) -> Never:
    """Everything that the problem names, and what to do."""
    code = str(problem.get("code", "problem"))
    lines = [f"[bold]{escape(str(problem.get('title', code)))}[/] ({escape(code)})"]
    if detail := problem.get("detail"):
        lines.append(escape(str(detail)))
    if errors := problem.get("errors"):
        lines += [f"  {escape(str(e['field']))}: {escape(str(e['message']))}" for e in errors]
    else:
        lines += [f"  {escape(str(name))}" for name in problem.get("names", ())]
    if (version := problem.get("current_version")) is not None and code == "stale":
        lines.append(f"It is at version {version} now.")
    if code == "unavailable":
        if command_id := problem.get("command_id"):
            lines.append(send_again(str(command_id)))
        lines.append(MENDS)
    if code == "unauthenticated":
        lines.append(SIGN_IN)
    end(of_problem(problem), *lines)


def send_again(command_id: str) -> str:
    """The outcome is unknown; the same id makes a second sending harmless."""
    return f"Send it again with [bold]--id {escape(command_id)}[/]: it is carried out once."
