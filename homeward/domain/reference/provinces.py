"""The 25 provinces of Cambodia, and the names under which people tell of them.

Source: ISO 3166-2:KH for codes and romanisation; usual English and Khmer names, towns and older
names beside them, because a caller says Sihanoukville and not KH-18 (domain 3.5).
"""

import re
import unicodedata
from functools import cache

import msgspec


class Province(msgspec.Struct, frozen=True):
    code: str
    iso: str
    english: str
    khmer: str
    aliases: tuple[str, ...] = ()


PROVINCES: tuple[Province, ...] = (
    Province(
        "KH-1", "Banteay Mean Choăy", "Banteay Meanchey", "បន្ទាយមានជ័យ",
        ("Poipet", "Poi Pet", "Paoy Paet", "ប៉ោយប៉ែត", "Sisophon", "Serei Saophoan"),
    ),
    Province("KH-2", "Baat Dambang", "Battambang", "បាត់ដំបង", ("Batdambang",)),
    Province("KH-3", "Kampong Chaam", "Kampong Cham", "កំពង់ចាម"),
    Province("KH-4", "Kampong Chhnang", "Kampong Chhnang", "កំពង់ឆ្នាំង"),
    Province("KH-5", "Kampong Spueu", "Kampong Speu", "កំពង់ស្ពឺ", ("Chbar Mon",)),
    Province("KH-6", "Kampong Thum", "Kampong Thom", "កំពង់ធំ"),
    Province("KH-7", "Kampot", "Kampot", "កំពត", ("Bokor", "Kampong Bay")),
    Province("KH-8", "Kandaal", "Kandal", "កណ្ដាល", ("កណ្តាល", "Ta Khmau", "Takhmau", "Chrey Thum")),
    Province("KH-9", "Kaoh Kong", "Koh Kong", "កោះកុង", ("Dara Sakor",)),
    Province("KH-10", "Kracheh", "Kratie", "ក្រចេះ", ("Kratié",)),
    Province("KH-11", "Mondol Kiri", "Mondulkiri", "មណ្ឌលគិរី", ("Sen Monorom",)),
    Province("KH-12", "Phnom Penh", "Phnom Penh", "ភ្នំពេញ"),
    Province("KH-13", "Preah Vihear", "Preah Vihear", "ព្រះវិហារ", ("Tbaeng Meanchey",)),
    Province("KH-14", "Prey Veaeng", "Prey Veng", "ព្រៃវែង"),
    Province("KH-15", "Pousaat", "Pursat", "ពោធិ៍សាត់", ("Thma Da", "Veal Veng")),
    Province("KH-16", "Rotanak Kiri", "Ratanakiri", "រតនគិរី", ("Rattanakiri", "Banlung")),
    Province("KH-17", "Siem Reab", "Siem Reap", "សៀមរាប", ("Siemreap",)),
    Province(
        "KH-18", "Preah Sihanouk", "Preah Sihanouk", "ព្រះសីហនុ",
        (
            "Sihanoukville", "Sihanouk Ville", "Sihanouk", "Preah Sihanoukville", "Kampong Som",
            "Kompong Som", "Kampong Saom", "កំពង់សោម", "西哈努克", "西港",
        ),
    ),
    Province("KH-19", "Stueng Traeng", "Stung Treng", "ស្ទឹងត្រែង"),
    Province("KH-20", "Svaay Rieng", "Svay Rieng", "ស្វាយរៀង", ("Bavet", "បាវិត")),
    Province("KH-21", "Taakaev", "Takeo", "តាកែវ", ("Takéo",)),
    Province(
        "KH-22", "Otdar Mean Chey", "Oddar Meanchey", "ឧត្តរមានជ័យ",
        ("Otdar Meanchey", "Oddor Meanchey", "O Smach", "O'Smach", "Osmach", "Samraong"),
    ),
    Province("KH-23", "Kaeb", "Kep", "កែប"),
    Province("KH-24", "Pailin", "Pailin", "ប៉ៃលិន"),
    Province("KH-25", "Tbong Khmum", "Tboung Khmum", "ត្បូងឃ្មុំ", ("Suong",)),
)  # fmt: skip
CODES: frozenset[str] = frozenset(province.code for province in PROVINCES)
BY_CODE: dict[str, Province] = {province.code: province for province in PROVINCES}
_ABOUT = re.compile(r"\b(province|city|municipality|khaet|khet|krong|town)\b|^(ខេត្ត|ក្រុង|រាជធានី)")


def _plain(name: str) -> str:
    """Without case, Latin accents, blanks, hyphens and the words for province and city."""
    name = unicodedata.normalize("NFD", name.strip()).casefold()
    name = "".join(sign for sign in name if not "\u0300" <= sign <= "\u036f")
    name = _ABOUT.sub(" ", unicodedata.normalize("NFC", name))
    return re.sub(r"[\s\-_.,'’]+", "", name)


@cache
def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for province in PROVINCES:
        names = (province.iso, province.english, province.khmer, *province.aliases)
        for name in names:
            assert known.setdefault(_plain(name), province.code) == province.code, name
    return known


def normalise(text: str) -> str | None:
    """`KH-18` for "Sihanoukville", "KH-18" and "Krong Preah Sihanouk"; None where nobody knows.

    The caller keeps the original beside it: an alias is a town as often as a province.
    """
    if code := re.fullmatch(r"kh-?([0-9]{1,2})", text.strip().casefold(), re.ASCII):
        return f"KH-{code[1]}" if f"KH-{code[1]}" in CODES else None
    return _known().get(_plain(text))
