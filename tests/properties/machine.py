"""People who give commands, right and wrong ones, while time passes and partners misbehave."""

import random
from collections.abc import Coroutine, Mapping
from functools import cache
from typing import Any, NamedTuple
from uuid import uuid4

from hypothesis import currently_in_test_context, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from homeward.domain.access import conflicted, may_command
from homeward.domain.actors import Actor
from homeward.domain.control import dues
from homeward.domain.decide import possible
from homeward.domain.kinds import blank
from homeward.domain.refusals import Refused
from homeward.domain.streams import PREFIX, fold, kind_of
from homeward.domain.tasks import tasks
from homeward.ports import Answer
from tests.badinput.good import GOOD
from tests.badinput.tour import Tour, taken
from tests.badinput.world import NOBODY, OFFERED, PEOPLE, plain, who
from tests.properties.odd import ODD
from tests.properties.watch import faults_of, stands_wrong

FIELDS_DECIDE: dict[str, frozenset[str]] = {
    name: frozenset(codes.split())
    for name, codes in {
        "record_consent": "wrong_state guardian_missing",
        "withdraw_consent": "wrong_state",
        "open_interview": "interpreter_conflict protection_bar",
        "request_handoff": "consent_missing wrong_state",
        "choose_nationality": "wrong_state",
        "place_hold": "forbidden",
        "lift_hold": "forbidden wrong_state separation_of_duties protection_bar",
        "propose_hold_lift": "wrong_state",
        "reject_step": "forbidden separation_of_duties",
        "claim_case": "wrong_state",
        "clear_for_departure": "guard_failed",
        "record_departure": "guard_failed wrong_state",
        "record_service_answer": "wrong_state",
        "approve_service_answer": "wrong_state separation_of_duties",
        "approve_correction": "wrong_state separation_of_duties",
        "accept_handoff": "wrong_state not_found",
        "decline_handoff": "wrong_state not_found",
        "ask_about_handoff": "wrong_state not_found",
        "answer_handoff": "wrong_state not_found",
        "answer_question": "wrong_state",
        "withdraw_handoff": "wrong_state",
        "release_suspect": "wrong_state",
        "bring_before_court": "wrong_state",
        "answer_request": "consent_missing protection_bar",
        "confirm_merge": "wrong_state",
        "approve_erasure": "hold",
    }.items()
}
"""Refusals other than `invalid` that depend on what the fields, or the streams they name, say."""
SERVICES: tuple[tuple[str, str, Mapping[str, Any]], ...] = tuple(
    (service, operation, how)
    for service, operation in (
        ("immigration", "fine"), ("immigration", "waiver"), ("immigration", "stay_permit"),
        ("immigration", "exit_permit"), ("mission", "deliver"),
    )
    for how in ({}, {"refuse": "no"}, {"slow": 7200}, {"slow": 500_000}, {"fail": 503, "times": 3},
                {"garbage": 2}, {"lose": 1}, {"fail": 503})
)  # fmt: skip
ROAD = (
    "start_examination", "accept_request", "authorise_operation", "launch_operation",
    "record_rescue", "record_search_outcome", "conclude_operation", "record_screening",
    "appoint_guardian", "explain_rights", "record_consent", "open_interview",
    "submit_assessment", "determine_status", "assess_fine", "propose_waiver", "endorse_waiver",
    "approve_waiver", "assess_return_risk", "approve_return_risk", "determine_best_interests",
    "request_handoff", "accept_handoff", "answer_handoff", "arrange_reception",
    "record_passport", "waive_reflection", "certify_fitness_to_travel",
    "open_return_preparation", "request_deportation_order", "sign_deportation_order",
    "request_exit_permit", "book_travel", "clear_for_departure", "record_departure",
    "confirm_reception", "record_follow_up", "close_case", "reopen_case", "link_to_incident",
    "conclude_incident", "bring_before_court", "record_hearing", "record_verdict",
    "close_court_case", "answer_request", "close_request", "propose_hold_lift", "lift_hold",
    "resolve_protection_claim", "approve_correction", "approve_service_answer",
    "confirm_withdrawal", "report_found",
)  # fmt: skip
"""The way home, and the second steps on it."""
AGAINST: tuple[tuple[tuple[str, dict[str, Any]], ...], ...] = (
    (("record_screening", {"fear_of_own_authorities": "yes"}),),
    (("record_screening", {"fear_of_own_authorities": "not_asked", "minor": "doubt"}),),
    (("raise_protection_claim", {}),),
    *((("place_hold", {"kind": kind, "court": None}),)
      for kind in ("PROTECTION", "COURT", "IDENTITY", "SAFETY")),
    (("assess_return_risk", {"level": "high"}), ("approve_return_risk", {})),
    (("assess_return_risk", {}),),
    (("withdraw_consent", {"purpose": "return", "mission": None}),),
    (("withdraw_consent", {"purpose": "mission_contact", "mission": "VN"}),),
    (("request_review", {}),),
    (("certify_fitness_to_travel", {"fit": False}),),
    (("assess_age", {"minor": True}),),
    (("change_of_mind", {}), ("open_return_preparation", {"mode": "resettlement"})),
    (("change_of_mind", {}), ("open_return_preparation", {"mode": "deportation"})),
)  # fmt: skip
"""What people say that forbids a departure, a clearance or a word to an embassy."""
SENT_OFF = (
    ("clear_for_departure", "record_departure"), ("record_departure",), ("request_handoff",),
    ("request_handoff", "accept_handoff", "answer_handoff"), ("request_exit_permit",),
)  # fmt: skip
OFTEN = 2 * ("screened", "identified", "asked", "documented", "prepared", "cleared", "departed")
"""Where most can go wrong."""
CHATTER = frozenset({"attach_document", "add_note", "break_glass", "declare_interest"})
names = st.sampled_from(sorted(PEOPLE))


def tell(text: str) -> None:
    """Kept for whoever reads a failure."""
    if currently_in_test_context():
        note(text)


class Given(NamedTuple):
    command: str
    body: dict[str, Any]
    actor: Actor
    answer: Answer


@cache
def tour() -> Tour:
    return taken()


class Histories(RuleBasedStateMachine):
    """Starts anywhere on the tour; every step keeps what must hold of any history."""

    def __init__(self) -> None:
        super().__init__()
        self.world = tour().world
        self.stream = ""
        self.given: list[Given] = []
        self.judged: dict[str, int] = {}

    @initialize(start=st.sampled_from([*sorted(tour().stands), *OFTEN]))
    def begins(self, start: str) -> None:
        self.stream, then = tour().stands[start]
        self.world.back_to(then)
        self.world.partners.reset()
        self.world.run(self.world.settle(()))
        self.judged = {name: len(events) for name, events in self.world.store.streams.items()}

    # what may happen -------------------------------------------------------------------------

    @rule(data=st.data(), steps=st.integers(1, 8))
    def the_work_goes_on(self, data: st.DataObject, steps: int) -> None:
        """The next of what is offered to anybody and has not been done, in the road's order."""
        for _ in range(steps):
            can = self._offered_to_anybody()
            done = self.world.store.states[self.stream].took
            ahead = [command for command in ROAD if command in can and command not in done]
            if not ahead:
                break
            command = data.draw(st.sampled_from(ahead[:3]), "next")
            self._give(can[command], command, self.stream, self._fields(command, self.stream))

    @rule(data=st.data())
    def somebody_does_what_is_offered(self, data: st.DataObject) -> None:
        can = {c: name for c, name in self._offered_to_anybody().items() if c not in CHATTER}
        if not can:
            return
        command = data.draw(st.sampled_from(sorted(can)), "offered")
        self._give(can[command], command, self.stream, self._fields(command, self.stream))

    @rule(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 8))
    def a_day_of_work(self, seed: int, steps: int) -> None:
        """Whatever is offered to anybody, one as likely as the other, and the odd word."""
        chance = random.Random(seed)
        for _ in range(steps):
            can = {c: name for c, name in self._offered_to_anybody().items() if c not in CHATTER}
            if not can:
                break
            command = chance.choice(sorted(can))
            variants = ODD[command](self.world, self.stream) if command in ODD else []
            variant = chance.choice([{}, {}, *variants])
            fields = self._fields(command, self.stream) | variant
            self._give(can[command], command, self.stream, fields)

    @rule(name=names, command=st.sampled_from(sorted(OFFERED)), data=st.data())
    def somebody_tries_something(self, name: str, command: str, data: st.DataObject) -> None:
        stream = self._some_stream(command, data)
        variants = ODD[command](self.world, stream) if command in ODD else []
        variant = data.draw(st.sampled_from([{}, *variants]), "variant")
        self._give(name, command, stream, self._fields(command, stream) | variant)

    @rule(command=st.sampled_from(sorted(ODD)), data=st.data())
    def whoever_may_says_something_odd(self, command: str, data: st.DataObject) -> None:
        stream = self._some_stream(command, data)
        variants = ODD[command](self.world, stream)
        if not variants:
            return
        variant = data.draw(st.sampled_from(variants), "variant")
        able = [n for n in sorted(PEOPLE) if who(n).roles & OFFERED[command].spec.by]
        name = data.draw(st.sampled_from(able), "who")
        self._give(name, command, stream, self._fields(command, stream) | variant)

    @rule(against=st.sampled_from(AGAINST), then=st.sampled_from(SENT_OFF))
    def what_stands_against_it_is_passed_over(
        self, against: tuple[tuple[str, dict[str, Any]], ...], then: tuple[str, ...]
    ) -> None:
        """Somebody says what forbids a step, and others try the step all the same."""
        if kind_of(self.stream) == "case":
            self.pass_over(against, then)

    def pass_over(
        self, against: tuple[tuple[str, dict[str, Any]], ...], then: tuple[str, ...]
    ) -> None:
        for command, variant in against:
            fields = self._fields(command, self.stream) | variant
            self._give(self._able(command), command, self.stream, fields)
        for command in then:
            self._give(
                self._able(command), command, self.stream, self._fields(command, self.stream)
            )

    @rule(hours=st.sampled_from([0.2, 1.5, 20, 50, 24 * 4, 24 * 11, 24 * 32, 24 * 100]))
    def time_passes(self, hours: float) -> None:
        self.world.wait_for(hours=hours)
        now = self.world.clock
        late = [
            (stream, key)
            for stream, state in self.world.store.states.items()
            for key, due in dues(state).items()
            if due <= now
        ]
        assert late == [], "what was due has not passed"

    @rule(told=st.sampled_from(SERVICES))
    def a_partner_changes_its_ways(self, told: tuple[str, str, Mapping[str, Any]]) -> None:
        service, operation, how = told
        self.world.run(self.world.tell_service(service, {operation: how}))
        self.world.run(self.world.settle(()))

    @rule(
        data=st.data(), answer=st.sampled_from(["confirmed", "not_ours", "no_record", "declined"])
    )
    def a_missions_own_system_answers(self, data: st.DataObject, answer: str) -> None:
        handoffs = [str(handoff) for handoff in self.world.case_of(self.stream).handoffs]
        if not handoffs:
            return
        handoff = data.draw(st.sampled_from(handoffs), "handoff")
        told = {"answer": {"handoff": handoff, "answer": answer, "after": "2h"}}
        self.world.run(self.world.tell_service("mission", told))
        self.world.wait_for(hours=3)

    @rule(data=st.data())
    def somebody_sends_it_again(self, data: st.DataObject) -> None:
        if not self.given:
            return
        first = data.draw(st.sampled_from(self.given), "again")
        before = len(self.world.store.order)
        assert self.world.command(first.command, first.body, first.actor) == first.answer
        assert len(self.world.store.order) == before, "the same command twice is two facts"

    @rule(data=st.data(), how=st.sampled_from(["body", "actor", "stream"]))
    def somebody_uses_a_used_id(self, data: st.DataObject, how: str) -> None:
        if not self.given:
            return
        first = data.draw(st.sampled_from(self.given), "id of")
        body, actor = dict(first.body), first.actor
        match how:
            case "body":
                body["fields"] = {**body["fields"], "comment_of_mine": 1}
            case "actor":
                actor = Actor(f"{actor.id}2", actor.roles, actor.mission, None, actor.languages)
            case "stream":
                known = [s for s in self.world.store.states if s != body.get("stream")]
                body["stream"] = data.draw(st.sampled_from(known), "other")
        # an earlier check may speak first, and says no more than it would of any command
        allowed = ("duplicate_key", "not_found", "conflict_of_interest", "forbidden", "invalid")
        assert self._refusal(self.world.do(first.command, body, actor)) in allowed

    @rule(name=names)
    def somebody_reads(self, name: str) -> None:
        allowed = (None, "not_found", "forbidden")
        assert self._refusal(self.world.read(self.stream, who(name))) in allowed

    # what must hold --------------------------------------------------------------------------

    @invariant()
    def history_is_as_it_must_be(self) -> None:
        store = self.world.store
        for stream, events in store.streams.items():
            since = self.judged.get(stream, 0)
            if since == len(events):
                continue
            self.judged[stream] = len(events)
            assert faults_of(events, since) == []
            state = fold(blank(stream), events)
            assert state == store.states[stream], "the fold is not what was decided on"
            assert stands_wrong(state) == []
            for task in tasks(state, self.world.clock):
                assert task.kind

    def teardown(self) -> None:
        """Events out of order, twice or missing fold all the same."""
        events = list(self.world.store.streams.get(self.stream, ()))
        chance = random.Random(len(events))
        for _ in range(3):
            some = chance.choices(events, k=len(events)) if events else []
            fold(blank(self.stream or "VIC-2022-000000"), some)

    def _refusal(self, asked: Coroutine[Any, Any, object]) -> str | None:
        """The code it is refused with, if it is; nothing is appended either way."""
        before = len(self.world.store.order)
        try:
            self.world.run(asked)
        except Refused as refusal:
            return refusal.code
        finally:
            assert len(self.world.store.order) == before
        return None

    # how ------------------------------------------------------------------------------------

    def _fields(self, command: str, stream: str | None) -> dict[str, Any]:
        return GOOD[command](self.world, stream)

    def _some_stream(self, command: str, data: st.DataObject) -> str | None:
        spec = OFFERED[command].spec
        if spec.opens:
            return None
        kind = kind_of(self.stream) if spec.stream == "any" else spec.stream
        known = self.world.streams_of(kind)
        if kind == kind_of(self.stream):
            known = [self.stream, *known]
        return (
            data.draw(st.sampled_from(known), "stream") if known else f"{PREFIX[kind]}-2022-000000"
        )

    def _able(self, command: str) -> str:
        """Somebody who may give it now, else anybody who ever may."""
        able = [name for name in sorted(PEOPLE) if who(name).roles & OFFERED[command].spec.by]
        for name in able:
            shown = self._offered(who(name), self.stream)
            if command in shown and shown[command] is None:
                return name
        return able[0]

    def _offered_to_anybody(self) -> dict[str, str]:
        """Command -> somebody who may give it to the stream now."""
        can: dict[str, str] = {}
        for name in sorted(PEOPLE):
            for command, refusal in self._offered(who(name), self.stream).items():
                if refusal is None:
                    can.setdefault(command, name)
        return can

    def _offered(self, actor: Actor, stream: str) -> dict[str, Refused | None]:
        """What a page would offer: nothing to whom the stream is not there for."""
        state = self.world.store.states.get(stream)
        if (
            state is None
            or not may_command(state, actor, self.world.clock)
            or conflicted(state, actor)
        ):
            return {}
        return possible(state, actor, self.world.clock)

    def _give(self, name: str, command: str, stream: str | None, fields: dict[str, Any]) -> None:
        actor = who(name)
        told = plain({key: value for key, value in fields.items() if value is not None})
        body: dict[str, Any] = {"fields": told, "command_id": str(uuid4())}
        if stream is not None:
            body["stream"] = stream
        offered = self._offered(actor, stream) if stream is not None else {}
        before = len(self.world.store.order)
        try:
            answer = self.world.command(command, body, actor)
        except Refused as refusal:
            tell(f"{name} {command} {stream}: {refusal.code} {refusal.names} {refusal.why}")
            assert len(self.world.store.order) == before, "a refusal has appended something"
            if NOBODY not in str(told):
                self._agrees(command, offered, refusal)
            return
        tell(f"{name} {command} {stream}: {[event['type'] for event in answer.events]}")
        refused = offered.get(command)
        assert refused is None, f"{command} was carried out though {refused} was shown"
        self.given.append(Given(command, body, actor, answer))
        self.world.run(self.world.settle(()))

    @staticmethod
    def _agrees(command: str, offered: Mapping[str, Refused | None], refusal: Refused) -> None:
        """What is offered is not refused but for its fields; what is not, for what was shown."""
        if command not in offered:
            return
        shown, by_fields = offered[command], FIELDS_DECIDE.get(command, frozenset())
        if shown is None:
            assert refusal.code in by_fields | {"invalid"}, f"offered, then {refusal}"
        else:
            assert refusal.code in by_fields | {shown.code}, f"{shown} was shown, then {refusal}"
