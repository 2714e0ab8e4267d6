import pytest

from tests.tampering.building import Export, honest


@pytest.fixture(scope="session")
def honest_export() -> Export:
    return honest()


@pytest.fixture
def told(honest_export: Export) -> Export:
    """About 200 events of 20 streams with all that belongs to them; the test's own to change."""
    return honest_export.copy()
