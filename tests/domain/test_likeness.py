"""Two tellings of one person: found in any script and spelling, never merged by themselves."""

import pytest

from homeward.domain.likeness import Likeness, Match, alike
from homeward.domain.reference.names import (
    Term,
    birth_terms,
    khmer_ordered,
    name_terms,
    number_terms,
    words,
)


def between(
    asked: list[Term], held: list[Term], subject: str = "REQ-2026-000001/stub/0"
) -> list[Match]:
    """What a database finds: equal kinds and texts."""
    return [
        Match(a.kind, a.value, a.parts, a.part, subject, subject[:15], h.value, h.parts, h.part)
        for a in asked
        for h in held
        if (a.kind, a.text) == (h.kind, h.text)
    ]


def of(name: str, born: str = "", number: str = "") -> list[Term]:
    terms = list(name_terms(name))
    return terms + list(birth_terms(born)) + (list(number_terms(number)) if number else [])


def compare(one: list[Term], other: list[Term]) -> Likeness | None:
    found = alike(between(one, other))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Thị Hương", "NGUYEN THI HUONG"),
        ("Nguyen Thi Huong", "Huong Nguyen Thi"),
        ("Sok Vanna", "សុខ វណ្ណា"),
        ("Chan Theary", "ចាន់ ធារី"),
        ("王小明", "Wang Xiaoming"),
        ("Somchai Jaidee", "สมชาย ใจดี"),
        ("Siti Rahmawati", "Sitti Rachmawati"),
        ("Maria Dela Cruz", "Maria de la Cruz"),
        ("Aung\u200b Kyaw", "aung kyaw"),
        ("Budi", "BUDI"),
    ],
)
def test_one_name_in_two_spellings_is_alike(one: str, other: str) -> None:
    assert compare(of(one), of(other)) is not None
    assert compare(of(other), of(one)) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyen Thi Huong", "Nguyen Van Duc"),
        ("Sok Vanna", "Sok Dara"),
        ("Li Na", "Wang Wei"),
        ("Budi", "Budi Santoso"),
        ("Ana", "Ina"),
    ],
)
def test_one_common_word_makes_nobody_alike(one: str, other: str) -> None:
    assert compare(of(one), of(other)) is None


def test_the_same_document_is_enough_whatever_the_name() -> None:
    found = compare(of("Lotus", number="C 1234-567"), of("Nguyen Thi Huong", number="c1234567"))
    assert found == Likeness("REQ-2026-000001/stub/0", "REQ-2026-000001", 100, ("same_document",))


def test_one_word_and_the_day_of_birth_are_enough_together() -> None:
    assert compare(of("Budi", "1998-03-14"), of("Budi Santoso", "1998-03-14")) is not None
    assert compare(of("Budi", "1998-03-14"), of("Budi Santoso", "1998-03-15")) is None
    assert compare(of("Budi", "1998-03-14"), of("Agus Santoso", "1998-03-14")) is None


def test_a_birth_date_known_in_part_counts_as_far_as_it_goes() -> None:
    year = compare(of("Sok Vanna", "1998"), of("Sok Vanna", "1998-03-14"))
    day = compare(of("Sok Vanna", "1998-03-14"), of("Sok Vanna", "1998-03-14"))
    other = compare(of("Sok Vanna", "1997"), of("Sok Vanna", "1998-03-14"))
    assert year is not None
    assert day is not None
    assert other is not None
    assert day.score > year.score > other.score
    assert ("born_alike" in year.why, "born_alike" in other.why) == (True, False)


def test_what_only_sounds_alike_is_said_to() -> None:
    found = compare(of("Chan Theary"), of("Cheam Tera"))
    assert found is None or found.why == ("name_sounds_alike",)
    told = compare(of("Sok Vanna"), of("Sokh Vana"))
    assert told is not None


def test_khmer_marks_are_put_in_order_however_they_were_typed() -> None:
    # COENG NO before the vowel AA, and after it
    assert khmer_ordered("ណ\u17b6\u17d2ណ") == khmer_ordered("ណ\u17d2ណ\u17b6") == "ណ\u17d2ណ\u17b6"
    # the shifter before the vowel, and after it
    assert khmer_ordered("ប\u17b7\u17ca") == khmer_ordered("ប\u17ca\u17b7")
    # COENG RO comes after another subscript
    assert khmer_ordered("ស\u17d2រ\u17d2ត") == "ស\u17d2ត\u17d2រ"
    assert words("វ\u17b6\u17d2ណ\u200b") == words("វ\u17d2ណ\u17b6")


def test_words_lose_case_width_and_what_nobody_sees_only_for_comparing() -> None:
    assert words("ＨƯƠＮＧ\u200b-Thị") == ["hương", "thị"]
    assert words("") == words("\u200b") == []
    assert list(name_terms("!!!")) == []
