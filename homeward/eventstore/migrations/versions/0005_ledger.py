"""One order over all streams: a queue that appends fill, a ledger that the sequencer writes."""

from homeward.eventstore.migrate import script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    script(__file__)
