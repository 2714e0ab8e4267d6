"""Countries as the world codes them, and what only passports know.

Sources: ISO 3166-1 through pycountry; ICAO Doc 9303-3, section 5 for the codes that
stand in machine-readable zones alone (domain 3.5).
"""

from functools import cache

MRZ_ONLY: dict[str, str] = {
    "D<<": "Germany",
    "EUE": "European Union",
    "GBD": "British Overseas Territories citizen",
    "GBN": "British National (Overseas)",
    "GBO": "British Overseas citizen",
    "GBP": "British protected person",
    "GBS": "British subject",
    "RKS": "Kosovo",
    "UNA": "United Nations specialised agency",
    "UNK": "United Nations Interim Administration Mission in Kosovo",
    "UNO": "United Nations",
    "UTO": "Utopia, the State of specimens",
    "XOM": "Sovereign Military Order of Malta",
    "XPO": "Interpol",
    "XXA": "Stateless person",
    "XXB": "Refugee (1951 Convention)",
    "XXC": "Refugee, other",
    "XXX": "Unspecified nationality",
}
"""Codes of a machine-readable zone that are no ISO 3166-1 alpha-3."""

_SAME_STATE = {
    "D<<": "DE",
    "GBD": "GB",
    "GBN": "GB",
    "GBO": "GB",
    "GBP": "GB",
    "GBS": "GB",
}


@cache
def alpha_2() -> frozenset[str]:
    """All of ISO 3166-1 alpha-2. TW, HK, MO and PS are entries of it."""
    import pycountry  # noqa: PLC0415 - read when first asked, not when imported

    return frozenset(country.alpha_2 for country in pycountry.countries)


@cache
def alpha_3() -> dict[str, str]:
    """alpha-3 -> alpha-2."""
    import pycountry  # noqa: PLC0415

    return {country.alpha_3: country.alpha_2 for country in pycountry.countries}


def in_mrz(code: str) -> bool:
    """Whether a machine-readable zone may carry it as issuer or nationality."""
    return code in MRZ_ONLY or code in alpha_3()


def from_mrz(code: str) -> str | None:
    """The alpha-2 code of the State, or None: stateless, refugees, organisations."""
    return _SAME_STATE.get(code) or alpha_3().get(code)


def country_name(code: str) -> str:
    """In English; the code itself where there is no such country."""
    import pycountry  # noqa: PLC0415

    country = pycountry.countries.get(alpha_2=code)
    return getattr(country, "common_name", country.name) if country else code
