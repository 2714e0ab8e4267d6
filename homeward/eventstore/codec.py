"""Facts <-> bytes: JSON with sorted keys, typed per class, read through upcasters.

Stored bytes are never rewritten. A fact of another shape raises its class's `schema` by one and
leaves an upcaster from the old one here, with an example of the old one in the tests.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

import homeward.domain.all  # noqa: F401 - from here on every fact's class is known
from homeward.domain.facts import Fact
from homeward.ports import Answer

Raw = dict[str, Any]
Upcaster = Callable[[Raw], Raw]

UPCASTERS: dict[tuple[str, int], Upcaster] = {}
"""(type, schema version) -> its body in the next version. Pure."""


class Unreadable(ValueError):  # noqa: N818 - says what is wrong with the bytes
    """Stored bytes of a known type that are not what the type says; where, not what."""


class UnknownFact(Fact, kw_only=True):
    """A fact that this release does not know: shown, folded as nothing, never dropped."""

    name: str
    version: int
    raw: Raw

    @property
    def type_name(self) -> str:
        return self.name


del Fact.kinds[UnknownFact.__name__]  # it is not a type that is stored


_encode = msgspec.json.Encoder(order="sorted").encode
_raw = msgspec.json.Decoder(Raw).decode


def encode(fact: Fact) -> bytes:
    return _encode(fact)


def decode(name: str, version: int, data: bytes) -> Fact:
    """Raises `Unreadable`."""
    try:
        return reader(name, version)(data)
    except msgspec.DecodeError as fault:  # ValidationError too
        raise Unreadable(f"{name} {version}: {fault}") from None


@cache
def reader(name: str, version: int) -> Callable[[bytes], Fact]:
    """How bytes of this type and version are read."""
    cls = Fact.kinds.get(name)
    if cls is None or version > cls.schema:
        return lambda data: UnknownFact(name=name, version=version, raw=_raw(data))
    if version == cls.schema:
        return msgspec.json.Decoder(cls).decode
    steps = tuple(UPCASTERS[name, older] for older in range(version, cls.schema))

    def upcast(data: bytes) -> Fact:
        body = _raw(data)
        for step in steps:
            body = step(body)
        return msgspec.convert(body, cls)

    return upcast


answer_bytes = msgspec.json.Encoder(order="sorted").encode
answer_of = msgspec.json.Decoder(Answer).decode
