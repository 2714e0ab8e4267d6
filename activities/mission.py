"""The mission service: delivering handoffs to missions that have systems of their own."""

from temporalio import activity

from activities.partners import CallAnswer, Close, Operations, ask
from homeward.domain.streams import Call
from homeward.ports_partners import HandoffDeliveryAsked, MissionService


class MissionActivities:
    def __init__(self, service: MissionService, close: Close) -> None:
        self.close = close
        self.operations: Operations = {"handoff": (HandoffDeliveryAsked, service.deliver)}

    @activity.defn(name="mission.ask")
    async def ask(self, call: Call) -> CallAnswer:
        return await ask(call, self.operations, self.close)
