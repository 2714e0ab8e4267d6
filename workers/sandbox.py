"""Which runner workflow code gets: the sandbox in tests and replay, none in production.

Unsandboxed costs a ninth of the memory and a third of the time at replay; ruff bans clocks and
randomness in workflow code, and the tests run the same workflows in the sandbox.
"""

from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

OWN = ("homeward", "activities", "msgspec", "holidays", "pycountry")


def runner(*, sandboxed: bool) -> WorkflowRunner:
    if not sandboxed:
        return UnsandboxedWorkflowRunner()
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*OWN)
    )
