"""Groups of fields that several commands share (contract, `types`)."""

from typing import Annotated, Any, TypeVar

import msgspec
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from homeward.domain.commands import Fields
from homeward.domain.fields import (
    Account,
    Correspondence,
    Day,
    HealthAnswer,
    Healths,
    IdentityMatch,
    IdentityPartialDateMatch,
    IdentityText,
    IdentityTexts,
    Text,
)
from homeward.domain.reference.codes import (
    Channel,
    Country,
    DocumentStatus,
    Language,
    NationalityStatus,
    Sex,
)

T = TypeVar("T")
Age = Annotated[int, Field(ge=0, le=120)]


class SetByEdge(msgspec.Struct, frozen=True):
    """Marks a field that the edge fills from clear values; a caller who sends it is refused."""

    source: str


class PersonStub(Fields):
    """A person as a requester tells of them; often no more than a handle or a room number."""

    name: IdentityText | None = None
    alias: IdentityText | None = None
    nationality: Country | None = None
    sex: Sex | None = None
    age: Age | None = None
    contact: IdentityText | None = None
    note: Account | None = None


class Reporter(Fields):
    kind: Channel
    name: IdentityText | None = None
    organisation: Text | None = None
    mission: Country | None = None
    contact: IdentityText | None = None
    relation: IdentityText | None = None
    anonymous: bool
    safe_times: Correspondence | None = None


class Nationality(Fields):
    country: Country
    status: NationalityStatus


class Identity(Fields):
    name_native: IdentityText | None = None
    name_romanised: IdentityText
    aliases: IdentityTexts | None = None
    sex: Sex
    birth_date: IdentityPartialDateMatch | None = None
    turns_18: Annotated[str | None, SetByEdge("birth_date")] = Field(
        default=None, pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$"
    )
    age_claimed: Age | None = None
    nationalities: Annotated[tuple[Nationality, ...], Field(min_length=1)]
    languages: Annotated[tuple[Language, ...], Field(min_length=1)]
    photo: IdentityText | None = None


class Passport(Fields):
    status: DocumentStatus
    issuer: Country | None = None
    number: IdentityMatch | None = None
    expires: Day | None = None
    mrz: IdentityText | None = None


class Needs(Fields):
    medical_urgent: bool
    medical: Healths | None = None
    psychological: Healths | None = None
    pregnancy: HealthAnswer
    suicide_risk: HealthAnswer
    dependants: Annotated[int, Field(ge=0)]


class Interpreter(Fields):
    name: IdentityText
    organisation: Text
    remote: bool
    is_mission_staff: bool
    mission: Country | None = Field(default=None, validate_default=True)
    is_coworker: bool
    is_suspect: bool = False

    @field_validator("mission")
    @classmethod
    def _staff_of_a_mission(cls, mission: str | None, info: ValidationInfo) -> str | None:
        if mission is None and info.data.get("is_mission_staff"):
            raise PydanticCustomError("missing", "is required for mission staff")
        return mission


def as_struct(model: BaseModel, kind: type[T]) -> T:
    """The group as it is stored: same names, sealed values and dates as they are."""
    return msgspec.convert(model.model_dump(mode="python"), kind)


def as_structs(models: Any, kind: type[T]) -> tuple[T, ...]:
    return tuple(as_struct(model, kind) for model in models)
