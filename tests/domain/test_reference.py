"""Reference data: provinces as people name them, HTCDS to the letter, the contract's enumerations."""

import json
from typing import Any, get_args

import pycountry
import pytest
from pydantic import TypeAdapter, ValidationError

from homeward.domain.htcdsanswers import Htcds
from homeward.domain.reference import codes, countries, htcds, languages, provinces
from homeward.sealing.forms import clear_form


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("KH-18", "KH-18"), ("kh-18", "KH-18"), ("Sihanoukville", "KH-18"),
        ("Kampong Som", "KH-18"), ("  kompong som ", "KH-18"), ("Preah Sihanouk Province", "KH-18"),
        ("Krong Preah Sihanouk", "KH-18"), ("ខេត្តព្រះសីហនុ", "KH-18"), ("Poipet", "KH-1"),
        ("Banteay Mean Choăy", "KH-1"), ("Banteay Mean Choa\u0306y", "KH-1"), ("Bavet", "KH-20"),
        ("Pursat", "KH-15"), ("Phnom Penh", "KH-12"), ("ភ្នំពេញ", "KH-12"), ("Tbong Khmum", "KH-25"),
        ("Kep", "KH-23"), ("Kampong Cham", "KH-3"),
    ],
)  # fmt: skip
def test_a_province_is_known_under_every_name_people_use(told: str, code: str) -> None:
    assert provinces.normalise(told) == code


@pytest.mark.parametrize("told", ["", "Tay Ninh", "KH-26", "KH-018", "KH-0", "room 819"])
def test_what_is_no_province_stays_unknown(told: str) -> None:
    assert provinces.normalise(told) is None


def test_all_25_provinces_stand_under_their_iso_names() -> None:
    iso = {p.code: p.name for p in pycountry.subdivisions if p.country_code == "KH"}
    assert {p.code: p.iso for p in provinces.PROVINCES} == iso


def test_only_iso_countries_and_languages_pass_and_every_fault_says_why() -> None:
    country, language = TypeAdapter(codes.Country), TypeAdapter(codes.Language)
    assert country.validate_python("TW") == "TW"
    assert language.validate_python("zho") == "zho"
    for adapter, bad in ((country, "XXA"), (country, "vn"), (language, "vi"), (language, "xxx")):
        with pytest.raises(ValidationError, match="ISO"):
            adapter.validate_python(bad)
    assert (countries.country_name("VN"), languages.language_name("khm")) == ("Vietnam", "Khmer")


def test_mrz_codes_lead_to_states_where_there_is_one() -> None:
    assert countries.from_mrz("D<<") == "DE"
    assert countries.from_mrz("GBN") == "GB"
    assert countries.from_mrz("VNM") == "VN"
    assert countries.from_mrz("XXA") is None
    assert countries.in_mrz("XXA")
    assert not countries.in_mrz("VN<")


@pytest.mark.parametrize(
    ("field", "ours"),
    [
        ("per_RoleInProcess", codes.RoleInProcess),
        ("vic_TraffickingStatusDecisionMakingOrg", codes.DecisionMakingOrg),
        ("spl_Type", codes.ServiceType),
        ("vic_TypeOfExploitation", codes.TypeOfExploitation),
    ],
)
def test_our_codes_are_the_standards_to_the_letter(field: str, ours: Any) -> None:
    assert get_args(ours) == htcds.fields()[field].all_codes


def test_every_own_code_has_a_nearest_one_for_export() -> None:
    own = {code for added in htcds.OWN_CODES.values() for code in added}
    standard = {code for field in htcds.fields().values() for code in field.codes}
    assert set(htcds.EXPORTED_AS) == own
    assert set(htcds.EXPORTED_AS.values()) <= standard


def answers(**told: Any) -> Any:
    return clear_form(Htcds).model_validate_json(json.dumps(told))


def test_an_assessment_speaks_the_standards_words_and_ours_beside_them() -> None:
    told = {
        "vic_MethodOfRecruitment": ["ThroughAnOnlineAdvertisement"],
        "vic_RelationshipToTrafficker": "Unaquainted",
        "vic_MethodsOfControl": ["FalsePromises", "x_RestrictsMovement"],
        "vic_TypeOfExploitation": ["ForcedLabour", "x_ForcedCriminality"],
        "x_ForcedCriminality": ["ONLINE_GAMBLING"],
        "vic_LocationOfExploitation": "Blue tower", "hte_Type": ["Transit"], "hte_Date": "2022-05",
        "hte_Latitude": 10.6, "vic_AgeWhenTrafficked": 17,
    }  # fmt: skip
    assert json.loads(answers(**told).model_dump_json(exclude_unset=True)) == told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vic_RelationshipToTrafficker", "Unacquainted"),
        ("vic_MethodsOfControl", ["RestrictsMovement"]),
        ("vic_MethodsOfControl", ["DebtBondage "]),
        ("vic_MethodsOfControl", ["Other", "Other"]),
        ("vic_TypeOfExploitation", "ForcedLabour"),
        ("vic_Vulnerabilities", ["Poverty"]),
        ("prs_FirstName", "Mai"),
        ("x_Something", ["A"]),
        ("vic_AgeWhenTrafficked", -1),
        ("hte_Latitude", 91),
    ],
)
def test_what_is_not_the_standards_word_is_named(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as fault:
        answers(**{field: value})
    assert {error["loc"][0] for error in fault.value.errors()} == {field}


def test_free_texts_are_told_from_codes() -> None:
    texts = htcds.free_texts()
    assert {"vic_LocationOfRecruitment", "hte_Street", "hte_Latitude", "hte_Description"} <= texts
    assert not {"vic_MethodsOfControl", "hte_Type", "hte_Country", "hte_Date"} & texts
