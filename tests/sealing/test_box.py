import msgspec
import pytest

from homeward.domain.sealed import Sealed
from homeward.sealing.box import MATCH, DataKey, Owned, Sealer, Unreadable

NAME = "Trần Thị Mai"
MAI, LAN = "VIC-2026-000001", "VIC-2026-000002"
COMPARTMENTS = ("identity", "account", MATCH)


def sealer_with(first: int) -> Sealer:
    """Knows a key of every compartment of both; `first` makes them others."""
    owners: list[Owned] = [(s, c) for s in (MAI, LAN) for c in COMPARTMENTS]  # type: ignore[misc]
    keys = {
        owner: DataKey(f"k-{nth}", bytes([first + nth]) * 32) for nth, owner in enumerate(owners)
    }
    return Sealer(keys, {key.id: key.secret for key in keys.values()})


@pytest.fixture
def sealer() -> Sealer:
    return sealer_with(1)


@pytest.fixture
def box(sealer: Sealer) -> Sealed:
    return sealer.close(NAME, MAI, "identity", "identity.name_native", match=True)


def why(sealer: Sealer, sealed: Sealed) -> str:
    with pytest.raises(Unreadable) as shut:
        sealer.open(sealed)
    return shut.value.why


def test_what_is_closed_opens_again(sealer: Sealer, box: Sealed) -> None:
    assert sealer.open(box) == NAME


def test_nothing_of_the_value_stands_in_the_box(box: Sealed) -> None:
    assert NAME.encode() not in msgspec.json.encode(box)


def test_the_same_value_closed_twice_looks_different(sealer: Sealer) -> None:
    first = sealer.close("N1234567", MAI, "identity", "number", match=True)
    second = sealer.close("N1234567", MAI, "identity", "number", match=True)
    assert first.box != second.box
    assert first.match == second.match


def test_a_match_value_forgives_case_and_spacing_but_not_another_person(sealer: Sealer) -> None:
    one = sealer.close("N 1234567", MAI, "identity", "number", match=True)
    same = sealer.close("n1234567", MAI, "identity", "document_number", match=True)
    other = sealer.close("N1234567", LAN, "identity", "number", match=True)
    assert one.match == same.match
    assert one.match != other.match


@pytest.mark.parametrize(
    "moved", [{"subject": LAN}, {"compartment": "account"}, {"field": "place"}, {"key": "k-3"}]
)
def test_a_box_moved_from_where_it_belongs_does_not_open(
    sealer: Sealer, box: Sealed, moved: dict[str, str]
) -> None:
    assert why(sealer, msgspec.structs.replace(box, **moved)) == "damaged"


def test_another_key_opens_nothing(box: Sealed) -> None:
    assert why(sealer_with(9), box) == "damaged"


def test_what_cannot_be_opened_says_why(box: Sealed) -> None:
    assert why(Sealer(), box) == "missing"
    assert why(Sealer(opening={box.key: "erased"}), box) == "erased"


def test_a_key_does_not_show_itself() -> None:
    assert "secret" not in repr(DataKey("k-1", b"secret"))
