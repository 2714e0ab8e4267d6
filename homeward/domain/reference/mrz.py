"""Reading a machine-readable zone: what it says, and every place where it cannot be right.

Source: ICAO Doc 9303, parts 3 to 7 (TD1, TD2, TD3, MRV-A, MRV-B). A fault is named and may carry
suggestions for what a scanner or a hand confused; nothing is repaired silently. Check digits cover
neither names nor the first line, and prove nothing about genuineness (domain 3.5).
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import cycle

import msgspec

from homeward.domain.reference import countries

FILLER = "<"
CONFUSED: dict[str, str] = {
    "0": "OQD", "O": "0Q", "Q": "0O", "D": "0O", "1": "IL", "I": "1L", "L": "1I", "2": "Z",
    "Z": "2", "5": "S", "S": "5", "6": "G", "G": "6", "8": "B", "B": "8", "4": "A", "A": "4",
    "7": "T", "T": "7", "U": "V", "V": "U", "K": "<", "C": "<", "«": "<",
}  # fmt: skip
"""Signs that look alike in OCR-B, both ways."""
AS_DIGIT = str.maketrans("OQDILZSGBAT", "00011256847")
CHECK_DIGIT = "does not agree with its check digit"
SUGGESTIONS = 5
OLDEST_EXPIRY = 90
"""Two-digit years of expiry from here on lie in the 1990s; machine-readable books are no older."""


class Fault(msgspec.Struct, frozen=True):
    """One place that cannot be right; its suggestions are personal data."""

    field: str
    why: str
    suggestions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.field} {self.why}"

    def __repr__(self) -> str:
        return f"Fault({self})"


class Mrz(msgspec.Struct, frozen=True, kw_only=True):
    """What the zone says, as it stands there; None where it says nothing."""

    format: str
    document_code: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    sex: str
    birth_yymmdd: str
    birth_date: str | None
    """YYYY, YYYY-MM or YYYY-MM-DD: unknown parts are fillers in the zone."""
    expires: date | None
    optional: str = ""

    def __repr__(self) -> str:
        return f"Mrz({self.format})"


class Reading(msgspec.Struct, frozen=True):
    """`mrz` is None where the text has no known layout or signs that no zone has."""

    mrz: Mrz | None
    found: tuple[Fault, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """One sentence each, without personal data."""
        return tuple(map(str, self.found))

    def __repr__(self) -> str:
        return f"Reading({self.mrz!r}, {len(self.found)} faults)"


class _At(msgspec.Struct, frozen=True):
    """Where a field stands: line, first and last sign, counted from 1 as the standard does."""

    line: int
    first: int
    last: int

    def of(self, lines: list[str]) -> str:
        return lines[self.line - 1][self.first - 1 : self.last]


class _Layout(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    lines: int
    width: int
    names: _At
    number: _At
    nationality: _At
    birth: _At
    sex: _At
    expiry: _At
    optional: tuple[_At, ...]
    optional_digit: bool = False
    composite: tuple[_At, ...] = ()
    visa: bool = False


def _two_lines(name: str, width: int, *, visa: bool) -> _Layout:
    book = width == 44 and not visa
    end = width if visa else (42 if book else width - 1)
    return _Layout(
        name=name, lines=2, width=width, visa=visa,
        names=_At(1, 6, width), number=_At(2, 1, 9), nationality=_At(2, 11, 13),
        birth=_At(2, 14, 19), sex=_At(2, 21, 21), expiry=_At(2, 22, 27),
        optional=(_At(2, 29, end),), optional_digit=book,
        composite=() if visa else (_At(2, 1, 10), _At(2, 14, 20), _At(2, 22, width - 1)),
    )  # fmt: skip


LAYOUTS = (
    _two_lines("TD3", 44, visa=False),
    _two_lines("MRV-A", 44, visa=True),
    _two_lines("TD2", 36, visa=False),
    _two_lines("MRV-B", 36, visa=True),
    _Layout(
        name="TD1", lines=3, width=30,
        names=_At(3, 1, 30), number=_At(1, 6, 14), nationality=_At(2, 16, 18),
        birth=_At(2, 1, 6), sex=_At(2, 8, 8), expiry=_At(2, 9, 14),
        optional=(_At(1, 16, 30), _At(2, 19, 29)),
        composite=(_At(1, 6, 30), _At(2, 1, 7), _At(2, 9, 15), _At(2, 19, 29)),
    ),
)  # fmt: skip


def check_digit(signs: str) -> str:
    """Weights 7, 3, 1; a digit is itself, A to Z are 10 to 35, the filler is 0."""
    values = (0 if sign == FILLER else int(sign, 36) for sign in signs)
    return str(sum(value * weight for value, weight in zip(values, cycle((7, 3, 1)))) % 10)


def read_mrz(text: str, today: date | None = None) -> Reading:
    """Every fault that can be told from the zone alone.

    `today` parts the centuries of birth; without it the zone's birth date is checked, not given.
    """
    lines = _lines(text)
    layout = _layout(lines)
    if layout is None:
        return Reading(None, (Fault("layout", "is not 2 x 44, 2 x 36 or 3 x 30 signs"),))
    faults = list(_signs(lines))
    if faults:
        return Reading(None, tuple(faults))
    number, number_faults = _number(lines, layout)
    birth, birth_fault = _birth(layout.birth.of(lines), today)
    expires, expiry_fault = _expiry(layout.expiry.of(lines))
    faults += number_faults
    faults += [fault for fault in (birth_fault, expiry_fault) if fault]
    faults += _digits(lines, layout)
    faults += _codes(lines, layout)
    if not any(fault.why == CHECK_DIGIT for fault in faults):
        faults += _composite(lines, layout)
    surname, _, given = layout.names.of(lines).partition("<<")
    return Reading(
        Mrz(
            format=layout.name, document_code=lines[0][:2].rstrip(FILLER), issuer=lines[0][2:5],
            surname=_words(surname), given_names=_words(given), number=number,
            nationality=layout.nationality.of(lines), sex=layout.sex.of(lines),
            birth_yymmdd=layout.birth.of(lines), birth_date=birth, expires=expires,
            optional=" ".join(filter(None, (_words(at.of(lines)) for at in layout.optional))),
        ),
        tuple(faults),
    )  # fmt: skip


def differences(
    zone: Reading,
    *,
    number: str | None = None,
    birth_date: str | None = None,
    expires: date | None = None,
) -> tuple[str, ...]:
    """Which of `number`, `birth_date`, `expires` the zone contradicts; what is not told agrees.

    A partial date agrees where no part of it contradicts a known part of the zone; the zone has no
    century, so none is compared.
    """
    mrz = zone.mrz
    if mrz is None:
        return ()
    names = []
    if number is not None and _bare(number) != _bare(mrz.number):
        names.append("number")
    if birth_date is not None:
        told = (birth_date[2:4], birth_date[5:7], birth_date[8:10])
        read = (mrz.birth_yymmdd[:2], mrz.birth_yymmdd[2:4], mrz.birth_yymmdd[4:])
        if any(a and FILLER not in b and a != b for a, b in zip(told, read, strict=True)):
            names.append("birth_date")
    if expires is not None and mrz.expires is not None and expires != mrz.expires:
        names.append("expires")
    return tuple(names)


def _bare(number: str) -> str:
    return re.sub(r"[\s<\-.]", "", number).upper()


def _words(signs: str) -> str:
    return " ".join(signs.replace(FILLER, " ").split())


def _lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) == 1:
        whole = lines[0]
        for layout in LAYOUTS:
            if len(whole) == layout.lines * layout.width:
                return [whole[at : at + layout.width] for at in range(0, len(whole), layout.width)]
    return lines


def _layout(lines: list[str]) -> _Layout | None:
    for layout in LAYOUTS:
        fits = len(lines) == layout.lines and all(len(line) == layout.width for line in lines)
        if fits and (layout.lines == 3 or layout.visa == lines[0].startswith("V")):
            return layout
    return None


def _signs(lines: list[str]) -> Iterator[Fault]:
    for nth, line in enumerate(lines, 1):
        for at, sign in enumerate(line, 1):
            if not re.fullmatch("[A-Z0-9<]", sign):
                nearest = CONFUSED.get(sign, sign.upper() if re.fullmatch("[a-z]", sign) else "")
                yield Fault(
                    f"line {nth}, sign {at}", "is not A to Z, 0 to 9 or <", tuple(nearest)[:1]
                )


def _number(lines: list[str], layout: _Layout) -> tuple[str, list[Fault]]:
    """A number too long for its nine signs goes on in the optional data (9303-5, -6)."""
    at = layout.number
    signs = at.of(lines)
    digit = lines[at.line - 1][at.last]
    optional = layout.optional[0].of(lines)
    rest = optional.split(FILLER, 1)[0]
    if digit == FILLER and layout.name in ("TD1", "TD2") and FILLER not in signs and len(rest) > 1:
        signs, digit = signs + rest[:-1], rest[-1]
    number = signs.rstrip(FILLER)
    return number, list(_checked("number", signs, digit))


def _digits(lines: list[str], layout: _Layout) -> Iterator[Fault]:
    for name, at in (("birth_date", layout.birth), ("expires", layout.expiry)):
        yield from _checked(name, at.of(lines), lines[at.line - 1][at.last])
    if layout.optional_digit:
        at = layout.optional[0]
        yield from _checked("optional", at.of(lines), lines[at.line - 1][at.last])


def _checked(name: str, signs: str, digit: str) -> Iterator[Fault]:
    empty = not signs.strip(FILLER)
    if digit == check_digit(signs) or (empty and digit == FILLER):
        return
    if not digit.isdigit():
        read_as = digit.translate(AS_DIGIT)
        fits = (signs.rstrip(FILLER),) if read_as == check_digit(signs) else ()
        yield Fault(name, CHECK_DIGIT, fits)
        return
    yield Fault(name, CHECK_DIGIT, _likely(name, signs, digit))


def _likely(name: str, signs: str, digit: str) -> tuple[str, ...]:
    """The field with one confused sign put right, where the check digit then agrees."""
    found = []
    for at, sign in enumerate(signs):
        for other in CONFUSED.get(sign, ""):
            tried = signs[:at] + other + signs[at + 1 :]
            if name in ("birth_date", "expires") and not tried.isdigit():
                continue
            if check_digit(tried) == digit:
                found.append(tried.rstrip(FILLER))
    return tuple(found[:SUGGESTIONS])


def _composite(lines: list[str], layout: _Layout) -> Iterator[Fault]:
    if not layout.composite:
        return
    signs = "".join(at.of(lines) for at in layout.composite)
    if lines[1][-1] != check_digit(signs):
        yield Fault("composite", CHECK_DIGIT)


def _codes(lines: list[str], layout: _Layout) -> Iterator[Fault]:
    if lines[0][0] not in ("V" if layout.visa else "PACI"):
        yield Fault("document_code", "does not begin with P, A, C, I or V")
    for name, code in (("issuer", lines[0][2:5]), ("nationality", layout.nationality.of(lines))):
        if not countries.in_mrz(code):
            yield Fault(name, "is no code of a State or organisation", _like_code(code))
    if (sex := layout.sex.of(lines)) not in ("F", "M", FILLER):
        yield Fault("sex", "is not F, M or <", (FILLER,) if sex == "X" else ())


def _like_code(code: str) -> tuple[str, ...]:
    tries = (
        code[:at] + other + code[at + 1 :]
        for at, sign in enumerate(code)
        for other in CONFUSED.get(sign, "")
    )
    return tuple(tried for tried in tries if countries.in_mrz(tried))[:SUGGESTIONS]


def _not_digits(name: str, signs: str) -> Fault:
    tried = signs.translate(AS_DIGIT)
    return Fault(name, "has letters where digits stand", (tried,) if tried.isdigit() else ())


def _birth(signs: str, today: date | None) -> tuple[str | None, Fault | None]:
    if not re.fullmatch("[0-9<]{6}", signs):
        return None, _not_digits("birth_date", signs)
    year, month, day = signs[:2], signs[2:4], signs[4:]
    if any(FILLER in part and part != "<<" for part in (year, month, day)):
        return None, Fault("birth_date", "has half a part")
    if not year.isdigit():
        return None, None
    told = "-".join([year, *([month] if month.isdigit() else [])])
    told += f"-{day}" if month.isdigit() and day.isdigit() else ""
    real = [century + told for century in ("20", "19") if _is_real(century + told)]
    if not real:
        return None, Fault("birth_date", "is not a real date")
    if today is None:
        return None, None
    past = [moment for moment in real if moment <= today.isoformat()[: len(moment)]]
    return (past or real[-1:])[0], None


def _is_real(partial: str) -> bool:
    try:
        date.fromisoformat((partial + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _expiry(signs: str) -> tuple[date | None, Fault | None]:
    if not signs.strip(FILLER):
        return None, None
    if not signs.isdigit():
        return None, _not_digits("expires", signs)
    century = "19" if int(signs[:2]) >= OLDEST_EXPIRY else "20"
    try:
        return date.fromisoformat(f"{century}{signs[:2]}-{signs[2:4]}-{signs[4:]}"), None
    except ValueError:
        return None, Fault("expires", "is not a real date")
