import msgspec
import pytest
from pydantic import ValidationError

from homeward.domain.examination import RegisterRequest
from homeward.domain.sealed import Sealed
from homeward.sealing.edge import seal, wanted
from homeward.sealing.forms import clear_form
from homeward.sealing.keyring import Keyring
from homeward.sealing.memory import MemoryKeyStore, memory_keyring

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


STREAM = "REQ-2022-000001"


@pytest.fixture
def keyring() -> Keyring:
    return memory_keyring(MemoryKeyStore())


async def sealed_form(keyring: Keyring) -> RegisterRequest:
    clear = clear_form(RegisterRequest).model_validate_json(msgspec.json.encode(CLEAR))
    sealer = await keyring.closing(wanted(clear, RegisterRequest, lambda _: STREAM))
    fields = seal(clear, RegisterRequest, sealer, lambda _: STREAM)
    return RegisterRequest.model_validate_json(msgspec.json.encode(fields))


async def test_every_marked_field_is_closed_and_the_others_are_as_given(keyring: Keyring) -> None:
    command = await sealed_form(keyring)
    assert isinstance(command.allegation, Sealed)
    assert isinstance(command.people[0].name, Sealed)
    assert command.people[0].nationality == "VN"
    assert b"Mai" not in command.model_dump_json().encode()


async def test_what_was_closed_can_be_opened_by_who_may_read_it(keyring: Keyring) -> None:
    opened = await keyring.open(await sealed_form(keyring))
    assert opened["people"][0]["name"] == "Trần Thị Mai"
    assert opened["place"] == "Room 819"


async def test_a_caller_cannot_send_sealed_values(keyring: Keyring) -> None:
    sealer = await keyring.closing({(STREAM, "account")})
    box = msgspec.to_builtins(sealer.close("x", STREAM, "account", "allegation"))
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
