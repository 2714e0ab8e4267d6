"""What an assessment says in HTCDS's own words: one model, made from the standard's table.

Every fault is named as `htcds.<field>`, as for any other field; free texts are sealed.
"""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, create_model
from pydantic_core import PydanticCustomError

from homeward.domain.commands import Fields
from homeward.domain.fields import Account, PartialDate
from homeward.domain.reference import htcds
from homeward.domain.reference.codes import Country
from homeward.domain.sealed import Closed, Sealed

Latitude = Annotated[Sealed, Closed(Annotated[float, Field(ge=-90, le=90)], "account")]
Longitude = Annotated[Sealed, Closed(Annotated[float, Field(ge=-180, le=180)], "account")]
Age = Annotated[int, Field(ge=0, le=120)]


def _each_once(codes: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(codes)) != len(codes):
        raise PydanticCustomError("repeated", "names a code twice")
    return codes


def _one_of(codes: tuple[str, ...]) -> Any:
    literal: Any = Literal  # its codes are told by the table, not written here
    return literal[codes]


def _several(codes: tuple[str, ...]) -> Any:
    one: Any = _one_of(codes)
    return Annotated[tuple[one, ...], AfterValidator(_each_once)]


def _type_of(field: htcds.Field) -> Any:
    match field.name:
        case "hte_Latitude":
            return Latitude
        case "hte_Longitude":
            return Longitude
        case "hte_Country":
            return Country
        case "hte_Date":
            return PartialDate
        case "vic_AgeWhenTrafficked":
            return Age
        case "hte_Type":
            # One event of the standard is one of these; an assessment tells of the whole way.
            return _several(field.all_codes)
    if field.free_text:
        return Account
    return _several(field.all_codes) if field.multiple else _one_of(field.all_codes)


def _fields() -> dict[str, Any]:
    typed = {field.name: _type_of(field) for field in htcds.assessed()}
    typed |= {name: _several(codes) for name, codes in htcds.OWN_FIELDS.items()}
    return {
        name: (kind, ()) if "tuple" in str(kind) else (kind | None, None)
        for name, kind in typed.items()
    }


if TYPE_CHECKING:

    class Htcds(Fields):
        """vic_* and hte_* fields, and our x_ ones."""
else:
    Htcds = create_model("Htcds", __base__=Fields, **_fields())
