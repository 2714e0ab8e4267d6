"""Tells a story to the pure engine: commands in clear, the clock by hand, partners as they play.

story = Story()
case = story.identified()
story.by("sok", "assess_fine", case, permitted_until="2022-04-24", accrual_ends=story.day())
story.wait("30d")
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from copy import deepcopy
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, NamedTuple, TypeVar, cast
from uuid import UUID

from homeward.dev.scenario.memory import MemoryEngine
from homeward.domain.actors import Actor
from homeward.domain.calendar import business_days_after, local_date
from homeward.domain.facts import Event
from homeward.domain.refusals import Refused
from homeward.domain.streams import StreamState, kind_of
from homeward.domain.tasks import Task, tasks
from homeward.ports import Answer, KnownCommand
from homeward.sealing.memory import MemoryKeyStore, memory_keyring
from homeward.services.sandbox.durations import parse_duration
from homeward.services.sandbox.shelves import Shelves

T = TypeVar("T")
R = TypeVar("R", bound=Callable[..., Any])
PEOPLE: dict[str, tuple[str, ...]] = {
    "th": ("liaison",),
    "intan": ("intake",),
    "emma": ("examiner",),
    "piseth": ("planner",),
    "auth": ("authoriser",),
    "field": ("field",),
    "sreymom": ("screener",),
    "ivan": ("interviewer",),
    "dara": ("determiner",),
    "sok": ("officer",),
    "enda": ("endorser",),
    "maly": ("approver",),
    "vn": ("liaison",),
    "id": ("liaison",),
    "mfa": ("mfa",),
    "care": ("care",),
    "child": ("child_protection",),
    "just": ("justice",),
    "just2": ("justice",),
    "visal": ("supervisor",),
    "visal2": ("supervisor",),
    "aud": ("auditor",),
    "stat": ("statistician",),
}
MISSIONS = {"vn": "VN", "id": "ID", "th": "TH", "us": "US"}
LANGUAGES = {"ivan": frozenset({"khm", "eng", "vie"})}
INDICATORS = (
    "abuse_of_vulnerability", "deception", "restriction_of_movement", "isolation",
    "physical_and_sexual_violence", "intimidation_and_threats", "retention_of_identity_documents",
    "withholding_of_wages", "debt_bondage", "abusive_working_and_living_conditions",
    "excessive_overtime",
)  # fmt: skip
ABSENT = {name: {"finding": "absent"} for name in INDICATORS}


LOOP = asyncio.new_event_loop()
KEYRING = memory_keyring(MemoryKeyStore())
"""One for all stories, so that what one has told another can open."""


class Kept(NamedTuple):
    """A story as far as it is told; facts and states never change, so the lists are enough."""

    now: datetime
    streams: dict[str, tuple[Event, ...]]
    order: tuple[Event, ...]
    commands: dict[UUID, KnownCommand]
    states: dict[str, StreamState]
    partners: Shelves


_told: dict[tuple[str, ...], tuple[Any, Kept]] = {}


def told_once(road: R) -> R:
    """A stretch of the road from the start is told once; the next story begins where it led."""

    @wraps(road)
    def walk(story: "Story", *args: Any, **more: Any) -> Any:
        if not story.untold:
            return road(story, *args, **more)
        key = (road.__name__, story.now.isoformat(), repr(args), repr(more))
        if key not in _told:
            led_to = road(story, *args, **more)
            _told[key] = (led_to, story.kept())
        led_to, kept = _told[key]
        story.back_to(kept)
        return led_to

    return cast("R", walk)


def _done(coroutine: Coroutine[Any, Any, T]) -> T:
    return LOOP.run_until_complete(coroutine)


class Story:
    def __init__(self, now: str = "2022-08-01T08:30:00+07:00") -> None:
        self.engine = MemoryEngine()
        self.engine.keyring = KEYRING
        _done(self.engine.begin(datetime.fromisoformat(now)))
        self.services_as_ever = True

    @property
    def untold(self) -> bool:
        return self.services_as_ever and not self.engine.store.order

    def kept(self) -> Kept:
        store = self.engine.store
        streams = {stream: tuple(events) for stream, events in store.streams.items()}
        return Kept(
            self.now, streams, tuple(store.order), dict(store.commands), dict(store.states),
            deepcopy(self.engine.partners._shelves),
        )  # fmt: skip

    def back_to(self, kept: Kept) -> None:
        store = self.engine.store
        self.engine._clock = kept.now
        store.streams = {stream: list(events) for stream, events in kept.streams.items()}
        store.order, store.commands = list(kept.order), dict(kept.commands)
        store.states = dict(kept.states)
        self.engine.partners._shelves = deepcopy(kept.partners)

    @property
    def now(self) -> datetime:
        return _done(self.engine.now())

    def day(self, ahead: int = 0) -> str:
        return (local_date(self.now) + timedelta(days=ahead)).isoformat()

    def at(self, ahead: str = "0s") -> str:
        return (self.now + parse_duration(ahead)).isoformat()

    def actor(self, name: str, roles: Iterable[str] = ()) -> Actor:
        mine = frozenset(roles) or frozenset(PEOPLE[name])
        return Actor(name, mine, MISSIONS.get(name), None, LANGUAGES.get(name, frozenset()))

    def do(
        self,
        name: str,
        roles: Iterable[str],
        command: str,
        stream: str | None = None,
        fields: dict[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, str]:
        """The command's result; raises Refused. `more`: command_id, expected_version, ..."""
        body = {"fields": fields or {}, **more} | ({"stream": stream} if stream else {})
        answer = _done(self.engine.do(command, body, self.actor(name, roles)))
        _done(self.engine.settle(()))
        return {"stream": answer.stream, **answer.result}

    def by(
        self, name: str, command: str, stream: str | None = None, /, **fields: Any
    ) -> dict[str, str]:
        """The same for somebody whom everybody knows."""
        return self.do(name, (), command, stream, fields)

    def wait(self, how_long: str) -> None:
        """Let the clock run: deadlines pass, partners answer."""
        if how_long.endswith("bd"):
            until = business_days_after(self.now, int(how_long[:-2]))
        else:
            until = self.now + parse_duration(how_long)
        _done(self.engine.wait(until, ()))

    def service(self, service: str, **behaviour: Any) -> None:
        self.services_as_ever = False
        _done(self.engine.tell_service(service, behaviour))

    def state(self, stream: str) -> Any:
        return self.engine.store.states[stream]

    def history(self, stream: str) -> list[Any]:
        """Its events, from the first."""
        return self.engine.store.streams[stream]

    def events(self, stream: str) -> list[str]:
        return [event.type for event in self.history(stream)]

    def last(self, stream: str, kind: str) -> Any:
        return next(event for event in reversed(self.history(stream)) if event.type == kind)

    def tasks(self, stream: str) -> list[Task]:
        return list(tasks(self.state(stream), self.now))

    def kinds(self, stream: str) -> set[str]:
        """Kinds of open tasks."""
        return {task.kind for task in self.tasks(stream)}

    def read(self, name: str, stream: str, roles: Iterable[str] = ()) -> dict[str, Any]:
        return _done(self.engine.read(stream, self.actor(name, roles)))

    def read_as_known(
        self, name: str, stream: str, then: datetime, roles: Iterable[str] = ()
    ) -> dict[str, Any]:
        reads, actor = self.engine._reads, self.actor(name, roles)
        return _done(reads.read(kind_of(stream), stream, actor, as_known_at=then))

    def timeline(self, name: str, stream: str, **page: Any) -> list[dict[str, Any]]:
        """Its steps as somebody sees them."""
        reads, actor = self.engine._reads, self.actor(name)
        told: list[dict[str, Any]] = _done(reads.timeline(kind_of(stream), stream, actor, **page))[
            "events"
        ]
        return told

    def answered(self, name: str, command: str, stream: str | None, **fields: Any) -> Answer:
        """The whole answer to a command, as its giver is told it."""
        body = {"fields": fields} | ({"stream": stream} if stream else {})
        answer = _done(self.engine.do(command, body, self.actor(name)))
        _done(self.engine.settle(()))
        return answer

    # the road -------------------------------------------------------------------------------------

    @told_once
    def rescued(self, **identity: Any) -> str:
        """Escaped by herself, without an operation."""
        person = {
            "name_romanised": "TRAN THI MAI",
            "sex": "F",
            "birth_date": "1998-03-14",
            "nationalities": [{"country": "VN", "status": "claimed"}],
            "languages": ["vie"],
        } | identity
        return self.by(
            "field",
            "open_case",
            mode="self_escape",
            identity=person,
            rescued_at=self.at(),
            province="KH-18",
            passport={"status": "confiscated_by_trafficker", "issuer": "VN"},
        )["stream"]

    def screen(self, case: str, **told: Any) -> None:
        medical_urgent = told.pop("medical_urgent", False)
        needs = {
            "medical_urgent": medical_urgent,
            "pregnancy": "unknown",
            "suicide_risk": "no",
            "dependants": 0,
        }
        fields = {
            "needs": needs,
            "minor": "no",
            "fear_of_police": "no",
            "fear_of_own_authorities": "no",
            "separated_from_suspects": True,
            "rights_explained": True,
            "language": "vie",
            "indicators_observed": [],
        }
        self.by("sreymom", "record_screening", case, **(fields | told))

    @told_once
    def screened(self, **told: Any) -> str:
        case = self.rescued()
        self.screen(case, **told)
        topics = ["consular", "reflection", "asylum", "data", "return", "complaint"]
        self.by("sreymom", "explain_rights", case, topics=topics, language="vie")
        return case

    def consent(self, case: str, purpose: str, *, by: str = "person", **more: Any) -> None:
        fields = {"purpose": purpose, "given": True, "by": by, "language": "vie", **more}
        self.by("sreymom", "record_consent", case, **fields)

    @told_once
    def assessed(self, **found: Any) -> str:
        case = self.screened()
        self.consent(case, "interview")
        self.by("ivan", "open_interview", case, at=self.at(), language="vie", private=True)
        fields = {
            "indicators": ABSENT | {"deception": {"finding": "present"}},
            "acts": ["recruitment"],
            "means": ["deception"],
            "purposes": ["forced_labour"],
            "htcds": {},
            "account": "Sold twice between groups.",
            "transfers": [],
            "recommendation": "identified",
        } | found
        self.by("ivan", "submit_assessment", case, **fields)
        return case

    @told_once
    def identified(self) -> str:
        case = self.assessed()
        reasons = {"reasons": "Act, means and purpose", "organisation": "Police"}
        self.by("dara", "determine_status", case, status="identified", **reasons)
        return case

    @told_once
    def waived(self) -> str:
        case = self.identified()
        self.by("sok", "assess_fine", case, permitted_until="2022-04-24", accrual_ends=self.day())
        fields = {"percent": 100, "ground": "victim_of_trafficking", "reasons": "Victim"}
        self.by("sok", "propose_waiver", case, **fields)
        self.by("enda", "endorse_waiver", case)
        self.by("maly", "approve_waiver", case, percent=100)
        return case

    def ask(self, case: str, kind: str = "verify_nationality", *, mission: str = "VN") -> str:
        fields = {"mission": mission, "kind": kind, "nationality": mission}
        return self.by("sok", "request_handoff", case, **fields)["handoff"]

    @told_once
    def asked(self, kind: str = "verify_nationality") -> tuple[str, str]:
        """A case with one open handoff to Vietnam, and the handoff."""
        case = self.identified()
        self.consent(case, "mission_contact", mission="VN")
        return case, self.ask(case, kind)

    def answer(self, case: str, handoff: str, answer: str, *, as_: str = "vn", **more: Any) -> None:
        self.by(as_, "accept_handoff", case, handoff=handoff)
        self.by(as_, "answer_handoff", case, handoff=handoff, answer=answer, **more)

    def document(self, expires: int = 180) -> dict[str, Any]:
        return {
            "kind": "emergency_travel_document",
            "number": "N1234567",
            "issued": self.day(),
            "expires": self.day(expires),
        }

    @told_once
    def documented(self, expires: int = 180) -> str:
        case = self.waived()
        self.consent(case, "mission_contact", mission="VN")
        self.answer(case, self.ask(case), "confirmed")
        document = self.document(expires)
        self.answer(case, self.ask(case, "issue_travel_document"), "done", document=document)
        reception = {"authority": "Social Affairs, Tay Ninh", "port": "Moc Bai", "contact": "desk"}
        self.answer(case, self.ask(case, "arrange_reception"), "done", reception=reception)
        return case

    def risk(self, case: str, level: str = "low", days: int = 30) -> None:
        until = self.day(days)
        self.by("care", "assess_return_risk", case, level=level, factors=["x"], valid_until=until)
        self.by("visal", "approve_return_risk", case)

    @told_once
    def prepared(self, expires: int = 180, risk_days: int = 30) -> str:
        """Ready to be cleared: an assisted return, leaving in three days."""
        case = self.documented(expires)
        self.wait("30d")
        self.consent(case, "return")
        self.risk(case, days=risk_days)
        mode = {"mode": "assisted_voluntary_return", "wish_recorded": True}
        self.by("sok", "open_return_preparation", case, **mode)
        self.by("sok", "request_exit_permit", case, basis="Return home")
        self.book(case)
        return case

    def book(self, case: str, ahead: str = "3d") -> None:
        self.by(
            "sok",
            "book_travel",
            case,
            carrier="Bus",
            number="MB-1",
            departs_at=self.at(ahead),
            exit_point="Bavet",
            destination="Moc Bai",
            payer="mission",
        )

    @told_once
    def cleared(self, **prepared: Any) -> str:
        case = self.prepared(**prepared)
        self.by("enda", "clear_for_departure", case)
        return case

    def depart(self, case: str, number: str = "N1234567", at: str | None = None) -> None:
        fields = {"at": at or self.at(), "exit_point": "Bavet", "document_number": number}
        self.by("sok", "record_departure", case, **fields)

    @told_once
    def departed(self) -> str:
        case = self.cleared()
        self.wait("3d")
        self.depart(case)
        return case

    @told_once
    def deported(self) -> str:
        """In preparation of a deportation; no order yet."""
        case = self.documented()
        self.wait("30d")
        mode = {"mode": "deportation", "wish_recorded": True}
        self.by("sok", "open_return_preparation", case, **mode)
        return case


def refused(call: Callable[[], object]) -> Refused:
    """The refusal that the call meets."""
    try:
        call()
    except Refused as refusal:
        return refusal
    raise AssertionError("it was carried out")
