"""A victim's case as folded from its events: where the person is, and what work stands where."""

from datetime import date, datetime
from typing import Any, dataclass_transform
from uuid import UUID

import msgspec
from msgspec.structs import replace

from homeward.domain.facts import Event
from homeward.domain.sealed import Sealed
from homeward.domain.streams import StreamState

TELLS_WHO_MAY_KNOW = ("state", "screening", "claims", "holds", "consents", "handoffs")
"""The fields on which `Case.open_to` depends."""
NOT_FOR_MISSIONS = frozenset({"CLOSED", "WITHDRAWN", "ORDINARY_IMMIGRATION"})
RESTING = frozenset({"WHEREABOUTS_UNKNOWN", "WITHDRAWN", "DECEASED"})
HEARD_WHEN_RESTING = frozenset(
    {
        "add_note", "attach_document", "correct_record", "approve_correction", "reject_step",
        "link_cases", "declare_interest", "break_glass", "extend_deadline", "close_case",
    }
)  # fmt: skip
HEARD_ALSO = {
    "WHEREABOUTS_UNKNOWN": frozenset({"report_found", "record_death"}),
    "WITHDRAWN": frozenset({"record_death"}),
    "DECEASED": frozenset({"confirm_death"}),
}
HEARD_WHEN_CLOSED = frozenset(
    {
        "add_note", "attach_document", "correct_record", "approve_correction", "reject_step",
        "declare_interest", "break_glass", "reopen_case", "request_erasure", "approve_erasure",
    }
)  # fmt: skip


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Struct(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    pass


class Nationality(Struct):
    country: str
    status: str


class Identity(Struct):
    name_romanised: Sealed
    sex: str
    nationalities: tuple[Nationality, ...]
    languages: tuple[str, ...]
    name_native: Sealed | None = None
    aliases: Sealed | None = None
    birth_date: Sealed | None = None
    turns_18: str | None = None
    """YYYY-MM; set by the edge for anyone under 18."""
    age_claimed: int | None = None
    photo: Sealed | None = None


class Passport(Struct):
    status: str
    issuer: str | None = None
    number: Sealed | None = None
    expires: date | None = None
    mrz: Sealed | None = None


class Screening(Struct):
    event: UUID
    by: str
    at: datetime
    minor: str
    fear_of_police: str
    fear_of_own_authorities: str
    medical_urgent: bool
    language: str
    fact: Any
    """The recorded fact itself, for those who may read it."""


class Consent(Struct):
    purpose: str
    mission: str | None
    by: str
    at: datetime
    event: UUID
    language: str
    ended_at: datetime | None = None


class StatusDecision(Struct):
    """One decision about the status; later ones stand after it and take nothing away from it."""

    event: UUID
    by: str
    at: datetime
    status: str
    organisation: str
    reasons: Sealed | None = None
    redecide_by: date | None = None
    notified_language: str | None = None


class Hold(Struct):
    id: UUID
    kind: str
    by: str
    at: datetime
    basis: Sealed | None
    document: str | None = None
    review_on: date | None = None
    court: str | None = None
    origin: str = "placed"
    """placed | screening | risk | claim:<id> | handoff:<id> | family: what put it there."""


class Message(Struct):
    """One turn of a handoff's thread."""

    by: str
    side: str
    """mission | cambodia"""
    at: datetime
    text: Sealed


class Handoff(Struct):
    id: UUID
    mission: str
    kind: str
    nationality: str
    state: str
    opened_at: datetime
    opened_by: str
    message: Sealed | None = None
    due: date | None = None
    delivered_at: datetime | None = None
    answer: str | None = None
    answered_at: datetime | None = None
    question_open: UUID | None = None
    thread: tuple[Message, ...] = ()
    shut: bool = False
    """The mission's access ended while it stood: it gives access no more."""

    @property
    def open(self) -> bool:
        return self.state in ("OPENED", "DELIVERED", "ACCEPTED")


class TravelDocument(Struct):
    kind: str
    issuer: str
    number: Sealed | None
    expires: date | None
    issued: date | None = None


class Fine(Struct):
    """Days and exact USD; `amount` None where it is unknown, which is never 0."""

    days: int | None
    amount: str | None
    at: datetime


class Waiver(Struct):
    track: str = "NONE"
    percent: int | None = None
    ground: str | None = None
    reference: str | None = None


class Payment(Struct):
    event: UUID
    payer: str
    amount: str
    receipt: str


class Risk(Struct):
    track: str = "NONE"
    level: str | None = None
    valid_until: date | None = None
    by: str | None = None
    factors: Sealed | None = None


class Claim(Struct):
    id: UUID
    kind: str
    by: str
    at: datetime
    account: Sealed | None = None
    outcome: str | None = None
    resolved_at: datetime | None = None
    resolved_version: int = 0


class Order(Struct):
    """The deportation order."""

    basis: str
    reentry_ban: bool
    requested_by: str
    number: str | None = None
    appeal_until: date | None = None
    notified_language: str | None = None
    ban_until: date | None = None


class Travel(Struct):
    carrier: str
    number: str
    departs_at: datetime
    exit_point: str
    destination: str
    payer: str
    escort: Sealed | None = None
    manifest: str | None = None


class Reception(Struct):
    authority: str
    port: str
    contact: Sealed
    country: str
    mission: str | None = None


class Fitness(Struct):
    fit: bool
    valid_until: date
    conditions: Sealed | None = None


class Placement(Struct):
    place: Sealed
    kind: str
    deprived_of_liberty: bool
    at: datetime
    legal_basis: str | None = None
    review_on: date | None = None


class BestInterests(Struct):
    return_is_best: bool
    receiving_guardian: Sealed | None
    at: datetime


class Correction(Struct):
    id: UUID
    event: UUID
    event_type: str
    field: str
    value: Any
    """Sealed where the field is."""
    by: str
    at: datetime
    reasons: Sealed | None
    also: dict[str, Any] = {}
    effective: bool = False


class Ending(Struct):
    """The step into WHEREABOUTS_UNKNOWN, WITHDRAWN, DECEASED or CLOSED."""

    before: str
    into: str
    version: int


class Link(Struct):
    case: str
    relation: str


class Case(StreamState, frozen=True, kw_only=True, gc=False):
    """VictimCase: one person, one trafficking episode."""

    # who and where
    mode: str = ""
    operation: str | None = None
    request: str | None = None
    stub: int | None = None
    identity: Identity | None = None
    passport: Passport | None = None
    rescued_at: datetime | None = None
    province: str = ""
    place: Sealed | None = None
    condition: Sealed | None = None
    previous_episode: str | None = None
    links: tuple[Link, ...] = ()
    # who works on it, who may not know it
    assigned: dict[str, str] = {}
    """Role -> person."""
    restricted: bool = False
    broken_glass: dict[str, datetime] = {}
    """Person -> until when all sections are open to them."""
    # safety and identification
    screening: Screening | None = None
    first_screened_at: datetime | None = None
    screened_minor: bool = False
    """Some screening said yes or doubt; a later `no` changes nothing."""
    guardian: Sealed | None = None
    age_assessed: bool | None = None
    """AgeAssessed.minor, once assessed."""
    rights: frozenset[str] = frozenset()
    consents: dict[str, Consent] = {}
    """Active ones; key: purpose, or mission_contact:VN."""
    consents_ended: tuple[Consent, ...] = ()
    interviewer: str | None = None
    interview: Any = None
    """The last InterviewOpened."""
    interview_returned: Sealed | None = None
    """What the determiner asked for when the last assessment was returned."""
    assessment: Any = None
    """The last AssessmentSubmitted."""
    assessed_by: str | None = None
    status: str | None = None
    """identified | presumed | not_a_victim, as last decided."""
    statuses: tuple[StatusDecision, ...] = ()
    not_a_victim_proposed: Any = None
    """The NotAVictimProposed that a second reader has yet to confirm."""
    redecide_by: date | None = None
    review_open: bool = False
    review_facts: Sealed | None = None
    """The new facts for which the last review was asked."""
    review_window: str = "NONE"
    """NONE | OPEN | CLOSED"""
    reflection: str = "NONE"
    reflection_ends: datetime | None = None
    # care
    care: str = "NONE"
    placement: Placement | None = None
    care_given: tuple[Any, ...] = ()
    fitness: Fitness | None = None
    # stay and fine
    stay_permit: str = "NONE"
    stay_permit_before: str = "NONE"
    stay_permit_until: date | None = None
    stay_permit_number: str | None = None
    fine: Fine | None = None
    waiver: Waiver = Waiver()
    payments: tuple[Payment, ...] = ()
    answers_on_paper: dict[UUID, Any] = {}
    """Call -> the ServiceAnswerProposed that a second person has yet to approve."""
    # embassy
    consular: dict[str, str] = {}
    """Country -> track value."""
    missions_notified: frozenset[str] = frozenset()
    handoffs: dict[UUID, Handoff] = {}
    nationality_confirmed: frozenset[str] = frozenset()
    travel_nationality: str | None = None
    stateless: bool = False
    residence_state: str | None = None
    travel_document: TravelDocument | None = None
    reception: Reception | None = None
    # risk, protection, justice
    risk: Risk = Risk()
    claims: tuple[Claim, ...] = ()
    best_interests: BestInterests | None = None
    non_punishment: str | None = None
    holds: dict[UUID, Hold] = {}
    """Open ones."""
    justice: str = "NONE"
    statements: tuple[Any, ...] = ()
    courts: tuple[str, ...] = ()
    """Court cases where the person is a witness."""
    courts_closed: frozenset[str] = frozenset()
    suspect_in: tuple[str, ...] = ()
    """Court cases before which the person stands as a suspect."""
    # return
    mode_of_return: str | None = None
    wish_recorded: bool = False
    exit: str = "NONE"
    order: Order | None = None
    exit_before: str = "NONE"
    """Where a refusal of the exit permit leads back to."""
    exit_permit_number: str | None = None
    exit_permit_until: date | None = None
    travel: str = "NONE"
    booking: Travel | None = None
    overrides: dict[str, Sealed | None] = {}
    """Guard -> reason, for the present clearance."""
    cleared_at: datetime | None = None
    lapsed: tuple[datetime, datetime] | None = None
    """From when until when a clearance stood that ended by the travel guard alone: a departure
    within it may still be told."""
    departed_at: datetime | None = None
    received_at: datetime | None = None
    follow_ups: tuple[Any, ...] = ()
    # endings
    endings: tuple[Ending, ...] = ()
    """The endings that the case is in, oldest first: the way back."""
    death: UUID | None = None
    erased: bool = False
    # the record
    corrections: dict[UUID, Correction] = {}
    refolding: bool = False
    """While corrected events are folded again, what the corrections say is in them already."""

    def hears(self, command: str) -> bool:
        if self.erased:  # nothing more is sealed for who was forgotten
            return False
        if self.state == "CLOSED":
            return command in HEARD_WHEN_CLOSED
        if self.state in RESTING:
            return command in HEARD_WHEN_RESTING | HEARD_ALSO[self.state]
        return True

    def track(self, name: str, subject: str | None = None) -> str | None:
        match name:
            case "handoff":
                found = [h for h in self.handoffs.values() if str(h.id) == subject]
                return found[0].state if found else None
            case "waiver":
                return self.waiver.track
            case "risk":
                return self.risk.track
            case _:
                return str(getattr(self, name))

    @property
    def tracks(self) -> dict[str, Any]:
        """Every track's value, as a read shows it."""
        names = (
            "care", "reflection", "stay_permit", "waiver", "risk", "exit", "travel", "justice",
        )  # fmt: skip
        return {name: self.track(name) for name in names} | {"consular": self.consular_tracks}

    @property
    def consular_tracks(self) -> dict[str, str]:
        """One per nationality, and per mission that the person chose to contact."""
        own = self.identity.nationalities if self.identity else ()
        countries = (n.country for n in own if n.status not in ("stateless", "unknown"))
        return dict.fromkeys(countries, "NOT_CONTACTED") | self.consular

    @property
    def minor(self) -> bool:
        """Counts as a minor until AgeAssessed says otherwise, though a birthday passes."""
        if self.age_assessed is not None:
            return self.age_assessed
        told = self.identity is not None and (
            self.identity.turns_18 is not None
            or (self.identity.age_claimed is not None and self.identity.age_claimed < 18)
        )
        return told or self.screened_minor

    def consent(self, purpose: str, mission: str | None = None) -> Consent | None:
        return self.consents.get(purpose if mission is None else f"{purpose}:{mission}")

    @property
    def hold_kinds(self) -> frozenset[str]:
        return frozenset(hold.kind for hold in self.holds.values())

    @property
    def protected(self) -> bool:
        """protection_bar: fear not answered no, a claim open or granted, or a PROTECTION hold."""
        fear = self.screening.fear_of_own_authorities if self.screening else "not_asked"
        claimed = any(claim.outcome in (None, "granted") for claim in self.claims)
        return fear != "no" or claimed or "PROTECTION" in self.hold_kinds

    @property
    def spine(self) -> str:
        """Where the case stands; of a person who is missing, where it stood."""
        absent = self.state == "WHEREABOUTS_UNKNOWN" and self.endings
        return self.endings[-1].before if absent else self.state

    @property
    def ended_at_version(self) -> int:
        """The version at which everything that stood open came to an end; 0: it goes on."""
        final = [e.version for e in self.endings if e.into != "WHEREABOUTS_UNKNOWN"]
        return max(final, default=0)

    @property
    def back_to(self) -> tuple[str, tuple[Ending, ...]]:
        """What reopening leads to: past a closing, and past the withdrawal or absence before it."""
        way = list(self.endings)
        state = way.pop().before if way else self.state
        if way and state in ("WITHDRAWN", "WHEREABOUTS_UNKNOWN"):
            state = way.pop().before
        return state, tuple(way)

    def open_to(self, mission: str | None) -> bool:
        """Whether this mission may know of the person, if it has a handoff here."""
        return (
            mission is not None
            and self.state not in NOT_FOR_MISSIONS
            and not self.protected
            and self.consent("mission_contact", mission) is not None
        )

    def remembers(self, before: "Case", event: Event) -> dict[str, Any]:
        """Access that once ended comes back only with a handoff opened later."""
        changes = super().remembers(before, event)
        if self.handoffs and any(
            getattr(self, told) is not getattr(before, told) for told in TELLS_WHO_MAY_KNOW
        ):
            shut = [h for h in self.handoffs.values() if not h.shut and not self.open_to(h.mission)]
            if shut:
                changes["handoffs"] = self.handoffs | {h.id: replace(h, shut=True) for h in shut}
        return changes
