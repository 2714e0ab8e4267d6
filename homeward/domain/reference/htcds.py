"""The Human Trafficking Case Data Standard 2.0: its fields and codes, exactly as they are.

Source: UNMigration/HTCDS, "HTCDS Field Standards 2.0.ods", CC BY 4.0; the table and its notice lie
beside this file. Its misspellings (`Unaquainted`) are codes too. What it has no code for stands
beside it under our own names, which begin with `x_` (domain 3.4).
"""

import csv
from functools import cache
from importlib.resources import files

import msgspec

FORCED_CRIMINALITY = "x_ForcedCriminality"
OWN_CODES: dict[str, tuple[str, ...]] = {
    "vic_TypeOfExploitation": (FORCED_CRIMINALITY,),
    "vic_MethodsOfControl": ("x_RestrictsMovement",),
    "vic_ForcedLabourIndustry": ("x_OnlineGambling", "x_OnlineFraud"),
}
"""The commonest control in a compound and its commonest trade, which the pick-lists leave out."""
OWN_FIELDS: dict[str, tuple[str, ...]] = {
    FORCED_CRIMINALITY: (
        "ONLINE_GAMBLING", "ONLINE_FRAUD", "DRUGS", "THEFT", "DOCUMENT_FRAUD", "OTHER",
    ),
}  # fmt: skip
"""Which crimes the person was forced into."""
EXPORTED_AS: dict[str, str] = {
    FORCED_CRIMINALITY: "ForcedLabour",
    "x_RestrictsMovement": "Other",
    "x_OnlineGambling": "R_ArtsEntertainmentAndRecreation",
    "x_OnlineFraud": "J_InformationAndCommunication",
}
"""The nearest code of the standard; an export names the loss."""
ASSESSED = ("vic_", "hte_")


class Field(msgspec.Struct, frozen=True):
    name: str
    section: str
    label: str
    type: str
    core: bool
    deprecated: bool
    codes: tuple[str, ...] = ()

    @property
    def multiple(self) -> bool:
        return self.type == "Multiselect Picklist"

    @property
    def free_text(self) -> bool:
        """People's own words and exact places: closed, where codes stay readable."""
        return self.type.startswith(("Text", "Long Text", "Lookup", "Geolocation")) and (
            self.name not in ("hte_Country", "prs_MailingCountry")
        )

    @property
    def all_codes(self) -> tuple[str, ...]:
        """The standard's codes and ours beside them."""
        return self.codes + OWN_CODES.get(self.name, ())


@cache
def fields() -> dict[str, Field]:
    """Every field of the standard by its name, deprecated ones included."""
    table = files("homeward.domain.reference").joinpath("htcds.csv").read_text("utf-8")
    return {row["name"]: _field(row) for row in csv.DictReader(table.splitlines())}


def _field(row: dict[str, str]) -> Field:
    # Where the standard points to ISO lists it writes a sentence, not codes.
    codes = () if row["values"].startswith("Use ISO") else tuple(row["values"].split(";"))
    return Field(
        name=row["name"], section=row["section"], label=row["label"], type=row["type"],
        core=row["core"] == "Core", deprecated=row["status"] == "DEPRECATED",
        codes=tuple(code for code in codes if code),
    )  # fmt: skip


def assessed() -> tuple[Field, ...]:
    """The fields an assessment may fill; deprecated ones are accepted on import alone."""
    return tuple(
        field
        for field in fields().values()
        if field.name.startswith(ASSESSED) and not field.deprecated
    )


def free_texts() -> frozenset[str]:
    """Fields of the standard that hold text and not codes."""
    return frozenset(field.name for field in fields().values() if field.free_text)
