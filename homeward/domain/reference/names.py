"""Names as they are compared, never as they are stored: in any script, near spellings, sounds.

What is stored stays as it was written. For comparing, a name becomes parts (words), and each part
becomes terms: as written, in Latin letters, with one letter left out, and as its consonants sound.
Khmer is put into the order of marks of the Khmer Generic Encoding (Unicode Standard, section 16.4):
typists put subscripts, shifters and vowels in whatever order looks right.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Literal, NamedTuple

from anyascii import anyascii

Kind = Literal["written", "latin", "near", "sound", "number", "born"]
WHOLE = -1
"""The part that is the whole name: words are not always told apart."""
NEAR_FROM = 4
"""Shorter parts have too many neighbours."""
SOUND_WHOLE_FROM = 4
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
COENG, ROBAT = "\u17d2", "\u17cc"
SHIFTERS = "\u17c9\u17ca"
KHMER_CLUSTER = re.compile(
    "([\u1780-\u17b3])((?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17d3\u17dd])+)"
)
KHMER_MARK = re.compile("\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17d3\u17dd]")
RO = "\u179a"
SOUNDS = (
    ("tch|tj|ts|zh|dj|ch|j", "c"),
    ("ph|f|b", "p"),
    ("th|d", "t"),
    ("kh|gh|q|g", "k"),
    ("sh|z|x", "s"),
    ("ng|nh|ny|n", "n"),
    ("v|ou(?=[aeiou])", "w"),
    ("ck|c(?=k)", "k"),
    ("[aeiouyh]", ""),
)


class Term(NamedTuple):
    """One thing to be found by: of word number `part` of `parts`, in name number `value`."""

    kind: Kind
    value: int
    parts: int
    part: int
    text: str


def khmer_ordered(text: str) -> str:
    """Each Khmer syllable's marks in the order in which Unicode has them."""
    return KHMER_CLUSTER.sub(lambda found: found[1] + _ordered(found[2]), text)


def _ordered(marks: str) -> str:
    def place(mark: str) -> int:
        if mark[0] == ROBAT:
            return 0
        if mark[0] == COENG:
            return 2 if mark[1] == RO else 1  # a subscript RO comes after another
        if mark in SHIFTERS:
            return 3
        return 4 if "\u17b6" <= mark <= "\u17c5" else 5

    return "".join(sorted(KHMER_MARK.findall(marks), key=place))


def words(name: str) -> list[str]:
    """The name's words in their own script: no case, width, invisible marks or order of marks."""
    plain = unicodedata.normalize("NFKC", name).translate(UNSEEN).casefold()
    plain = unicodedata.normalize("NFC", khmer_ordered(plain))
    whole = "".join(ch if unicodedata.category(ch)[0] in "LMN" else " " for ch in plain)
    return whole.split()


def latin(word: str) -> str:
    """In the letters a to z and digits; empty where there is nothing to be said in them."""
    return re.sub("[^a-z0-9]", "", anyascii(word).lower())


def sound(letters: str) -> str:
    """The consonants as most who write these names in Latin letters hear them; or the letters."""
    heard = letters
    for pattern, told in SOUNDS:
        heard = re.sub(pattern, told, heard)
    return "".join(letter for letter, _ in groupby(heard)) or letters


def without_one(letters: str) -> set[str]:
    """The letters, and with each one left out: two spellings one slip apart share one of these."""
    return {letters, *(letters[:n] + letters[n + 1 :] for n in range(len(letters)))}


def name_terms(name: str, value: int = 0) -> Iterator[Term]:
    """Everything by which the name may be found."""
    said = words(name)
    parts = len(said)
    for part, word in enumerate(said):
        letters = latin(word)
        yield Term("written", value, parts, part, word)
        if letters:
            yield Term("latin", value, parts, part, letters)
            yield Term("sound", value, parts, part, sound(letters))
        if len(letters) >= NEAR_FROM:
            for near in sorted(without_one(letters)):
                yield Term("near", value, parts, part, near)
    whole = "".join(latin(word) for word in said)
    if whole:
        yield Term("latin", value, parts, WHOLE, whole)
    if len(heard := sound(whole)) >= SOUND_WHOLE_FROM:
        yield Term("sound", value, parts, WHOLE, heard)


def number_terms(number: str, value: int = 0) -> Iterator[Term]:
    """A document's number, whatever its case, spaces and strokes."""
    plain = re.sub("[^A-Z0-9]", "", anyascii(unicodedata.normalize("NFKC", number)).upper())
    if plain:
        yield Term("number", value, 1, 0, plain)


def birth_terms(born: str, value: int = 0) -> Iterator[Term]:
    """A birth date as far as it is known: YYYY, YYYY-MM, YYYY-MM-DD; each with what it contains."""
    for length in (4, 7, 10):
        if len(born) >= length:
            yield Term("born", value, 1, length, born[:length])
