"""Notes, documents, rejected steps, extended deadlines and declared interests on any stream."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from homeward.domain.decide import command_named, possible
from homeward.domain.facts import Deadline, Level
from homeward.domain.refusals import Refused
from tests.domain.handmade import Desk
from tests.domain.story import Story
from tests.domain.test_operation_rules import planned
from tests.domain.test_request_rules import examined, found_person, registered

NOTE: dict[str, Any] = {"does": "add_note", "text": "Seen"}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("role", ["intake", "examiner", "planner", "authoriser", "field"])
def test_those_who_never_read_cases_add_no_notes_to_them_whether_they_exist_or_not(
    desk: Desk, role: str
) -> None:
    for case in (found_person(desk), "VIC-2022-999999"):
        desk.refuses("forbidden", who="x", stream=case, role=role, **NOTE)
    desk.do("x", "add_note", registered(desk), role=role, text="Seen")


@pytest.mark.parametrize("role", ["liaison", "statistician", "administrator", "system"])
def test_who_is_no_writer_adds_no_note(desk: Desk, role: str) -> None:
    desk.refuses("forbidden", who="x", stream=registered(desk), role=role, mission="VN", **NOTE)


def test_an_auditor_adds_notes_but_attaches_nothing(desk: Desk) -> None:
    request = registered(desk)
    desk.do("aud", "add_note", request, role="auditor", text="Seen", restricted_to=["auditor"])
    desk.refuses(
        "forbidden", who="aud", does="attach_document", stream=request, role="auditor",
        media_type="application/pdf", sha256="0" * 64, size=1,
    )  # fmt: skip


def test_a_document_has_a_kind_a_digest_and_a_bearable_size(desk: Desk) -> None:
    desk.refuses(
        "invalid", "name", "media_type", "sha256", "size", who="emma", does="attach_document",
        stream=registered(desk), role="examiner", media_type="pdf", sha256="xyz",
        size=20 * 1024 * 1024 + 1,
    )  # fmt: skip
    desk.do(
        "emma", "attach_document", registered(desk), role="examiner", name="Note 12.pdf",
        media_type="application/pdf", sha256="0" * 64, size=20 * 1024 * 1024,
    )  # fmt: skip


def declined(desk: Desk) -> tuple[str, str]:
    request = examined(desk)
    step = desk.do(
        "emma", "propose_decline", request, role="examiner", ground="abroad", reasons="x"
    )["event"]
    return request, step


def test_a_proposed_step_is_rejected_by_another_who_could_have_confirmed_it(desk: Desk) -> None:
    request, step = declined(desk)
    told: dict[str, Any] = {"step": step, "reasons": "Not enough"}
    for role in ("approver", "justice", "auditor"):
        desk.refuses("forbidden", who="maly", does="reject_step", stream=request, role=role, **told)
    desk.refuses(
        "separation_of_duties", who="emma", does="reject_step", stream=request,
        role="supervisor", **told,
    )  # fmt: skip
    desk.do("visal", "reject_step", request, role="supervisor", **told)
    assert desk.log[request][-1] == "StepRejected"
    desk.refuses(
        "wrong_state", who="visal", does="confirm_decline", stream=request, role="supervisor"
    )
    desk.refuses(
        "invalid", "step", who="visal", does="reject_step", stream=request, role="supervisor",
        **told,
    )  # fmt: skip


def test_a_plan_is_no_proposal_to_reject(desk: Desk) -> None:
    operation = planned(desk)
    step = str(desk.states[operation].steps["plan_operation"].event)
    desk.refuses(
        "invalid", "step", who="visal", does="reject_step", stream=operation, role="supervisor",
        step=step, reasons="x",
    )  # fmt: skip


def test_a_proposal_to_lift_a_courts_hold_is_rejected_by_justice_alone(desk: Desk) -> None:
    case = found_person(desk)
    hold = desk.do(
        "just", "place_hold", case, role="justice", kind="COURT", basis="Testimony",
        document="Order 44/2022", review_on="2022-09-01",
    )["hold"]  # fmt: skip
    step = desk.do("just", "propose_hold_lift", case, role="justice", hold=hold, reasons="Heard")[
        "event"
    ]
    told: dict[str, Any] = {"step": step, "reasons": "Not yet"}
    desk.refuses(
        "forbidden", who="visal", does="reject_step", stream=case, role="supervisor", **told
    )
    desk.do("just2", "reject_step", case, role="justice", **told)
    assert desk.log[case][-1] == "StepRejected"


def with_deadlines(desk: Desk, *keys: str, **more: Any) -> str:
    """A request under examination with just these deadlines running."""
    request = registered(desk)
    desk.do(
        "emma", "start_examination", request, role="examiner", urgency="high", reasons="Confined"
    )
    levels = tuple(Level(desk.now + timedelta(hours=h), "supervisor") for h in (24, 48))
    made = [
        Deadline(
            name=key.split(":")[0], instance=key.partition(":")[2] or None, levels=levels, **more
        )
        for key in keys
    ]
    desk.states[request] = replace(desk.states[request], deadlines={d.key: d for d in made})
    return request


def extend(desk: Desk, request: str, name: str, until: str) -> None:
    desk.do(
        "visal", "extend_deadline", request, role="supervisor", deadline=name, until=until,
        reasons="Holiday",
    )  # fmt: skip


def test_an_extended_deadline_keeps_the_distance_between_its_levels(desk: Desk) -> None:
    request = with_deadlines(desk, "examination")
    extend(desk, request, "examination", "2022-08-03T08:30:00+07:00")
    first, second = desk.states[request].deadlines["examination"].levels
    assert first.due.isoformat() == "2022-08-03T08:30:00+07:00"
    assert second.due - first.due == timedelta(hours=24)


def test_a_deadline_moves_neither_back_nor_before_what_is_due(desk: Desk) -> None:
    request = with_deadlines(desk, "examination")
    for until in ("2022-08-02T08:29:00+07:00", "2022-07-31T00:00:00+07:00"):
        with pytest.raises(Exception, match="until"):
            extend(desk, request, "examination", until)


def test_a_deadline_passed_altogether_is_armed_again_but_not_in_the_past(desk: Desk) -> None:
    request = with_deadlines(desk, "examination", passed=2)
    desk.wait(days=4)
    with pytest.raises(Exception, match="until"):
        extend(desk, request, "examination", "2022-08-04T08:30:00+07:00")
    extend(desk, request, "examination", "2022-08-06T08:30:00+07:00")
    due = desk.states[request].deadlines["examination"].due
    assert due is not None
    assert due.isoformat() == "2022-08-06T08:30:00+07:00"


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        (("examination",), "triage"),
        (("reflection",), "reflection"),
        (("review_window",), "review_window"),
        (("service_call:1",), "service_call:1"),
        (("handoff.answer:1", "handoff.answer:2"), "handoff.answer"),
    ],
)
def test_unknown_ambiguous_and_fixed_deadlines_are_not_extended(
    desk: Desk, keys: tuple[str, ...], named: str
) -> None:
    with pytest.raises(Exception, match="deadline"):
        extend(desk, with_deadlines(desk, *keys), named, "2022-09-01T00:00:00+07:00")


def test_one_of_several_deadlines_is_named_by_its_instance(desk: Desk) -> None:
    request = with_deadlines(desk, "handoff.answer:1", "handoff.answer:2")
    extend(desk, request, "handoff.answer:2", "2022-09-01T00:00:00+07:00")
    assert desk.log[request][-1] == "DeadlineExtended"


def test_the_only_one_of_its_name_needs_no_instance(desk: Desk) -> None:
    case = found_person(desk)
    hold = desk.do(
        "just", "place_hold", case, role="justice", kind="COURT", basis="Testimony",
        document="Order 44/2022", review_on="2022-09-01",
    )["hold"]  # fmt: skip
    extend(desk, case, "hold_review", "2022-10-01T00:00:00+07:00")
    levels = desk.states[case].deadlines[f"hold_review:{hold}"].levels
    assert levels[0].due.isoformat() == "2022-10-01T00:00:00+07:00"


def test_a_declared_interest_binds_the_person_and_their_unit(desk: Desk) -> None:
    request = registered(desk)
    desk.do(
        "aud", "declare_interest", request, role="auditor", user="emma", unit="gdi", ground="Named"
    )
    for who, unit in (("emma", None), ("sok", "gdi")):
        desk.refuses(
            "conflict_of_interest", who=who, stream=request, role="examiner", of_unit=unit, **NOTE
        )
    desk.do("other", "add_note", request, role="examiner", text="Mine")


def test_there_is_no_command_but_the_contracts() -> None:
    with pytest.raises(Refused) as refusal:
        command_named("approve")
    assert (refusal.value.code, refusal.value.names) == ("invalid", ("command",))
    assert command_named("add_note").spec.name == "add_note"


def test_a_command_of_another_kind_of_stream_finds_nothing(desk: Desk) -> None:
    request = registered(desk)
    desk.refuses("not_found", who="sok", does="assess_fine", stream=request, role="officer")


def test_what_one_changed_after_being_read_is_stale_and_says_where_it_stands() -> None:
    story = Story()
    case = story.screened()
    note = {"text": "Seen"}
    with pytest.raises(Refused) as refusal:
        story.do("sok", ["officer"], "add_note", case, note, expected_version=1)
    assert (refusal.value.code, refusal.value.version) == ("stale", story.state(case).version)
    now = story.state(case).version
    story.do("sok", ["officer"], "add_note", case, note, expected_version=now)


def test_a_comment_is_kept_with_the_first_fact_alone() -> None:
    story = Story()
    case = story.rescued()
    claim = {"kind": "asylum"}
    story.do("care", ["care"], "raise_protection_claim", case, claim, comment="She wept")
    raised, held = story.history(case)[-2:]
    assert raised.fact.comment is not None
    assert held.fact.comment is None


def test_who_has_an_interest_is_offered_nothing_but_that() -> None:
    story = Story()
    case = story.screened()
    story.by("aud", "declare_interest", case, user="sok", ground="Cousin")
    shown = possible(story.state(case), story.actor("sok"), story.now)
    assert {refusal and refusal.code for refusal in shown.values()} == {"conflict_of_interest"}
