"""One person's case, worked by the people of the scenarios; partners answer when they are told to."""

from typing import Any
from uuid import UUID

import pytest

from homeward.domain.actors import Actor
from homeward.domain.case.serviceanswer import answer_facts
from homeward.domain.case.state import Case
from homeward.domain.facts import Fact
from homeward.domain.refusals import Refused
from tests.domain.handmade import Desk, Glass

PEOPLE = {
    "field": ("field",), "sreymom": ("screener",), "ivan": ("interviewer",),
    "dara": ("determiner",), "sok": ("officer",), "rith": ("officer",), "enda": ("endorser",),
    "maly": ("approver",), "allroles": ("officer", "endorser", "approver"),
    "jack": ("interviewer", "determiner", "supervisor"), "care": ("care",),
    "child": ("child_protection",), "just": ("justice",), "visal": ("supervisor",),
    "visal2": ("supervisor",), "doubler": ("officer", "supervisor"),
}  # fmt: skip
IVAN_SPEAKS = frozenset({"khm", "eng", "vie"})
MAI: dict[str, Any] = {
    "name_romanised": "TRAN THI MAI", "sex": "F", "languages": ["vie"],
    "nationalities": [{"country": "VN", "status": "claimed"}],
}  # fmt: skip
NEEDS: dict[str, Any] = {
    "medical_urgent": False, "pregnancy": "unknown", "suicide_risk": "no", "dependants": 0,
}  # fmt: skip
SCREENING: dict[str, Any] = {
    "needs": NEEDS, "minor": "no", "fear_of_police": "no", "fear_of_own_authorities": "no",
    "separated_from_suspects": True, "rights_explained": True, "language": "vie",
    "indicators_observed": ["restriction_of_movement"],
}  # fmt: skip
INDICATORS = (
    "abuse_of_vulnerability", "deception", "restriction_of_movement", "isolation",
    "physical_and_sexual_violence", "intimidation_and_threats", "retention_of_identity_documents",
    "withholding_of_wages", "debt_bondage", "abusive_working_and_living_conditions",
    "excessive_overtime",
)  # fmt: skip
ASSESSMENT: dict[str, Any] = {
    "indicators": {name: {"finding": "present"} for name in INDICATORS},
    "acts": ["recruitment", "harbouring"], "means": ["deception"], "purposes": ["forced_labour"],
    "htcds": {"vic_MethodsOfControl": ["FalsePromises", "x_RestrictsMovement"]},
    "account": "Sold twice between groups", "transfers": [], "recommendation": "identified",
}  # fmt: skip
NOTHING_FOUND: dict[str, Any] = ASSESSMENT | {
    "acts": [], "means": [], "purposes": [], "htcds": {}, "recommendation": "not_a_victim",
}  # fmt: skip
OUTSIDER: dict[str, Any] = {
    "name": "Sari", "organisation": "Language line", "remote": True, "is_mission_staff": False,
    "is_coworker": False,
}  # fmt: skip


class Casework(Desk):
    """`tell` gives one command about the case and returns the facts that came of it."""

    def __init__(self, **identity: Any) -> None:
        super().__init__()
        told = {
            "mode": "self_escape", "identity": MAI | identity, "province": "KH-18",
            "rescued_at": self.now.isoformat(), "passport": {"status": "never_had"},
        }  # fmt: skip
        self.case = self.give(self.actor("field"), "open_case", None, told)["stream"]

    @staticmethod
    def actor(who: str) -> Actor:
        languages = IVAN_SPEAKS if who == "ivan" else frozenset({"khm"})
        return Actor(who, frozenset(PEOPLE[who]), languages=languages)

    @property
    def state(self) -> Case:
        state = self.states[self.case]
        assert isinstance(state, Case)
        return state

    def tell(self, who: str, command: str, fields: dict[str, Any] | None = None) -> list[str]:
        before = len(self.log[self.case])
        self.answer = self.give(self.actor(who), command, self.case, fields or {})
        return self.log[self.case][before:]

    def refused(self, who: str, command: str, fields: dict[str, Any] | None = None) -> Refused:
        """What the refusal says; nothing may have been appended."""
        version = self.state.version
        with pytest.raises(Refused) as refusal:
            self.give(self.actor(who), command, self.case, fields or {})
        assert self.state.version == version
        return refusal.value

    def owed(self, operation: str) -> UUID:
        """The one call of this operation that is owed."""
        (call,) = (id_ for id_, c in self.state.calls.items() if c.operation == operation)
        return call

    def answers(self, call: UUID, **answer: Any) -> list[str]:
        """The partner answers by wire; returns what became of it."""
        if words := answer.pop("refused", None):
            answer["refused"] = Glass().close(words, self.case, "correspondence", "refused")
        facts: list[Fact] = answer_facts(self.state, call, answer)
        for fact in facts:
            self.happens(self.case, fact, "system")
        return [type(fact).__name__ for fact in facts]

    def screened(self, **told: Any) -> None:
        self.tell("sreymom", "record_screening", SCREENING | told)

    def consents(self, purpose: str, **told: Any) -> None:
        given = {"purpose": purpose, "given": True, "by": "person", "language": "vie"}
        self.tell("sreymom", "record_consent", given | told)

    def interviewed(self) -> None:
        self.screened()
        self.consents("interview")
        self.tell("ivan", "open_interview", self.opening())

    def opening(self, **told: Any) -> dict[str, Any]:
        return {"at": self.now.isoformat(), "language": "vie", "private": True} | told

    def assessed(self, **found: Any) -> None:
        self.interviewed()
        self.tell("ivan", "submit_assessment", ASSESSMENT | found)

    def identified(self, **found: Any) -> None:
        self.assessed(**found)
        self.tell("dara", "determine_status", DECISION)

    def not_a_victim(self) -> None:
        self.assessed(**NOTHING_FOUND)
        self.tell("dara", "propose_not_a_victim", FINDING)
        self.tell("visal", "confirm_not_a_victim", {"notified_language": "vie"})


FINDING: dict[str, Any] = {"reasons": "Reasons", "organisation": "Police"}
DECISION: dict[str, Any] = FINDING | {"status": "identified"}
