import msgspec
import pytest

from homeward.sealing.box import Sealer, Unreadable
from homeward.sealing.keys import FileKeys

NAME = "Trần Thị Mai"


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(FileKeys(bytes(32)))


def test_what_is_closed_opens_again(sealer: Sealer) -> None:
    box = sealer.close(NAME, "VIC-2026-000001", "identity", "identity.name_native")
    assert sealer.open(box) == NAME


def test_nothing_of_the_value_stands_in_the_box(sealer: Sealer) -> None:
    box = sealer.close(NAME, "VIC-2026-000001", "identity", "identity.name_native", match=True)
    assert NAME.encode() not in msgspec.json.encode(box)


def test_the_same_value_closed_twice_looks_different(sealer: Sealer) -> None:
    first = sealer.close("N1234567", "VIC-2026-000001", "identity", "number", match=True)
    second = sealer.close("N1234567", "VIC-2026-000001", "identity", "number", match=True)
    assert first.box != second.box
    assert first.match == second.match


def test_a_match_value_forgives_case_and_spacing_but_not_another_person(sealer: Sealer) -> None:
    one = sealer.close("N 1234567", "VIC-2026-000001", "identity", "number", match=True)
    same = sealer.close("n1234567", "VIC-2026-000001", "identity", "document_number", match=True)
    other = sealer.close("N1234567", "VIC-2026-000002", "identity", "number", match=True)
    assert one.match == same.match
    assert one.match != other.match


@pytest.mark.parametrize(
    "moved",
    [
        {"subject": "VIC-2026-000002"},
        {"compartment": "account"},
        {"field": "place"},
        {"key": "file-0"},
    ],
)
def test_a_box_moved_from_where_it_belongs_does_not_open(
    sealer: Sealer, moved: dict[str, str]
) -> None:
    box = sealer.close(NAME, "VIC-2026-000001", "identity", "name")
    with pytest.raises(Unreadable):
        sealer.open(msgspec.structs.replace(box, **moved))


def test_another_key_opens_nothing(sealer: Sealer) -> None:
    box = sealer.close(NAME, "VIC-2026-000001", "identity", "name")
    with pytest.raises(Unreadable):
        Sealer(FileKeys(b"\x01" * 32)).open(box)
