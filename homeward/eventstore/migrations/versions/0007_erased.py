"""Who was forgotten, from the commit of the fact on."""

from homeward.eventstore.migrate import script

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    script(__file__)
