"""What missions learn, and what they never do."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from homeward.domain.case.embassy import AcceptHandoff
from homeward.domain.commands import COMMANDS, Order
from homeward.domain.decide import decide, possible
from homeward.domain.refusals import Refused
from homeward.domain.sealed import Sealed
from tests.domain.story import Story, refused


def handoff_of(story: Story, case: str, handoff: str) -> Any:
    return next(h for h in story.state(case).handoffs.values() if str(h.id) == handoff)


def test_the_mission_is_notified_once() -> None:
    story = Story()
    case, _ = story.asked()
    story.ask(case, "consular_visit")
    assert story.events(case).count("MissionNotified") == 1
    assert story.events(case).count("HandoffOpened") == 2


def test_nothing_is_asked_before_the_screening() -> None:
    story = Story()
    case = story.rescued()
    assert refused(lambda: story.ask(case)).code == "wrong_state"


def test_nothing_is_asked_without_consent_for_that_mission() -> None:
    story = Story()
    case = story.screened()
    story.consent(case, "mission_contact", mission="TH")
    assert refused(lambda: story.ask(case)).code == "consent_missing"


@pytest.mark.parametrize("fear", ["yes", "not_asked"])
def test_fear_that_is_not_denied_bars_every_mission(fear: str) -> None:
    story = Story()
    case = story.screened(fear_of_own_authorities=fear)
    story.consent(case, "mission_contact", mission="VN")
    assert refused(lambda: story.ask(case)).code == "protection_bar"


def test_a_nationality_is_asked_of_its_own_mission_only() -> None:
    story = Story()
    case = story.screened()
    story.consent(case, "mission_contact", mission="VN")
    asked = {"mission": "VN", "kind": "verify_nationality", "nationality": "TH"}
    refusal = refused(lambda: story.by("sok", "request_handoff", case, **asked))
    assert (refusal.code, refusal.names) == ("invalid", ("nationality",))
    story.by("sok", "request_handoff", case, **(asked | {"kind": "consular_visit"}))


def test_a_travel_document_is_asked_only_of_a_mission_that_confirmed() -> None:
    story = Story()
    case, handoff = story.asked()
    assert refused(lambda: story.ask(case, "issue_travel_document")).code == "wrong_state"
    story.answer(case, handoff, "confirmed")
    story.ask(case, "issue_travel_document")
    assert story.state(case).tracks["consular"] == {"VN": "DOCUMENT_REQUESTED"}


def test_a_denied_nationality_holds_the_identity_and_no_record_does_not() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "no_record")
    assert story.state(case).tracks["consular"] == {"VN": "NOT_CONFIRMED"}
    assert not story.state(case).holds
    story.answer(case, story.ask(case), "not_ours")
    assert story.state(case).hold_kinds == {"IDENTITY"}


def test_needs_more_leaves_the_task_accepted_and_is_no_answer() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "needs_more", note="A photo, please")
    assert handoff_of(story, case, handoff).state == "ACCEPTED"
    assert "handoff" in story.kinds(case)
    story.by("vn", "answer_handoff", case, handoff=handoff, answer="confirmed")
    assert handoff_of(story, case, handoff).state == "ANSWERED"


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("verify_nationality", "done"),
        ("consular_visit", "confirmed"),
        ("arrange_reception", "done"),
        ("confirm_reception", "done"),
    ],
)
def test_an_answer_that_does_not_fit_its_task_is_invalid(kind: str, answer: str) -> None:
    story = Story()
    case, handoff = story.asked(kind)
    refusal = refused(lambda: story.answer(case, handoff, answer))
    assert (refusal.code, refusal.names) == ("invalid", ("answer",))


def test_an_answer_is_given_only_to_an_accepted_task() -> None:
    story = Story()
    case, handoff = story.asked()
    told = {"handoff": handoff, "answer": "confirmed"}
    assert refused(lambda: story.by("vn", "answer_handoff", case, **told)).code == "wrong_state"


def test_another_missions_liaison_is_told_what_nobody_would_be_told() -> None:
    story = Story()
    case, handoff = story.asked()
    there = refused(lambda: story.by("id", "accept_handoff", case, handoff=handoff))
    nowhere = refused(lambda: story.by("id", "accept_handoff", "VIC-2022-000000", handoff=handoff))
    assert (there.code, there.names, there.why) == (nowhere.code, nowhere.names, nowhere.why)
    assert there.code == "not_found"


def test_a_question_and_its_answer_stand_in_the_thread() -> None:
    story = Story()
    case, handoff = story.asked()
    story.by("vn", "ask_about_handoff", case, handoff=handoff, question="Which district?")
    assert "answer_question" in story.kinds(case)
    story.by("sok", "answer_question", case, handoff=handoff, answer="She does not know")
    assert "answer_question" not in story.kinds(case)
    thread = story.read("vn", case)["handoffs"][0]["thread"]
    assert [(t["side"], t["text"]) for t in thread] == [
        ("mission", "Which district?"),
        ("cambodia", "She does not know"),
    ]


ENDING_ACCESS = {
    "withdrawn consent": lambda s, c: s.by(
        "sok", "withdraw_consent", c, purpose="mission_contact", mission="VN"
    ),
    "fear": lambda s, c: s.screen(c, fear_of_own_authorities="yes"),
    "fear not asked": lambda s, c: s.screen(c, fear_of_own_authorities="not_asked"),
    "a claim": lambda s, c: s.by("care", "raise_protection_claim", c, kind="asylum"),
    "a PROTECTION hold": lambda s, c: s.by(
        "care", "place_hold", c, kind="PROTECTION", basis="x", review_on=s.day(9)
    ),
    "a prohibited return": lambda s, c: s.by(
        "care",
        "assess_return_risk",
        c,
        level="prohibited",
        factors=["x"],
        valid_until=s.day(9),
    ),
    "statelessness": lambda s, c: s.by("dara", "declare_stateless", c, reasons="x"),
    "death": lambda s, c: s.by(
        "care", "record_death", c, at=s.at(), place="Hospital", kin_notified=False
    ),
}


@pytest.mark.parametrize("what", ENDING_ACCESS)
def test_whatever_ends_access_revokes_the_open_handoff_at_once(what: str) -> None:
    story = Story()
    case, handoff = story.asked()
    ENDING_ACCESS[what](story, case)
    assert handoff_of(story, case, handoff).state == "REVOKED"
    assert refused(lambda: story.read("vn", case)).code == "not_found"
    told = {"handoff": handoff}
    assert refused(lambda: story.by("vn", "accept_handoff", case, **told)).code == "not_found"


def test_access_once_ended_comes_back_only_with_a_new_handoff() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "confirmed")
    assert story.read("vn", case)["mission"] == "VN"
    story.screen(case, fear_of_own_authorities="not_asked")
    story.screen(case, fear_of_own_authorities="no")
    assert refused(lambda: story.read("vn", case)).code == "not_found"
    fresh = story.ask(case, "consular_visit")
    assert [h["id"] for h in story.read("vn", case)["handoffs"]] == [fresh]


def test_an_answered_handoff_is_seen_until_thirty_days_after_reception() -> None:
    story = Story()
    case = story.departed()
    story.by("mfa", "confirm_reception", case, at=story.at(), by_authority="Social Affairs")
    story.wait("30d")
    assert story.read("vn", case)["mission"] == "VN"
    story.wait("1m")
    assert refused(lambda: story.read("vn", case)).code == "not_found"


def test_a_missions_own_system_answers_as_its_liaison_would() -> None:
    story = Story()
    case, handoff = story.asked()
    story.service("mission", answer={"handoff": handoff, "answer": "confirmed", "after": "1h"})
    story.wait("2h")
    assert story.events(case)[-3:] == ["HandoffAccepted", "HandoffAnswered", "NationalityConfirmed"]


def test_a_late_answer_of_a_missions_system_reaches_nobody() -> None:
    story = Story()
    case, handoff = story.asked()
    story.service("mission", answer={"handoff": handoff, "answer": "confirmed", "after": "1h"})
    story.by("sok", "withdraw_consent", case, purpose="mission_contact", mission="VN")
    story.wait("2h")
    assert story.events(case)[-1] == "LateAnswerQuarantined"
    assert not story.state(case).nationality_confirmed


def test_what_is_revoked_before_it_was_delivered_is_delivered_no_more() -> None:
    story = Story()
    case = story.identified()
    story.consent(case, "mission_contact", mission="VN")
    story.service("mission", deliver={"slow": 600})
    story.ask(case)
    story.by("sok", "withdraw_consent", case, purpose="mission_contact", mission="VN")
    story.wait("1h")
    assert "HandoffDelivered" not in story.events(case)


def test_of_several_confirmed_nationalities_the_person_chooses() -> None:
    story = Story()
    case = story.documented()
    story.consent(case, "mission_contact", mission="ID")
    story.answer(case, story.ask(case, mission="ID"), "confirmed", as_="id")
    with pytest.raises(Refused, match="wrong_state"):
        story.by("sok", "choose_nationality", case, country="TH")
    story.by("sok", "choose_nationality", case, country="VN")
    assert story.state(case).travel_nationality == "VN"


def test_the_state_of_residence_may_document_a_stateless_person() -> None:
    story = Story()
    case = story.identified()
    story.by("dara", "declare_stateless", case, reasons="x", residence_state="TH")
    story.consent(case, "mission_contact", mission="TH")
    handoff = story.ask(case, "issue_travel_document", mission="TH")
    story.answer(case, handoff, "done", as_="th", document=story.document())
    assert story.state(case).travel_document.issuer == "TH"


def test_a_mission_sees_nothing_of_another_nationality() -> None:
    story = Story()
    both = [{"country": c, "status": "claimed"} for c in ("VN", "ID")]
    case = story.rescued(nationalities=both)
    story.screen(case)
    story.consent(case, "mission_contact", mission="VN")
    story.ask(case)
    seen = story.read("vn", case)
    assert set(seen) == {"id", "mission", "identity", "handoffs", "travel", "reception"}
    assert "ID" not in str(seen["identity"]["nationalities"])


NOWHERE = "018f0000-0000-7000-8000-000000000000"
SPOKEN = Sealed("VIC-2022-000001", "correspondence", "x", "k", "AAAA")


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("accept_handoff", {}), ("decline_handoff", {"reasons": SPOKEN}),
        ("ask_about_handoff", {"question": SPOKEN}), ("answer_handoff", {"answer": "confirmed"}),
        ("answer_question", {"answer": SPOKEN}), ("withdraw_handoff", {"reasons": SPOKEN}),
    ],
)  # fmt: skip
def test_a_handoff_that_never_was_is_named_by_the_rule_and_hidden_from_a_mission(
    command: str, more: dict[str, Any]
) -> None:
    story = Story()
    case, _ = story.asked()
    cls = COMMANDS[command]
    of_mission = "liaison" in cls.spec.by
    told = {"handoff": NOWHERE} | dict.fromkeys(more, "confirmed")
    refusal = refused(lambda: story.by("vn" if of_mission else "sok", command, case, **told))
    assert refusal.code == ("not_found" if of_mission else "invalid")
    given = cls.model_validate({"handoff": UUID(NOWHERE), **more})
    order = Order(name=command, stream=case, command_id=UUID(NOWHERE), actor=story.actor("vn"),
                  fields={})  # fmt: skip
    ruled = refused(lambda: decide(order, given, {case: story.state(case)}, story.now))
    assert (ruled.code, ruled.names) == ("invalid", ("handoff",))


def test_a_mission_that_knows_of_nobody_here_finds_nothing_to_answer() -> None:
    story = Story()
    case = story.screened()
    refusal = refused(lambda: story.by("vn", "accept_handoff", case, handoff=NOWHERE))
    assert refusal.code == "not_found"
    state, liaison = story.state(case), story.actor("vn")
    assert refused(lambda: AcceptHandoff.admit(state, liaison, {}, story.now)).code == "not_found"


def test_a_declined_task_is_over_and_its_reason_stands_in_the_thread() -> None:
    story = Story()
    case, handoff = story.asked()
    story.by("vn", "decline_handoff", case, handoff=handoff, reasons="Ask the consulate")
    told = handoff_of(story, case, handoff)
    assert (told.state, told.open, len(told.thread)) == ("DECLINED", False, 1)


def test_a_withdrawn_task_is_over_and_its_reason_stands_in_the_thread() -> None:
    story = Story()
    case, handoff = story.asked()
    story.by("sok", "withdraw_handoff", case, handoff=handoff, reasons="Found her passport")
    told = handoff_of(story, case, handoff)
    assert (told.state, told.open, len(told.thread)) == ("WITHDRAWN", False, 1)


def test_a_document_ends_after_it_was_issued() -> None:
    story = Story()
    case, handoff = story.asked()
    story.answer(case, handoff, "confirmed")
    task = story.ask(case, "issue_travel_document")
    document = {**story.document(), "expires": story.day(-1)}
    refusal = refused(lambda: story.answer(case, task, "done", document=document))
    assert (refusal.code, refusal.names) == ("invalid", ("document.expires",))


def test_a_visit_is_recorded_by_its_mission() -> None:
    story = Story()
    case, handoff = story.asked("consular_visit")
    story.answer(case, handoff, "done")
    assert story.last(case, "ConsularVisitRecorded").fact.mission == "VN"


def test_a_mission_confirms_who_arrived() -> None:
    story = Story()
    case = story.departed()
    task = story.ask(case, "confirm_reception")
    story.answer(case, task, "done", received_at=story.at())
    assert story.state(case).state == "RECEIVED"


def why_not(story: Story, state: Any, name: str, command: str) -> str | None:
    """The refusal that a page would show; None: it can be given."""
    shown = possible(state, story.actor(name), story.now)[command]
    return None if shown is None else shown.code


def test_nothing_is_asked_of_a_mission_about_a_child_without_a_guardian() -> None:
    story = Story()
    case = story.identified()
    story.consent(case, "mission_contact", mission="VN")
    story.by("child", "assess_age", case, minor=True, method="Panel")
    told = {"mission": "VN", "kind": "verify_nationality", "nationality": "VN"}
    refusal = refused(lambda: story.by("sok", "request_handoff", case, **told))
    assert refusal.code == "guardian_missing"
    guardian = {"name": "Sister Rosa", "organisation": "Shelter", "conflict_checked": True}
    story.by("child", "appoint_guardian", case, **guardian)
    story.by("sok", "request_handoff", case, **told)


def test_who_was_never_screened_is_not_spoken_of_wherever_their_case_stands() -> None:
    story = Story()
    case, _ = story.asked()
    state = story.state(case)
    assert why_not(story, state, "sok", "request_handoff") is None
    never = replace(state, screening=None)
    assert why_not(story, never, "sok", "request_handoff") == "wrong_state"
    assert why_not(story, replace(state, consents={}), "sok", "request_handoff") == (
        "consent_missing"
    )


def test_a_document_for_a_stateless_person_is_asked_of_the_residence_alone() -> None:
    story = Story()
    case = story.identified()
    story.consent(case, "mission_contact", mission="VN")
    story.by("visal", "declare_stateless", case, reasons="No State", residence_state="TH")
    told = {"mission": "VN", "kind": "issue_travel_document", "nationality": "VN"}
    refusal = refused(lambda: story.by("sok", "request_handoff", case, **told))
    assert refusal.code == "wrong_state"


@pytest.mark.parametrize(
    ("kind", "residence", "revoked"),
    [
        ("arrange_reception", "VN", False), ("verify_nationality", "VN", True),
        ("arrange_reception", "TH", True), ("verify_nationality", None, True),
    ],
)  # fmt: skip
def test_who_is_declared_stateless_is_asked_about_of_the_residence_alone(
    kind: str, residence: str | None, revoked: bool
) -> None:
    story = Story()
    case, _ = story.asked(kind)
    told = {"residence_state": residence} if residence else {}
    story.by("visal", "declare_stateless", case, reasons="No State", **told)
    assert ("HandoffRevoked" in story.events(case)) is revoked


def test_a_task_is_offered_while_one_of_ones_handoffs_waits_for_it() -> None:
    story = Story()
    case, first = story.asked()
    assert why_not(story, story.state(case), "vn", "accept_handoff") is None
    assert why_not(story, story.state(case), "vn", "answer_handoff") == "wrong_state"
    story.by("vn", "accept_handoff", case, handoff=first)
    assert why_not(story, story.state(case), "vn", "accept_handoff") == "wrong_state"
    assert why_not(story, story.state(case), "vn", "answer_handoff") is None
    story.ask(case, "consular_visit")
    assert why_not(story, story.state(case), "vn", "accept_handoff") is None
    assert why_not(story, story.state(case), "vn", "answer_handoff") is None
    bare = replace(story.state(case), handoffs={})
    assert why_not(story, bare, "sok", "withdraw_handoff") == "wrong_state"
