"""Projections are built anew as tables of their own, so nothing may hold on to the old ones."""

from homeward.eventstore.migrate import script

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    script(__file__)
