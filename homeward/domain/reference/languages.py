"""Languages by ISO 639-3 (pycountry), single ones and macrolanguages such as `zho` and `msa`."""

from functools import cache


@cache
def codes() -> frozenset[str]:
    import pycountry  # noqa: PLC0415 - eight thousand entries, read when first asked

    return frozenset(language.alpha_3 for language in pycountry.languages)


def language_name(code: str) -> str:
    """In English; the code itself where there is no such language."""
    import pycountry  # noqa: PLC0415

    language = pycountry.languages.get(alpha_3=code)
    return str(language.name) if language else code
