"""The immigration service: fines, waivers, stay and exit permits."""

from temporalio import activity

from activities.partners import CallAnswer, Close, Operations, ask
from homeward.domain.streams import Call
from homeward.ports_partners import (
    ExitPermitAsked,
    FineAssessmentAsked,
    ImmigrationService,
    StayPermitAsked,
    WaiverAsked,
)


class ImmigrationActivities:
    def __init__(self, service: ImmigrationService, close: Close) -> None:
        self.close = close
        self.operations: Operations = {
            "fine-assessment": (FineAssessmentAsked, service.assess_fine),
            "waiver": (WaiverAsked, service.apply_waiver),
            "stay-permit": (StayPermitAsked, service.issue_stay_permit),
            "exit-permit": (ExitPermitAsked, service.issue_exit_permit),
        }

    @activity.defn(name="immigration.ask")
    async def ask(self, call: Call) -> CallAnswer:
        return await ask(call, self.operations, self.close)
