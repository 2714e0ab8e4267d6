"""Kept examples of every stored event: `kept/<Type>.<version>.json`, a line of stored bytes each.

    .venv/bin/python -m tests.eventstore.keeping

writes what is missing and says what it wrote; it never changes a line that is there.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec
from msgspec import inspect

import homeward.domain.all  # noqa: F401 - from here on every fact's class is known
from homeward.domain.facts import Fact
from homeward.eventstore import codec

KEPT = Path(__file__).with_name("kept")
AGAIN = ".venv/bin/python -m tests.eventstore.keeping"


def stored_types() -> list[type[Fact]]:
    """Every class of the product whose facts are stored, by name."""
    ours = [cls for cls in Fact.kinds.values() if cls.__module__.startswith("homeward.")]
    return sorted(ours, key=lambda cls: cls.__name__)


def place(cls: type[Fact], version: int | None = None) -> Path:
    return KEPT / f"{cls.__name__}.{cls.schema if version is None else version}.json"


def lines(kept: Path) -> list[bytes]:
    return kept.read_bytes().splitlines() if kept.exists() else []


def written_today(cls: type[Fact]) -> tuple[bytes, bytes]:
    """A fact with nothing but what it must have, and one with everything that it can have."""
    return tuple(  # type: ignore[return-value]
        codec.encode(msgspec.convert(body, cls))
        for body in (_struct(inspect.type_info(cls), "", full=full) for full in (False, True))
    )


def missing(cls: type[Fact]) -> list[bytes]:
    kept = lines(place(cls))
    return [data for data in dict.fromkeys(written_today(cls)) if data not in kept]


def lost(cls: type[Fact], version: int) -> list[str]:
    """What today's class no longer reads of the bytes kept of a version: as sentences."""
    found = []
    for data in lines(place(cls, version)):
        try:
            fact = codec.decode(cls.__name__, version, data)
        except (codec.Unreadable, KeyError) as fault:
            found.append(f"{cls.__name__} {version} is not read: {fault}")
            continue
        if version == cls.schema:
            again = msgspec.json.decode(codec.encode(fact))
            found += [
                f"{cls.__name__} {version} {gone}"
                for gone in _gone(msgspec.json.decode(data), again)
            ]
    return found


def _gone(was: Any, again: Any, path: str = "") -> Iterator[str]:
    """A field that came later, with its default, is no loss."""
    match was, again:
        case dict(), dict():
            for name, value in was.items():
                if name in again:
                    yield from _gone(value, again[name], f"{path}.{name}".lstrip("."))
                else:
                    yield f"loses {path}.{name}".replace(" .", " ")
        case list(), list() if len(was) == len(again):
            for nth, value in enumerate(was):
                yield from _gone(value, again[nth], f"{path}.{nth}")
        case _ if was != again:
            yield f"reads {path} as {again!r}, not {was!r}"


def _struct(told: inspect.Type, name: str, *, full: bool) -> Any:
    assert isinstance(told, inspect.StructType)
    needed = [field for field in told.fields if full or field.required]
    values = {
        field.encode_name: _value(
            field.type, field.encode_name, full=full, instead_of=field.default
        )
        for field in needed
    }
    return list(values.values()) if told.array_like else values


def _value(told: inspect.Type, name: str, *, full: bool, instead_of: Any = None) -> Any:
    """As JSON would have it; never the default, which would not be written."""
    match told:
        case inspect.StructType():
            return _struct(told, name, full=full)
        case inspect.UnionType():
            return _value(
                next(one for one in told.types if not isinstance(one, inspect.NoneType)),
                name,
                full=full,
            )
        case inspect.VarTupleType() | inspect.ListType() | inspect.CollectionType():
            return [_value(told.item_type, name, full=full)]
        case inspect.DictType():
            return {name: _value(told.value_type, name, full=full)}
        case inspect.LiteralType():
            return told.values[0]
        case inspect.BoolType():
            return instead_of is not True
        case inspect.IntType():
            return 7
        case inspect.StrType():
            return f"{name} ខ្មែរ"
        case inspect.AnyType():
            return {"of any shape": [1, "two", None]}
        case inspect.UUIDType():
            return str(uuid5(NAMESPACE_OID, name))
        case inspect.DateTimeType():
            return datetime(2026, 3, 2, 5, 4, 3, 210, UTC).isoformat()
        case inspect.DateType():
            return date(2026, 3, 2).isoformat()
    raise TypeError(f"{name}: no example is known of {told}")


def write() -> Iterator[str]:
    KEPT.mkdir(exist_ok=True)
    for cls in stored_types():
        if new := missing(cls):
            kept = place(cls)
            kept.write_bytes(b"".join(line + b"\n" for line in (*lines(kept), *new)))
            yield f"{kept.name}: {len(new)} written"


if __name__ == "__main__":
    for wrote in write():
        sys.stdout.write(wrote + "\n")
