"""Blind indexes: the terms of a name, number or date as keyed hashes (HMAC-SHA-256).

Whoever has the database but not the key service's key learns which records share a term and how
often each occurs, and nothing of what it says. Names are cut to 40 bits: a hash stands for several
words, and what it finds is only ever a candidate.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator

from homeward.domain.reference.names import Term, birth_terms, name_terms, number_terms
from homeward.domain.sealed import Sealed

NAMES = frozenset(
    {
        "people.name", "people.alias", "identity.name_native", "identity.name_romanised",
        "identity.aliases",
    }
)  # fmt: skip
NUMBERS = frozenset({"passport.number", "document.number", "rescue.passport.number"})
BIRTHS = frozenset({"identity.birth_date", "birth_date"})
FOUND_BY = NAMES | NUMBERS | BIRTHS
"""Fields by which a person is found: of whoever is asked for or helped; of no one else."""
NAME_BYTES, OTHER_BYTES = 5, 16


def findable(value: Sealed) -> bool:
    """Whether a sealed value is one by which its person may be found."""
    return value.field in FOUND_BY and not value.subject.endswith("/reporter")


def terms_of(field: str, clear: object, value: int) -> Iterator[Term]:
    """The terms of one opened value; a list of aliases has those of each."""
    if isinstance(clear, list):
        for nth, one in enumerate(clear):
            yield from terms_of(field, one, value + nth)
    elif isinstance(clear, str) and field in NAMES:
        yield from name_terms(clear, value)
    elif isinstance(clear, str) and field in NUMBERS:
        yield from number_terms(clear, value)
    elif isinstance(clear, str) and field in BIRTHS:
        yield from birth_terms(clear, value)


def blind(key: bytes, terms: Iterable[Term]) -> list[tuple[str, int, int, int, bytes]]:
    """(kind, value, parts, part, hash) of each."""
    return [(t.kind, t.value, t.parts, t.part, _hash(key, t)) for t in terms]


def _hash(key: bytes, term: Term) -> bytes:
    size = OTHER_BYTES if term.kind in ("number", "born") else NAME_BYTES
    return hmac.digest(key, f"{term.kind}\x1f{term.text}".encode(), hashlib.sha256)[:size]
