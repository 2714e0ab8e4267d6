"""Who read what: a log of its own, with a chain of its own."""

from homeward.eventstore.migrate import script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    script(__file__)
