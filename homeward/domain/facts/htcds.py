"""The interview's answers under HTCDS 2.0's own names: exact, so that an export changes nothing."""
# ruff: noqa: N815 - the standard's names

import msgspec

from homeward.domain.sealed import Sealed


class HtcdsAnswers(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Codes in clear, free texts sealed. Several codes where the standard says multiselect."""

    vic_TraffickingStatus: str | None = None
    """The interviewer's view under the standard's name; it decides nothing."""
    vic_TraffickingStatusDecisionMakingOrg: str | None = None
    vic_RelationshipToTrafficker: str | None = None
    vic_AgeWhenTrafficked: int | None = None
    vic_RecruitmentWebsitesAndApps: tuple[str, ...] = ()
    vic_MethodOfRecruitment: tuple[str, ...] = ()
    vic_LocationOfRecruitment: Sealed | None = None
    vic_MethodsOfControl: tuple[str, ...] = ()
    vic_TypeOfExploitation: tuple[str, ...] = ()
    vic_ForcedLabourIndustry: str | None = None
    vic_TypeOfSexExploitation: tuple[str, ...] = ()
    vic_LocationOfExploitation: Sealed | None = None
    vic_ExploitationWebsitesAndApps: tuple[str, ...] = ()
    hte_Type: tuple[str, ...] = ()
    hte_Date: str | None = None
    hte_Country: str | None = None
    hte_State: Sealed | None = None
    hte_City: Sealed | None = None
    hte_Street: Sealed | None = None
    hte_PostalCode: Sealed | None = None
    hte_Latitude: Sealed | None = None
    hte_Longitude: Sealed | None = None
    hte_Description: Sealed | None = None
    x_ForcedCriminality: tuple[str, ...] = ()
    """Ours: which crimes the person was forced into; the standard has no code for it."""
