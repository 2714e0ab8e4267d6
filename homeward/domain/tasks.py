"""Tasks: who has something to do now, derived from the state (contract, `tasks`).

A task never decides; it opens with an event and is done with another, or with its subject's end.
"""

from datetime import datetime

from homeward.domain.case.casetasks import case_tasks
from homeward.domain.case.state import Case
from homeward.domain.request import Request
from homeward.domain.streams import StreamState
from homeward.domain.taskmaking import Task, confirmations, due_of, failed_calls, overdue

__all__ = ["Task", "tasks"]


def tasks(state: StreamState, now: datetime) -> tuple[Task, ...]:  # noqa: ARG001 - what is due is told, not judged
    """The stream's open tasks, by key."""
    found: list[Task] = []
    if isinstance(state, Case):
        found.extend(case_tasks(state))
    else:
        found.extend(confirmations(state))
        found.extend(failed_calls(state))
        found.extend(overdue(state))
    if isinstance(state, Request):
        found.extend(_of_request(state))
    return tuple(sorted(found, key=lambda task: task.key))


def _of_request(request: Request) -> list[Task]:
    since = request.opened_at
    if since is None:
        return []
    found = []
    if request.state == "REGISTERED":
        due = due_of(request, "triage")
        found.append(Task(key="examine", kind="examine", since=since, roles=("examiner",), due=due))
    people = range(len(request.people))
    everyone = bool(people) and all(nth in request.outcomes for nth in people)
    if request.state == "ATTACHED" or (request.state == "ACCEPTED" and everyone):
        found.append(
            Task(key="answer_reporter", kind="answer_reporter", since=since, roles=("examiner",))
        )
    return found
