"""Documents, sealed, beside the events."""

from homeward.eventstore.migrate import script

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    script(__file__)
