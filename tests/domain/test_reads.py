"""What each reader sees, and that what they may not see is absent."""

import pytest

from homeward.domain.actors import CASE_ROLES
from homeward.readmodel.sections import READERS
from tests.domain.story import Story, refused

FULL = {
    "identity", "screening", "health", "interview", "indicators", "status_reasons", "consents",
    "handoffs", "risk", "protection", "justice", "suspects", "shelter", "return", "corrections",
    "notes",
}  # fmt: skip


def full_case(story: Story) -> str:
    """Something in every section."""
    case = story.documented()
    place = {"place": "House 12", "kind": "shelter", "deprived_of_liberty": False}
    story.by("care", "place_in_care", case, **place)
    story.by("care", "raise_protection_claim", case, kind="asylum", account="Debt to the ring")
    story.risk(case)
    return case


@pytest.mark.parametrize("role", sorted(CASE_ROLES))
def test_a_role_sees_its_sections_and_no_others(role: str) -> None:
    story = Story()
    case = full_case(story)
    seen = story.read("somebody", case, [role])
    readable = {name for name, roles in READERS.items() if role in roles}
    assert FULL & set(seen) == (FULL & readable)


@pytest.mark.parametrize("role", ["approver", "mfa"])
def test_who_may_not_read_protection_finds_no_trace_of_it(role: str) -> None:
    story = Story()
    case = full_case(story)
    seen = str(story.read("somebody", case, [role]))
    assert "PROTECTION" not in seen
    assert "protection" not in seen
    assert "asylum" not in seen


def test_an_officer_sees_no_health() -> None:
    story = Story()
    case = full_case(story)
    seen = str(story.read("sok", case))
    assert "suicide_risk" not in seen
    assert "House 12" not in seen


def test_the_grounds_of_a_hold_are_for_who_placed_it_and_who_supervises() -> None:
    story = Story()
    case = story.screened()
    held = {"kind": "SAFETY", "basis": "Threatened by phone", "review_on": story.day(9)}
    story.by("care", "place_hold", case, **held)
    for name in ("care", "visal", "aud"):
        assert story.read(name, case)["holds"][0]["basis"] == "Threatened by phone"
    seen = story.read("sok", case)
    assert [hold["kind"] for hold in seen["holds"]] == ["SAFETY"]
    assert "Threatened" not in str(seen)


@pytest.mark.parametrize(
    "role",
    ["intake", "examiner", "planner", "authoriser", "field", "statistician", "administrator"],
)
def test_some_roles_never_read_cases_whether_they_exist_or_not(role: str) -> None:
    story = Story()
    case = story.screened()
    assert refused(lambda: story.read("somebody", case, [role])).code == "forbidden"
    assert refused(lambda: story.read("somebody", "VIC-2022-1", [role])).code == "forbidden"


def test_a_restricted_case_is_its_assignees() -> None:
    story = Story()
    case = story.screened()
    story.by("visal", "assign_case", case, role="officer", assignee="sok")
    story.by("visal", "restrict_case", case, restricted=True, reasons="x")
    assert story.read("sok", case)["state"] == "SCREENED"
    assert refused(lambda: story.read("care", case)).code == "not_found"
    assert story.read("aud", case)["restricted"]


def test_broken_glass_opens_every_section_for_an_hour() -> None:
    story = Story()
    case = full_case(story)
    story.by("sok", "break_glass", case, reason="She is in danger")
    assert "health" in story.read("sok", case)
    story.wait("1h")
    assert "health" not in story.read("sok", case)


def test_glass_is_not_broken_over_a_conflict() -> None:
    story = Story()
    case = story.screened()
    story.by("aud", "declare_interest", case, user="sok", ground="Named as a driver")
    told = {"reason": "x"}
    refusal = refused(lambda: story.by("sok", "break_glass", case, **told))
    assert refusal.code == "conflict_of_interest"
    assert refused(lambda: story.read("sok", case)).code == "not_found"


def test_a_note_for_some_is_read_by_them() -> None:
    story = Story()
    case = story.screened()
    story.by("care", "add_note", case, text="For us", restricted_to=["care"])
    assert story.read("care", case)["notes"][0]["text"] == "For us"
    assert story.read("aud", case)["notes"]
    assert story.read("sok", case)["notes"] == []


def test_a_liaison_who_is_also_clerk_sees_no_more_than_a_liaison() -> None:
    story = Story()
    case = story.screened()
    roles = ["liaison", "intake"]
    assert refused(lambda: story.read("vn", case, roles)).code == "not_found"
    story.consent(case, "mission_contact", mission="VN")
    story.ask(case)
    seen = story.read("vn", case, roles)
    assert set(seen) == {"id", "mission", "identity", "handoffs", "travel", "reception"}


def test_a_mission_sees_who_it_is_and_nothing_that_was_found_out() -> None:
    story = Story()
    case = story.documented()
    seen = story.read("vn", case)
    assert seen["identity"]["name_romanised"] == "TRAN THI MAI"
    assert seen["reception"]["port"] == "Moc Bai"
    text = str(seen)
    for word in ("Sold twice", "deception", "sreymom", "sok", "KH-18", "identified"):
        assert word not in text


def test_a_mission_sees_of_its_request_only_whether_it_is_answered() -> None:
    story = Story()
    request = story.by(
        "vn",
        "register_request",
        channel="mission",
        received_at=story.at(),
        reporter={"kind": "mission", "mission": "VN", "anonymous": False},
        language="vie",
        urgency="high",
        people=[{"name": "Mai"}],
        people_count=1,
    )["stream"]
    story.by("emma", "start_examination", request, urgency="high", reasons="Secret reasons")
    seen = story.read("vn", request)
    assert set(seen) <= {
        "id", "state", "received_at", "language", "urgency", "people", "question", "replies",
        "answer",
    }  # fmt: skip
    assert seen["state"] == "received"
    assert refused(lambda: story.read("id", request)).code == "not_found"


def test_a_liaison_reads_no_operation_and_no_court() -> None:
    story = Story()
    court = story.by(
        "just",
        "open_court_case",
        court="Phnom Penh",
        reference="1/22",
        charges=["x"],
        province="KH-12",
    )["stream"]
    assert refused(lambda: story.read("vn", court)).code == "not_found"
    assert "reference" not in story.read("sok", court)
    assert story.read("just", court)["reference"] == "1/22"


def test_every_reader_is_told_what_they_can_do_now() -> None:
    story = Story()
    case = story.identified()
    possible = story.read("sok", case)["possible"]
    assert possible["assess_fine"] == {"now": True}
    assert possible["propose_waiver"]["code"] == "wrong_state"
    assert "approve_waiver" not in possible
