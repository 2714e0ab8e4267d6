"""What is sent in a field's place: what can never stand there, and what is odd but writable."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from tests.badinput.good import Alias, Handle, Said, Sum
from tests.badinput.world import NOBODY

Path = tuple[str | int, ...]
KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
WIDE = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
SEALED = {"subject": "VIC-2022-000000", "compartment": "identity", "field": "name", "key": "k",
          "box": "AAAA"}  # fmt: skip
UNWRITABLE = ("", " \t\n", "\u200b\u200d\u2060\ufeff", "a\x00b", "a\ud800b", "\udfff")
ODD = (
    "O", "Suparman", "\u202eevil\u202c abc", "\u2066a\u2069", "a\u200bb\u200cc\u200dd",
    "ស្រី\u200bមុំ", "ក្រ\u17d2រ", "កា\u17b4ម\u17b5", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Z\u0301\u0302\u0303" * 60, "\ufdfa", "𠀀𠮷", "ＦＵＬＬ", "dotless ı and İ", "{{7*7}}",
    "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'; drop table events;--", "../../x",
    "a\r\nSet-Cookie: x", "\ue000", "\x7f\x1b[31m", "null", "NaN", "e\u0301 and é",
    " led and trailed ",
)  # fmt: skip
"""Words that people send, some to do harm: text all the same, kept to the letter."""
LONG = "ក" * 10_000
TOO_LONG = "x" * 1_000_000
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PARTIAL = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*")


class Bad(NamedTuple):
    """`path` is what a refusal has to name."""

    path: Path
    what: str
    fields: Any
    value: Any = None
    must: bool = True
    """False: stored as given is as right as refused by name."""


def _at(fields: Any, path: Path) -> Any:
    for part in path:
        fields = fields[part]
    return fields


def with_value(fields: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    changed = deepcopy(fields)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def without(fields: Any, path: Path) -> Any:
    changed = deepcopy(fields)
    del _at(changed, path[:-1])[path[-1]]
    return changed


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in the fields, groups and lists among them."""
    if path:
        yield path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from paths(item, (*path, key))


def wrong_types(value: Any) -> list[Any]:
    """What is no value of this one's type, whatever may be meant by it."""
    nan, inf = float("nan"), float("inf")
    match value:
        case bool():
            return [0, 1, 1.0, "true", "yes", "ពិត", [value], {"is": value}, nan]
        case int():
            return [-1, str(value), "៥", value + 0.5, float(value), True, [value], {"n": value}, nan,
                    -inf, 10**30, -(10**30), 2**63, "1e2"]  # fmt: skip
        case float():
            return [str(value), True, nan, inf, -inf, 1e300, [value], {"n": value}, 10**30]
        case Said():
            return [5, 5.5, True, nan, 10**30, [value], {"text": value}, SEALED, [SEALED]]
        case Sum():
            return [-5, 0, 0.001, 1e300, True, nan, inf, [value], {"sum": value}, SEALED]
        case str():
            return [-5, 5.5, True, nan, [value], {"code": value}, SEALED]
        case list():
            return ["x", 5, True, {"0": value}, SEALED, *([value[0]] if value else [])]
        case dict():
            return ["x", 5, True, nan, [value], []]
    return []


def wrong_words(value: str) -> list[Any]:
    """For a code, a date or an id: words that are none."""
    words: list[Any] = [
        *UNWRITABLE, f"{value}\u200b", f"{value}\x00", f"\u202e{value}", LONG, "🙂",
        "ខ្មែរ",
    ]  # fmt: skip
    if isinstance(value, Alias):
        return [*words, "KH-0", "KH-26", "KH-018", "KH-1.0", "KH-១៨", "18", "Atlantis"]
    words += [f"{value} ", f" {value}", f"{value}\n"]
    if isinstance(value, Sum):
        return [*words, *(value.translate(digits) for digits in (KHMER, THAI, WIDE)), "1_000.00",
                "1e2", "1.005", "-1.00", "0", "NaN", "12,50", "USD 5", "9" * 5000]  # fmt: skip
    if isinstance(value, Handle):
        return [*words, value.upper(), "../x", "a b", "-x", "x" * 65, "ស្រី", "a\u0301"]
    words += ["no-such-code-99999"]
    words += [value.translate(digits) for digits in (KHMER, THAI, WIDE) if value[-1:].isdigit()]
    if DAY.fullmatch(value) or PARTIAL.fullmatch(value) or MOMENT.fullmatch(value):
        buddhist = f"{int(value[:4]) + 543}{value[4:]}"
        rest = value[10:]
        words += [
            buddhist, f"0001-01-01{rest}", f"9999-12-31{rest}", f"2022-02-30{rest}",
            f"2022-13-01{rest}", f"2022-00-10{rest}", f"2022-8-1{rest}", f"01/08/2022{rest}",
            f"-2022-08-01{rest}", f"22-08-01{rest}", "20220801", "1659312000", "1659312000000",
            "2022-W31-1", "Tết 2022", "today", 1659312000, 1659312000.0,
        ]  # fmt: skip
    if MOMENT.fullmatch(value):
        words += [
            "2022-08-01", "2022-08-01T08:00:00", "2022-08-01T24:00:00Z", "2022-08-01T08:60:00Z",
            "2022-08-01T08:00:00+25:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
        ]  # fmt: skip
    elif DAY.fullmatch(value) or PARTIAL.fullmatch(value):
        words += ["2022-08-01T00:00:00Z", "2022-08-01T08:00:00+07:00"]
    elif ID.fullmatch(value):
        words += [value[:-1], f"{value}0", "g" * 36, NOBODY.replace("0", "០")]
    elif value.isupper() or value.islower():
        words += [value.swapcase()]
    if len(value) == 2 and value.isupper():
        words += ["XX", "VNM", "UK", "EU"]
    if value.startswith("KH-"):
        words += ["KH-0", "KH-26", "KH-018", "KH-1.0", "18", "Atlantis"]
    if len(value) == 3 and value.islower():
        words += ["vi", "xxx", "english"]
    return words


def breakings(fields: dict[str, Any], nullable: Any) -> Iterator[Bad]:
    """Every field in turn, every way. `nullable(path)` tells whether it may be left out."""
    for path in paths(fields):
        value = _at(fields, path)
        optional = nullable(path)
        yield Bad(path, "null", with_value(fields, path, None), must=not optional)
        if isinstance(path[-1], str):
            yield Bad(path, "missing", without(fields, path), must=not optional)
        for wrong in wrong_types(value):
            yield Bad(path, f"{wrong!r:.60}", with_value(fields, path, wrong), wrong)
        if isinstance(value, Said):
            for wrong in (*UNWRITABLE, TOO_LONG):
                yield Bad(path, f"{wrong!r:.60}", with_value(fields, path, wrong), wrong)
        elif isinstance(value, str):
            for wrong in wrong_words(value):
                yield Bad(path, f"{wrong!r:.60}", with_value(fields, path, wrong), wrong)
        elif isinstance(value, dict):
            yield Bad((*path, "rolle"), "unknown", with_value(fields, (*path, "rolle"), "x"))
        elif isinstance(value, list):
            for wrong in (None, [], True, 10**30, {"rolle": 1}):
                more = with_value(fields, path, [*value, wrong])
                yield Bad((*path, len(value)), f"list with {wrong!r}", more)
    yield Bad(("rolle",), "unknown", {**fields, "rolle": "admin"})
    yield Bad(("turns_18",), "set by the edge", {**fields, "turns_18": "2030-01"})
    if "identity" in fields:
        path = ("identity", "turns_18")
        yield Bad(path, "set by the edge", with_value(fields, path, "2030-01"))


def oddities(fields: dict[str, Any]) -> Iterator[Bad]:
    """Every text in turn with words that may be stored, and then are as they were given."""
    for path in paths(fields):
        if isinstance(_at(fields, path), Said):
            for odd in (*ODD, LONG):
                given = with_value(fields, path, odd)
                yield Bad(path, f"{odd!r:.60}", given, odd, must=False)
