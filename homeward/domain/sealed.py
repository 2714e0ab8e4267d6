"""Sealed personal data: opaque to the domain, closed and opened only in `homeward.sealing`."""

from typing import Any, Literal

import msgspec
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Compartment = Literal["identity", "correspondence", "account", "health", "protection", "operation"]


class Sealed(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One closed value. Subject, compartment, field, key and algorithm are bound to the box.

    `match` (only for `P1=` fields) is equal for equal values of one person, and tells nothing else.
    """

    subject: str
    compartment: Compartment
    field: str
    key: str
    box: str
    match: str | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else msgspec.convert(value, cls),
            serialization=core_schema.plain_serializer_function_ser_schema(msgspec.to_builtins),
        )


class Closed(msgspec.Struct, frozen=True):
    """Marks a command's field as sealed: what it is in clear, and under which key it is closed."""

    clear: Any
    compartment: Compartment
    match: bool = False
