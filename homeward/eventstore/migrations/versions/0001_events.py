"""Streams, events, commands, reservations, the clock: what is never rewritten."""

from homeward.eventstore.migrate import script

revision = "0001"
down_revision = None


def upgrade() -> None:
    script(__file__)
