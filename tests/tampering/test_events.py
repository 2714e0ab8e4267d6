"""Whatever is changed in the events is found, and named by its place."""

from pathlib import Path
from typing import Any

import pytest

from tests.tampering.building import Export
from tests.tampering.checking import assert_found
from tests.tampering.events import Kind, cases

CASES = list(cases())


@pytest.mark.parametrize(("kind", "place"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_it_is_found_where_it_was_done(
    told: Export, kind: Kind, place: Any, tmp_path: Path
) -> None:
    assert_found(told, kind(told, place), tmp_path)
