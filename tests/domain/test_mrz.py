"""Machine-readable zones: read to ICAO 9303, every fault named, nothing repaired silently."""

from datetime import date

import pytest

from homeward.domain.reference.mrz import Mrz, Reading, check_digit, differences, read_mrz

TODAY = date(2022, 8, 1)
NAMES = "UTOERIKSSON<<ANNA<MARIA"
TD3 = f"P<{NAMES:<<42}\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
ZONES = {
    "TD3": TD3,
    "TD2": f"I<{NAMES:<<34}\nD231458907UTO7408122F1204159<<<<<<<6",
    "TD1": "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n"
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    "MRV-A": f"V<{NAMES:<<42}\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<",
    "MRV-B": f"V<{NAMES:<<34}\nL8988901C4XXX4009078F9612109<<<<<<<<",
}


def zone(reading: Reading) -> Mrz:
    assert reading.mrz is not None
    return reading.mrz


def faults(text: str) -> dict[str, tuple[str, ...]]:
    return {fault.field: fault.suggestions for fault in read_mrz(text, TODAY).found}


@pytest.mark.parametrize("name", ZONES)
def test_the_specimens_of_the_standard_are_read_without_a_fault(name: str) -> None:
    reading = read_mrz(ZONES[name], TODAY)
    assert reading.faults == ()
    assert (zone(reading).format, zone(reading).surname) == (name, "ERIKSSON")
    assert zone(reading).given_names == "ANNA MARIA"


def test_a_passport_says_number_birth_sex_and_expiry() -> None:
    mrz = zone(read_mrz(TD3, TODAY))
    assert (mrz.number, mrz.birth_date, mrz.sex) == ("L898902C3", "1974-08-12", "F")
    assert (mrz.expires, mrz.issuer, mrz.optional) == (date(2012, 4, 15), "UTO", "ZE184226B")


def test_one_line_without_a_break_is_the_same_zone() -> None:
    assert read_mrz(TD3.replace("\n", ""), TODAY) == read_mrz(TD3, TODAY)


def test_a_number_longer_than_nine_signs_goes_on_in_the_optional_data() -> None:
    td1 = (
        "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\n"
        "STEVENSON<<PETER<JOHN<<<<<<<<<"
    )
    reading = read_mrz(td1, TODAY)
    assert reading.faults == ()
    assert zone(reading).number == "D23145890734"


@pytest.mark.parametrize(
    ("right", "wrong", "field", "suggestion"),
    [
        ("L898902C36", "L8989O2C36", "number", "L898902C3"),
        ("L898902C36", "LB98902C36", "number", "L898902C3"),
        ("7408122F", "74O8122F", "birth_date", "740812"),
        ("1204159Z", "I204159Z", "expires", "120415"),
        ("UTO74", "UT074", "nationality", "UTO"),
    ],
)
def test_a_confused_sign_is_named_with_what_it_may_have_been(
    right: str, wrong: str, field: str, suggestion: str
) -> None:
    found = faults(TD3.replace(right, wrong))
    assert suggestion in found[field]


def test_nothing_is_repaired_silently() -> None:
    reading = read_mrz(TD3.replace("L898902C36", "L8989O2C36"), TODAY)
    assert zone(reading).number == "L8989O2C3"


def test_a_wrong_composite_alone_is_named() -> None:
    assert set(faults(TD3[:-1] + "1")) == {"composite"}


def test_check_digits_that_agree_do_not_cover_the_names() -> None:
    assert faults(TD3.replace("ERIKSSON", "ERICSSON")) == {}


def with_dates(birth: str, expiry: str) -> str:
    head = "L898902C36UTO"
    middle = f"{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}ZE184226B<<<<<1"
    composite = check_digit(head[:10] + middle[:7] + middle[8:])
    return TD3.splitlines()[0] + "\n" + head + middle + composite


@pytest.mark.parametrize(
    ("birth", "told"),
    [("98<<<<", "1998"), ("9803<<", "1998-03"), ("<<<<<<", None), ("150301", "2015-03-01"),
     ("230101", "1923-01-01"), ("220801", "2022-08-01"), ("220802", "1922-08-02")],
)  # fmt: skip
def test_unknown_parts_of_a_birth_date_stay_unknown_and_nobody_is_born_tomorrow(
    birth: str, told: str | None
) -> None:
    reading = read_mrz(with_dates(birth, "270415"), TODAY)
    assert reading.faults == ()
    assert zone(reading).birth_date == told


@pytest.mark.parametrize(("birth", "expiry", "field"), [
    ("981332", "270415", "birth_date"), ("980314", "270230", "expires"),
])  # fmt: skip
def test_a_date_that_never_was_is_named(birth: str, expiry: str, field: str) -> None:
    assert field in faults(with_dates(birth, expiry))


@pytest.mark.parametrize("text", ["", "P<UTO", TD3[:-1], TD3 + "\n" + "<" * 44, "x"])
def test_what_has_no_known_layout_is_not_read(text: str) -> None:
    reading = read_mrz(text, TODAY)
    assert reading.mrz is None
    assert set(faults(text)) == {"layout"}


def test_signs_that_no_zone_has_are_named_by_their_place() -> None:
    assert "line 2, sign 1" in faults(TD3.replace("L898902C3", "l898902C3"))


def test_a_zone_is_compared_with_what_was_told() -> None:
    reading = read_mrz(TD3)
    same = differences(
        reading, number="l898902-c3", birth_date="1974-08", expires=date(2012, 4, 15)
    )
    assert same == ()
    assert differences(reading) == ()
    other = differences(
        reading, number="L898902C4", birth_date="1974-09-12", expires=date(2013, 4, 15)
    )
    assert other == ("number", "birth_date", "expires")


def test_what_a_zone_does_not_know_it_does_not_contradict() -> None:
    reading = read_mrz(with_dates("98<<<<", "<<<<<<"))
    assert differences(reading, birth_date="1998-03-14", expires=date(2030, 1, 1)) == ()
    assert differences(reading, birth_date="1997") == ("birth_date",)


def test_a_reading_shows_nothing_of_the_person() -> None:
    reading = read_mrz(TD3.replace("L898902C36", "L8989O2C36"), TODAY)
    shown = repr(reading) + repr(reading.found) + repr(reading.mrz) + " ".join(reading.faults)
    assert "ERIKSSON" not in shown
    assert "L8989" not in shown


def test_a_letter_that_was_read_for_a_check_digit_is_named_and_read_again_where_it_fits() -> None:
    # G was read for 6, Z for 2: the field itself is right; nothing tells what X was
    assert faults(TD3.replace("L898902C36", "L898902C3G"))["number"] == ("L898902C3",)
    assert faults(TD3.replace("7408122F", "740812ZF"))["birth_date"] == ("740812",)
    assert faults(TD3.replace("7408122F", "740812XF"))["birth_date"] == ()


def test_a_confused_sign_in_a_date_is_not_put_right_by_a_letter() -> None:
    found = faults(with_dates("740812", "120415").replace("7408122F", "7408123F"))
    assert all(suggestion.isdigit() for suggestion in found["birth_date"])


def test_a_zone_of_no_known_kind_of_document_says_so() -> None:
    assert "document_code" in faults("Q" + TD3[1:])


def test_a_sex_that_no_zone_writes_is_named() -> None:
    assert faults(TD3.replace("2F1", "2X1"))["sex"] == ("<",)
    assert faults(TD3.replace("2F1", "2Q1"))["sex"] == ()


@pytest.mark.parametrize("birth", ["9<<<<<", "98<314", "9803<4"])
def test_half_a_part_of_a_birth_date_is_none(birth: str) -> None:
    assert "birth_date" in faults(with_dates(birth, "270415"))


def test_what_could_not_be_read_contradicts_nothing() -> None:
    assert differences(read_mrz("x", TODAY), number="N1", birth_date="1998") == ()
