from datetime import datetime
from uuid import uuid4

import pytest

from homeward.domain.case.state import Case, Consent, Handoff, Identity, Nationality, Screening
from homeward.domain.sealed import Sealed
from homeward.eventstore.pool import Pool
from homeward.eventstore.postgres import PostgresEventStore
from tests.eventstore.telling import NOON


@pytest.fixture
def store(pool: Pool) -> PostgresEventStore:
    return PostgresEventStore(pool)


@pytest.fixture
def at() -> datetime:
    return NOON


@pytest.fixture
def case(at: datetime) -> Case:
    """A case with one open handoff to Viet Nam's mission, which may know of it."""
    opened = uuid4()
    return Case(
        id="VIC-2026-482911", state="IDENTIFIED", opened_at=at, province="KH-18",
        identity=Identity(
            name_romanised=Sealed("VIC-2026-482911", "identity", "name_romanised", "k", "aa"),
            sex="f", languages=("vie",), nationalities=(Nationality(country="VN", status="claimed"),),
        ),
        screening=Screening(
            event=uuid4(), by="dara", at=at, minor="no", fear_of_police="no",
            fear_of_own_authorities="no", medical_urgent=False, language="vie", fact=None,
        ),
        consents={"mission_contact:VN": Consent(
            purpose="mission_contact", mission="VN", by="sokha", at=at, event=uuid4(), language="vie",
        )},
        handoffs={opened: Handoff(
            id=opened, mission="VN", kind="confirm_nationality", nationality="VN", state="OPENED",
            opened_at=at, opened_by="sokha",
        )},
        assigned={"officer": "sokha"},
    )  # fmt: skip
