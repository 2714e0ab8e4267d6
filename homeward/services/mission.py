"""The mission service (`services/mission.yaml`) over HTTP."""

from homeward.ports_partners import (
    AnswerReceived,
    HandoffDelivered,
    HandoffDeliveryAsked,
    MissionAnswers,
)
from homeward.services.partner import Partner, segment


class MissionClient(Partner):
    """Fulfils `MissionService`."""

    def __init__(self, url: str, *, at_most: float = 30.0) -> None:
        super().__init__("mission service", url, at_most=at_most)

    async def deliver(self, key: str, asked: HandoffDeliveryAsked) -> HandoffDelivered:
        return await self._post("/handoffs", key, asked, HandoffDelivered)

    async def answers(self, after: str = "") -> MissionAnswers:
        return await self._get("/answers", {"after": after}, MissionAnswers)

    async def receive(self, key: str, answer: str) -> AnswerReceived:
        """Tells the mission that its answer is on record; it is not offered again."""
        return await self._post(f"/answers/{segment(answer)}/receipt", key, None, AnswerReceived)
