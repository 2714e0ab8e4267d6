"""Whatever is changed in the access log, the erasures and the streams' rows is found."""

from pathlib import Path

import pytest

from tests.tampering.building import Export
from tests.tampering.checking import assert_found
from tests.tampering.lines import Kind, cases

CASES = list(cases())


@pytest.mark.parametrize(("kind", "nth"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_it_is_found_where_it_was_done(told: Export, kind: Kind, nth: int, tmp_path: Path) -> None:
    assert_found(told, kind(told, nth), tmp_path)
