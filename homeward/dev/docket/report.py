"""What became of everyone, and where to look: without a name, by case and invented pseudonym."""

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from homeward.dev.docket.telling import Told
from homeward.dev.figures import figures, sentences
from homeward.dev.people import PEOPLE
from homeward.domain.case.state import Case
from homeward.domain.facts import Event
from homeward.domain.kinds import blank
from homeward.domain.streams import fold
from homeward.domain.tasks import tasks

WIDE = 180
FIRST = ("sok", "id", "visal")
"""The three whom the console is made for; with something to do today."""


def out() -> Console:
    """Standard output; as wide as the table needs where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDE)


def doors(urls: dict[str, str]) -> list[str]:
    """Where to sign in, and as whom."""
    lines = [f"Console: {urls['console']}    API: {urls['api']}"]
    if "temporal ui" in urls:
        lines[0] += f"    Temporal: {urls['temporal ui']}"
    lines.append("Sign in as:")
    for user in (*FIRST, *(name for name in PEOPLE if name not in FIRST)):
        person = PEOPLE[user]
        roles = ", ".join(role.replace("_", " ") for role in person.roles)
        mission = f" of {person.mission}" if person.mission else ""
        lines.append(f"  {user:<8} {person.name:<16} {roles}{mission}")
    lines.append("On the command line: homeward worklist my_day --as sok")
    return lines


def cases_of(events: Iterable[Event], now: datetime) -> dict[str, tuple[Case, list[str]]]:
    """Case -> its state, and what is open there."""
    streams: dict[str, list[Event]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    found: dict[str, tuple[Case, list[str]]] = {}
    for stream, told in streams.items():
        state = fold(blank(stream), told)
        if isinstance(state, Case):
            found[stream] = (state, _open(state, now))
    return found


def _open(case: Case, now: datetime) -> list[str]:
    kinds = sorted({task.kind for task in tasks(case, now)} - {"overdue"})
    holds = sorted(f"{kind} hold" for kind in case.hold_kinds)
    late = sorted({f"{deadline.name} late" for deadline, _ in case.overdue.values()})
    return [word.replace("_", " ") for word in (*kinds, *holds, *late)]


def table(told: Told, events: list[Event], now: datetime, console_url: str, width: int) -> Table:
    """What became of everyone; the addresses in a column of their own where there is room."""
    shown = Table(title="What became of everyone", title_justify="left")
    roomy = width >= WIDE
    for heading in ("Case", "Pseudonym", "Nation", "State"):
        shown.add_column(heading, no_wrap=True)
    shown.add_column("What was not simple")
    shown.add_column("What is open")
    if roomy:
        shown.add_column("Where to look", no_wrap=True)
    cases = cases_of(events, now)
    for victim, line in told.docket.freed.items():
        stream = told.case(victim)
        case, open_ = cases[stream]
        where = f"{console_url}/cases/{stream}"
        shown.add_row(
            Text(stream, style=f"link {where}"), line.pseudonym, line.nation, case.state,
            line.complication, ", ".join(open_) or "nothing", *([where] if roomy else []),
        )  # fmt: skip
    return shown


def report(told: Told, events: list[Event], now: datetime, console_url: str) -> None:
    """Table and figures, on standard output."""
    console = out()
    console.print(table(told, events, now, console_url, console.width))
    if console.width < WIDE:
        console.print(f"Where to look: {console_url}/cases/ and the case", soft_wrap=True)
    console.print()
    for sentence in sentences(figures(events)):
        console.print(sentence, soft_wrap=True)
    first = told.case(next(iter(told.docket.victims)))
    console.print(
        f"\nThe whole way of one of them: homeward case timeline {first} --as visal", soft_wrap=True
    )
