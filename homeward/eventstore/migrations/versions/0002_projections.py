"""What follows from the events in the same commit: deadlines, calls, tasks, handoffs, lists."""

from homeward.eventstore.migrate import script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    script(__file__)
