"""Every command once, where it fits: the world just before it, who gives it, and its body."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from tests.badinput.good import GOOD, Said
from tests.badinput.world import Snapshot, World, plain, who


class Moment(NamedTuple):
    name: str
    """The command, and which form of its fields where there are several."""
    command: str
    person: str
    stream: str | None
    fields: dict[str, Any]
    before: Snapshot


class Tour:
    """Gives good commands, and remembers where each was given first."""

    def __init__(self) -> None:
        self.world = World()
        self.moments: dict[str, Moment] = {}
        self.stands: dict[str, tuple[str, Snapshot]] = {}
        """Places on the way, to start from: name -> the stream, and the world."""

    def give(
        self, person: str, command: str, stream: str | None = None, *, form: str = "", **told: Any
    ) -> dict[str, str]:
        """Gives the good fields with `told` in their place; None leaves a field out."""
        fields = {**GOOD[command](self.world, stream), **told}
        fields = {name: value for name, value in fields.items() if value is not None}
        name = f"{command}/{form}" if form else command
        moment = Moment(name, command, person, stream, fields, self.world.snapshot())
        self.moments.setdefault(name, moment)
        answer = self.world.command(command, self.body(moment), who(person))
        self.world.run(self.world.settle(()))
        return {"stream": answer.stream, **answer.result}

    @staticmethod
    def body(moment: Moment) -> dict[str, Any]:
        return {"fields": plain(moment.fields)} | (
            {"stream": moment.stream} if moment.stream else {}
        )

    def stand(self, name: str, stream: str) -> str:
        self.stands[name] = (stream, self.world.snapshot())
        return stream

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is told here has not happened afterwards."""
        then = self.world.snapshot()
        yield
        self.world.back_to(then)


def requests(tour: Tour) -> tuple[str, str]:
    """A request examined and accepted, and one merged into it; returns the accepted one."""
    give = tour.give
    other = give("intan", "register_request")["stream"]
    request = give("intan", "register_request")["stream"]
    tour.stand("registered", request)
    give("emma", "start_examination", request)
    give("emma", "ask_reporter", request)
    give("intan", "record_reply", request)
    tour.stand("examined", request)
    give("emma", "propose_decline", request)
    give("visal", "confirm_decline", request)
    give("emma", "reopen_request", request)
    give("emma", "propose_merge", request, into=other)
    give("visal", "confirm_merge", request)
    give("visal", "unmerge_request", request)
    give("mfa", "answer_inquiry", request)
    with tour.aside():
        give("emma", "accept_request", request)
        give("emma", "answer_request", request)
        give("emma", "close_request", request)
    give("emma", "accept_request", request)
    tour.stand("accepted", request)
    return request, other


def operations(tour: Tour, request: str) -> tuple[str, str]:
    """An operation that rescues somebody; returns it and the case."""
    give = tour.give
    with tour.aside():
        operation = give("piseth", "plan_operation")["stream"]
        give("auth", "reject_operation", operation)
    operation = give("piseth", "plan_operation", requests=[request])["stream"]
    give("auth", "authorise_operation", operation)
    give("piseth", "launch_operation", operation)
    tour.stand("underway", operation)
    with tour.aside():
        give("piseth", "abort_operation", operation)
    case = give("field", "record_rescue", operation)["case"]
    with tour.aside():
        told = GOOD["answer_request"](tour.world, request)["outcomes"]
        named = [{**outcome, "case": case} for outcome in told]
        give("emma", "answer_request", request, form="case", outcomes=named)
    give("field", "record_search_outcome", operation)
    give("field", "record_detention", operation)
    with tour.aside():
        give("just", "release_suspect", operation)
    give("field", "record_suspect", operation)
    give("field", "record_exhibit", operation)
    give("field", "record_detention", operation, case=None)
    with tour.aside():
        give("piseth", "conclude_operation", operation)
    return operation, case


def others(tour: Tour, operation: str, case: str) -> None:
    """An incident and a court case."""
    give = tour.give
    with tour.aside():
        incident = give("emma", "open_incident")["stream"]
        tour.stand("suspected", incident)
        give("emma", "link_to_incident", incident)
        give("emma", "conclude_incident", incident)
    court = give("just", "open_court_case", operations=[operation])["stream"]
    tour.stand("court", court)
    with tour.aside():
        new = {"name": Said("Mr Ko"), "nationality": "CN", "sex": "M"}
        give("just", "bring_before_court", court, form="new", suspect=new)
    with tour.aside():
        give("just", "bring_before_court", court)
        give("just", "link_witness", court, case=case)
        give("just", "record_hearing", court)
        give("just", "record_verdict", court)
        give("just", "close_court_case", court)


def identification(tour: Tour, case: str) -> None:
    """From rescue to the decision."""
    give = tour.give
    tour.stand("rescued", case)
    give("sreymom", "record_screening", case)
    give("sreymom", "explain_rights", case)
    give("sreymom", "record_consent", case, form="interview", purpose="interview", mission=None)
    tour.stand("screened", case)
    give("care", "place_in_care", case)
    give("care", "record_care", case)
    give("child", "appoint_guardian", case)
    give("child", "assess_age", case)
    give("ivan", "open_interview", case)
    with tour.aside():
        give("ivan", "adjourn_interview", case)
    give("ivan", "submit_assessment", case)
    tour.stand("assessed", case)
    with tour.aside():
        give("dara", "return_assessment", case)
    with tour.aside():
        give("dara", "propose_not_a_victim", case)
        give("visal", "confirm_not_a_victim", case)
        tour.stand("not a victim", case)
        tour.world.wait_for(days=11)
        give("sok", "hand_to_immigration", case)
    give("dara", "determine_status", case)
    tour.stand("identified", case)
    with tour.aside():
        give("care", "request_review", case)
    with tour.aside():
        give("care", "waive_reflection", case)
    with tour.aside():
        give("visal", "extend_reflection", case)
    with tour.aside():
        give("enda", "grant_stay", case)


def record(tour: Tour, case: str) -> None:
    """What may be said at any time."""
    give = tour.give
    for person, command in (
        ("visal", "assign_case"),
        ("care", "claim_case"),
        ("visal", "restrict_case"),
        ("care", "discharge_from_care"),
        ("care", "certify_fitness_to_travel"),
        ("sreymom", "withdraw_consent"),
        ("sok", "record_payment"),
        ("sok", "record_passport"),
        ("sok", "arrange_reception"),
        ("visal", "declare_stateless"),
        ("child", "determine_best_interests"),
        ("just", "review_non_punishment"),
        ("sok", "break_glass"),
        ("sok", "attach_document"),
        ("sok", "add_note"),
        ("visal", "extend_deadline"),
        ("aud", "declare_interest"),
        ("sok", "request_stay_permit"),
    ):
        with tour.aside():
            give(person, command, case)
    with tour.aside():
        give("field", "open_case")
        give("sok", "link_cases", case)
    with tour.aside():
        give("sok", "correct_record", case)
        give("visal", "approve_correction", case)
    with tour.aside():
        give("just", "place_hold", case)
        give("just", "propose_hold_lift", case)
        give("visal", "lift_hold", case)
    with tour.aside():
        give("care", "raise_protection_claim", case)
        give("visal", "resolve_protection_claim", case)
    with tour.aside():
        testimony = {"purpose": "testimony", "mission": None}
        give("sreymom", "record_consent", case, form="testimony", **testimony)
        give("just", "record_statement", case)
    with tour.aside():
        give("care", "withdraw_case", case)
        with tour.aside():
            give("visal", "reject_step", case)
        give("visal", "confirm_withdrawal", case)
        tour.stand("withdrawn", case)
    with tour.aside():
        give("care", "report_missing", case)
        tour.stand("missing", case)
        give("care", "report_found", case)
    with tour.aside():
        give("care", "record_death", case)
        tour.stand("dead", case)
        give("visal", "confirm_death", case)


def fine(tour: Tour, case: str) -> None:
    give = tour.give
    with tour.aside():
        slow = {"fine": {"slow": 3_000_000}}
        tour.world.run(tour.world.tell_service("immigration", slow))
        give("sok", "assess_fine", case)
        give("sok", "attach_document", case)
        give("sok", "record_service_answer", case)
        give("visal", "approve_service_answer", case)
    tour.world.run(tour.world.tell_service("immigration", {"fine": {}}))
    give("sok", "assess_fine", case)
    give("sok", "propose_waiver", case)
    tour.stand("waiver proposed", case)
    with tour.aside():
        give("enda", "return_waiver", case)
    give("enda", "endorse_waiver", case)
    with tour.aside():
        give("maly", "refuse_waiver", case)
    give("maly", "approve_waiver", case)
    with tour.aside():
        give("sok", "propose_waiver_revocation", case)
        give("maly", "revoke_waiver", case)


def embassy(tour: Tour, case: str) -> None:
    give = tour.give
    give("sreymom", "record_consent", case)
    with tour.aside():
        give("sreymom", "withdraw_consent", case, form="contact")
    give("sok", "request_handoff", case)
    tour.stand("asked", case)
    for person, command in (
        ("vn", "decline_handoff"),
        ("vn", "ask_about_handoff"),
        ("sok", "answer_question"),
        ("sok", "withdraw_handoff"),
    ):
        with tour.aside():
            give(person, command, case)
    give("vn", "accept_handoff", case)
    give("vn", "answer_handoff", case, form="confirmed")
    give("sok", "choose_nationality", case)
    for form in ("answer_handoff", "answer_handoff/reception"):
        give("sok", "request_handoff", case)
        give("vn", "accept_handoff", case)
        give("vn", "answer_handoff", case, form=form.partition("/")[2])
    tour.stand("documented", case)


def departure(tour: Tour, case: str) -> None:
    give = tour.give
    tour.world.wait_for(days=31)
    give("care", "assess_return_risk", case)
    give("visal", "approve_return_risk", case)
    with tour.aside():
        give("sok", "open_return_preparation", case, form="deportation", mode="deportation")
        give("sok", "request_deportation_order", case)
        give("maly", "sign_deportation_order", case)
        tour.stand("ordered", case)
    give("sreymom", "record_consent", case, form="return", purpose="return", mission=None)
    give("sok", "open_return_preparation", case)
    with tour.aside():
        give("care", "change_of_mind", case)
    give("sok", "request_exit_permit", case)
    give("sok", "book_travel", case)
    tour.stand("prepared", case)
    with tour.aside():
        give("sok", "cancel_travel", case)
    give("enda", "clear_for_departure", case)
    tour.stand("cleared", case)
    with tour.aside():
        give("enda", "revoke_clearance", case)
    tour.world.wait_for(days=3)
    give("sok", "record_departure", case)
    tour.stand("departed", case)
    with tour.aside():
        give("sok", "record_departure_failure", case)
    with tour.aside():
        give("sok", "request_handoff", case, form="reception", kind="confirm_reception")
        give("vn", "accept_handoff", case)
        give("vn", "answer_handoff", case, form="received")
    give("mfa", "confirm_reception", case)
    give("care", "record_follow_up", case)
    tour.stand("followed up", case)
    give("sok", "close_case", case)
    tour.stand("closed", case)
    with tour.aside():
        give("visal", "reopen_case", case)
    give("visal", "request_erasure", case)
    give("aud", "approve_erasure", case)


def taken() -> Tour:
    """The whole tour."""
    tour = Tour()
    request, _ = requests(tour)
    operation, case = operations(tour, request)
    others(tour, operation, case)
    identification(tour, case)
    record(tour, case)
    fine(tour, case)
    embassy(tour, case)
    departure(tour, case)
    return tour
