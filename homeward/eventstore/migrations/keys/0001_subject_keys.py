"""A key for each person and compartment, wrapped."""

from homeward.eventstore.migrate import script

revision = "0001"
down_revision = None


def upgrade() -> None:
    script(__file__)
