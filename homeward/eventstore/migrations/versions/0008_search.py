"""Finding people without reading of them."""

from homeward.eventstore.migrate import script

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    script(__file__)
