"""The one way in: idempotency, version, chain and projections in one call."""

from homeward.eventstore.migrate import script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    script(__file__)
