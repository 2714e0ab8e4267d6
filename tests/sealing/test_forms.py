import msgspec
import pytest
from pydantic import ValidationError

from homeward.domain.examination import RegisterRequest
from homeward.domain.sealed import Sealed
from homeward.sealing.box import Sealer
from homeward.sealing.edge import seal, unseal
from homeward.sealing.forms import clear_form
from homeward.sealing.keys import FileKeys

CLEAR = {
    "channel": "family",
    "received_at": "2022-08-01T08:30:00+07:00",
    "reporter": {"kind": "family", "name": "Trần Văn Bình", "anonymous": False},
    "language": "vie",
    "urgency": "high",
    "allegation": "Promised a hotel job.",
    "place": "Room 819",
    "people": [{"name": "Trần Thị Mai", "nationality": "VN", "age": 24}],
    "people_count": 1,
}


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(FileKeys(bytes(32)))


def sealed_form(sealer: Sealer) -> RegisterRequest:
    clear = clear_form(RegisterRequest).model_validate_json(msgspec.json.encode(CLEAR))
    fields = seal(clear, RegisterRequest, sealer, lambda path: "REQ-2022-000001")
    return RegisterRequest.model_validate_json(msgspec.json.encode(fields))


def test_every_marked_field_is_closed_and_the_others_are_as_given(sealer: Sealer) -> None:
    command = sealed_form(sealer)
    assert isinstance(command.allegation, Sealed)
    assert isinstance(command.people[0].name, Sealed)
    assert command.people[0].nationality == "VN"
    assert b"Mai" not in command.model_dump_json().encode()


def test_what_was_closed_can_be_opened_by_who_may_read_it(sealer: Sealer) -> None:
    opened = unseal(sealed_form(sealer), sealer)
    assert opened["people"][0]["name"] == "Trần Thị Mai"
    assert opened["place"] == "Room 819"


def test_a_caller_cannot_send_sealed_values(sealer: Sealer) -> None:
    box = msgspec.to_builtins(sealer.close("x", "REQ-2022-000001", "account", "allegation"))
    with pytest.raises(ValidationError):
        clear_form(RegisterRequest).model_validate_json(
            msgspec.json.encode(CLEAR | {"allegation": box})
        )


def test_unknown_fields_are_refused_at_every_depth() -> None:
    people = [{"name": "A", "shoe_size": 38}]
    with pytest.raises(ValidationError) as fault:
        clear_form(RegisterRequest).model_validate_json(
            msgspec.json.encode(CLEAR | {"people": people, "approved_by": "me"})
        )
    assert {error["loc"] for error in fault.value.errors()} == {
        ("people", 0, "shoe_size"),
        ("approved_by",),
    }
