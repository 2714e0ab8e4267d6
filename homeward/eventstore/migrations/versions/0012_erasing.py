"""What is to be forgotten is found at once; a restored database can be told what was."""

from homeward.eventstore.migrate import script

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    script(__file__)
