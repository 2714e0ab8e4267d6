"""Who reads what, beside the contract's `reads`, both ways."""

import re
from typing import Any

import pytest

from homeward.domain.access import NEVER_READ_CASES, READ_NO_STREAM, READ_PROTECTION
from homeward.domain.actors import CASE_ROLES, ROLES
from homeward.domain.anystream import NO_NOTES_ON_CASES
from homeward.readmodel.missionview import ANSWERED, ASKED, request_state
from homeward.readmodel.sections import READERS
from tests.domain.story import PEOPLE, Story, refused
from tests.domain.test_reads import full_case

OURS_ALONE = {"supervision"}
"""Not a section of the view: the fields of steps that the contract gives no section."""


def read_by(contract: dict[str, Any]) -> dict[str, set[str]]:
    """Section -> roles, of those that the contract says in roles."""
    reads = contract["reads"]
    every = set(reads["all_case_roles"])
    return {
        name: every if roles == "all_case_roles" else set(roles)
        for name, roles in reads.items()
        if name != "all_case_roles" and (roles == "all_case_roles" or isinstance(roles, list))
    }


def words(text: str) -> list[str]:
    return re.findall(r"[a-z_]+", text)


def test_the_case_roles_are_the_contracts(contract: dict[str, Any]) -> None:
    assert set(contract["reads"]["all_case_roles"]) == CASE_ROLES


def test_each_section_is_read_by_the_contracts_roles_and_there_is_no_other(
    contract: dict[str, Any],
) -> None:
    assert {n: set(r) for n, r in READERS.items() if n not in OURS_ALONE} == read_by(contract)


def test_the_sections_are_those_of_the_stories_description(
    contract: dict[str, Any], stories: str
) -> None:
    listed = re.search(r"and the sections `([^`]+)`", stories)
    assert listed is not None
    assert set(words(listed[1])) == set(read_by(contract))


@pytest.mark.parametrize("role", sorted(CASE_ROLES))
def test_a_read_by_a_role_holds_the_contracts_sections_and_no_others(
    contract: dict[str, Any], role: str
) -> None:
    story = Story()
    seen = story.read("somebody", full_case(story), [role])
    sections = read_by(contract)
    assert set(seen) & set(sections) == {name for name, roles in sections.items() if role in roles}


def test_a_view_holds_what_the_description_lists_beside_the_sections(stories: str) -> None:
    listed = re.search(r"memory engine's answer: `([^`]+)`", stories)
    assert listed is not None
    story = Story()
    assert set(words(listed[1])) <= set(story.read("aud", story.screened()))


def test_a_hold_is_of_every_case_role_and_protections_of_who_reads_protection(
    contract: dict[str, Any],
) -> None:
    assert "PROTECTION only who reads protection" in contract["reads"]["holds"]
    assert set(READ_PROTECTION) == read_by(contract)["protection"]
    story = Story()
    case = full_case(story)
    held = {"kind": "SAFETY", "basis": "Threatened", "review_on": story.day(9)}
    story.by("care", "place_hold", case, **held)
    for role in sorted(CASE_ROLES):
        holds = story.read("somebody", case, [role])["holds"]
        kinds = {hold["kind"] for hold in holds}
        expected = {"SAFETY", "PROTECTION"} if role in READ_PROTECTION else {"SAFETY"}
        assert kinds == expected, role
        told = {hold["kind"] for hold in holds if "basis" in hold}
        assert ("SAFETY" in told) == (role in ("supervisor", "auditor")), role
    placed = story.read("care", case)["holds"]
    assert [hold["basis"] for hold in placed if hold["kind"] == "SAFETY"] == ["Threatened"]


def test_who_never_reads_cases_is_the_contracts(contract: dict[str, Any]) -> None:
    never, _, rest = contract["reads"]["never"].partition(" get `forbidden`")
    assert set(words(never)) == NEVER_READ_CASES
    assert set(words(never)) | {"liaison", "system"} | CASE_ROLES == ROLES
    notes = words(rest.rpartition("; ")[2])
    assert set(notes) & ROLES == NO_NOTES_ON_CASES
    assert READ_NO_STREAM < NEVER_READ_CASES


def test_a_liaisons_view_of_a_case_is_the_described_document(stories: str) -> None:
    listed = re.search(r"liaison's view of a case is another document: ([^\n]+)", stories)
    assert listed is not None
    keys = {word for part in re.findall(r"`([^`]+)`", listed[1]) for word in words(part)}
    story = Story()
    assert set(story.read("vn", story.documented())) == keys


def test_a_liaisons_view_of_a_request_is_the_described_document(stories: str) -> None:
    listed = re.search(r"of a request that its mission registered: `([^`]+)`", stories)
    assert listed is not None
    story = Story()
    request = story.by(
        "vn", "register_request", channel="mission", received_at=story.at(), language="vie",
        reporter={"kind": "mission", "mission": "VN", "anonymous": False}, urgency="high",
        people=[{"name": "Mai"}], people_count=1,
    )["stream"]  # fmt: skip
    assert set(story.read("vn", request)) == {*words(listed[1]), "state"}


def test_a_mission_is_told_three_states_of_a_request(contract: dict[str, Any]) -> None:
    states = contract["streams"]["request"]["states"]
    assert {request_state(state) for state in states} == {"received", "question", "answered"}
    assert set(states) >= ASKED | ANSWERED


@pytest.mark.parametrize(
    "name", sorted(name for name, roles in PEOPLE.items() if not CASE_ROLES.isdisjoint(roles))
)
def test_every_case_role_reads_a_case_until_it_is_restricted(name: str) -> None:
    story = Story()
    case = story.screened()
    assert story.read(name, case)["id"] == case
    story.by("visal", "restrict_case", case, restricted=True, reasons="-")
    if {"supervisor", "auditor"} & set(PEOPLE[name]):
        assert story.read(name, case)["restricted"]
    else:
        assert refused(lambda: story.read(name, case)).code == "not_found"
