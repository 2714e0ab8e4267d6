"""Why nothing is signed, for whoever has to look."""

from homeward.eventstore.migrate import script

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    script(__file__)
