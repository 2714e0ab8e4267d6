"""The contract's enumerations, and the codes of the world that its fields use.

HTCDS codes are exact, misspelt ones included; a test holds them beside the standard's table.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from homeward.domain.reference import countries, languages, provinces

Channel = Literal[
    "hotline", "mission", "ngo", "victim", "family", "acquaintance", "police", "public",
    "social_media", "foreign_police", "other",
]  # fmt: skip
Urgency = Literal["imminent", "high", "normal", "insufficient"]
NationalityStatus = Literal["claimed", "documented", "confirmed", "denied", "stateless", "unknown"]
Sex = Literal["F", "M", "X"]
RescueMode = Literal["operation", "self_escape", "mass_release", "transfer"]
OutcomeOfSearch = Literal[
    "rescued", "not_located", "refused_rescue", "found_not_confined", "transferred_abroad"
]
DocumentStatus = Literal[
    "held_by_person", "confiscated_by_trafficker", "recovered_in_operation", "lost", "never_had",
    "expired", "suspected_forged", "belongs_to_other", "held_by_authority", "emergency_issued",
]  # fmt: skip
IloIndicator = Literal[
    "abuse_of_vulnerability", "deception", "restriction_of_movement", "isolation",
    "physical_and_sexual_violence", "intimidation_and_threats",
    "retention_of_identity_documents", "withholding_of_wages", "debt_bondage",
    "abusive_working_and_living_conditions", "excessive_overtime",
]  # fmt: skip
Finding = Literal["present", "absent", "unknown", "not_asked"]
PalermoAct = Literal["recruitment", "transportation", "transfer", "harbouring", "receipt"]
PalermoMeans = Literal[
    "threat_or_force", "other_coercion", "abduction", "fraud", "deception", "abuse_of_power",
    "abuse_of_vulnerability", "payment_to_controller",
]  # fmt: skip
PalermoPurpose = Literal[
    "sexual_exploitation", "forced_labour", "forced_criminality", "slavery", "servitude",
    "organ_removal",
]  # fmt: skip
TraffickingStatus = Literal["identified", "presumed", "not_a_victim"]
ConsentPurpose = Literal[
    "interview", "mission_contact", "data_sharing", "return", "photograph", "testimony",
    "follow_up",
]  # fmt: skip
HoldKind = Literal[
    "COURT", "MEDICAL", "PROTECTION", "SAFETY", "IDENTITY", "CHILD_BID", "FAMILY_UNITY",
    "DATA_DISPUTE",
]  # fmt: skip
RiskLevel = Literal["low", "medium", "high", "prohibited"]
ReturnMode = Literal["assisted_voluntary_return", "deportation", "resettlement"]
TravelDocument = Literal[
    "passport", "emergency_travel_document", "laissez_passer", "identity_certificate"
]
HandoffKind = Literal[
    "verify_nationality", "issue_travel_document", "arrange_reception", "consular_visit",
    "confirm_reception",
]  # fmt: skip
HandoffAnswer = Literal["confirmed", "not_ours", "needs_more", "no_record", "done", "declined"]
Closure = Literal[
    "returned", "third_country", "remains", "ordinary_immigration", "withdrawn", "deceased",
    "missing",
]  # fmt: skip
FollowUp = Literal["safe", "at_risk", "unreachable", "re_trafficked"]
TaskKind = Literal[
    "examine", "answer_reporter", "confirm", "screen", "explain_consular_right",
    "appoint_guardian", "interview", "determine", "waive_fine", "contact_mission", "handoff",
    "answer_question", "assess_risk", "prepare_return", "record_departure", "confirm_reception",
    "follow_up", "review_hold", "lift_hold", "victim_payment", "service_call_failed",
    "review_access", "notify_kin", "remains", "inform_mission", "overdue",
]  # fmt: skip
Relation = Literal["family", "group", "same_site", "same_person"]
Fear = Literal["yes", "no", "not_asked"]
MinorAnswer = Literal["yes", "no", "doubt"]

# HTCDS 2.0
RoleInProcess = Literal[
    "TravellingPartner", "Transporter", "RecruiterOrIntermediary", "BrokerTravelAgent",
    "TransferredIndividual", "HarbouredIndividual", "SoldIndividual", "BoughtIndividual",
    "ReceivedIndividual", "ControlledIndividual", "Smuggler", "Abuser", "Kidnapper", "Exploiter",
    "Other",
]  # fmt: skip
DecisionMakingOrg = Literal[
    "Police", "NGO", "CourtOrProsecution", "NonPoliceGovernmentalOrganization", "Other"
]
ServiceType = Literal[
    "Education", "Financial", "Health", "LabourExploitationRehabilitation", "Legal", "Livelihood",
    "RightsBasedTraining", "SexualExploitationRehabilitation", "SocialCare",
]  # fmt: skip
"""HTCDS spl_Type."""
TypeOfExploitation = Literal[
    "ForcedLabour", "SexualExploitation", "ChildLabour", "ForcedMarriage", "Servitude",
    "ForcedMilitaryByNonStateActors", "OrganRemoval", "ForcedBegging", "ForcedAdoption",
    "Surrogacy", "Other", "x_ForcedCriminality",
]  # fmt: skip
"""HTCDS vic_TypeOfExploitation, and our own code for what the standard has none for."""


def _country(code: str) -> str:
    if code not in countries.alpha_2():
        raise PydanticCustomError("country", "is not an ISO 3166-1 alpha-2 code")
    return code


def _language(code: str) -> str:
    if code not in languages.codes():
        raise PydanticCustomError("language", "is not an ISO 639-3 code")
    return code


def _province_code(code: str) -> str:
    if code not in provinces.CODES:
        raise PydanticCustomError("province", "is not one of KH-1 to KH-25")
    return code


def _province(text: Any) -> Any:
    return (provinces.normalise(text) or text) if isinstance(text, str) else text


def _told_province(text: str) -> str:
    if provinces.normalise(text) is None:
        raise PydanticCustomError("province", "is no province or town of Cambodia that we know")
    return text


Country = Annotated[str, AfterValidator(_country)]
Language = Annotated[str, AfterValidator(_language)]
ProvinceCode = Annotated[str, AfterValidator(_province_code)]
Province = Annotated[str, BeforeValidator(_province), AfterValidator(_province_code)]
"""KH-n, or a name of it, read as KH-n."""
ToldProvince = Annotated[str, AfterValidator(_told_province)]
"""KH-n or a name of it, kept as it was told."""
