"""The immigration service (`services/immigration.yaml`) over HTTP."""

from homeward.ports_partners import (
    ExitPermitAsked,
    ExitPermitIssued,
    FineAssessed,
    FineAssessmentAsked,
    StayPermitAsked,
    StayPermitIssued,
    WaiverApplied,
    WaiverAsked,
)
from homeward.services.partner import Partner


class ImmigrationClient(Partner):
    """Fulfils `ImmigrationService`."""

    def __init__(self, url: str, *, at_most: float = 30.0) -> None:
        super().__init__("immigration service", url, at_most=at_most)

    async def assess_fine(self, key: str, asked: FineAssessmentAsked) -> FineAssessed:
        return await self._post("/fine-assessments", key, asked, FineAssessed)

    async def apply_waiver(self, key: str, asked: WaiverAsked) -> WaiverApplied:
        return await self._post("/waivers", key, asked, WaiverApplied)

    async def issue_stay_permit(self, key: str, asked: StayPermitAsked) -> StayPermitIssued:
        return await self._post("/stay-permits", key, asked, StayPermitIssued)

    async def issue_exit_permit(self, key: str, asked: ExitPermitAsked) -> ExitPermitIssued:
        return await self._post("/exit-permits", key, asked, ExitPermitIssued)
