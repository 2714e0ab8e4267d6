"""What is signed about the record, who witnessed it, and what was forgotten."""

from homeward.eventstore.migrate import script

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    script(__file__)
