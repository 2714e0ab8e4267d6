"""The contract's tables of states, codes, guards, tasks, worklists and deadlines, both ways."""

import re
from typing import Any, get_args

from homeward.api.problems import STATUS
from homeward.domain.case.casetasks import LINES
from homeward.domain.case.guards import GUARDS
from homeward.domain.commands import COMMANDS
from homeward.domain.deadlinerows import ROWS
from homeward.domain.facts import Fact
from homeward.domain.reference import codes
from homeward.domain.refusals import CODES, OWN_ORDER
from homeward.domain.streams import PREFIX
from homeward.domain.taskmaking import CONFIRMED_BY
from homeward.edge.catalogue import LANGUAGES, catalogue
from homeward.readmodel.worklist import WORKLISTS


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def test_every_kind_of_stream_has_the_contracts_id(contract: dict[str, Any]) -> None:
    prefixes = {kind: told["id"].split("-")[0] for kind, told in contract["streams"].items()}
    assert prefixes == PREFIX


def test_people_read_a_word_for_every_state_and_track_value(contract: dict[str, Any]) -> None:
    streams = contract["streams"].values()
    words = {("state", state) for stream in streams for state in stream["states"]}
    words |= {
        ("track.value", value)
        for values in contract["streams"]["case"]["tracks"].values()
        for value in values
        if value != "NONE"
    }
    for lang in LANGUAGES:
        assert {word for word in words if catalogue(lang).find(*word) is None} == set(), lang


def test_every_list_of_codes_is_the_contracts(contract: dict[str, Any]) -> None:
    ours = {name: set(get_args(getattr(codes, camel(name)))) for name in contract["enums"]}
    assert ours == {name: set(values) for name, values in contract["enums"].items()}


def test_every_refusal_has_the_contracts_http_status(contract: dict[str, Any]) -> None:
    assert {code: told["http"] for code, told in contract["refusals"].items()} == STATUS


def test_the_rules_own_checks_come_in_the_contracts_order(contract: dict[str, Any]) -> None:
    rule = next(r for r in map(str, contract["state_rules"]) if "Order of checks" in r)
    rule = re.sub(r"\([^)]*\)|forbidden \(what depends.*?\);", "", rule)
    told = [word for word in re.findall(r"[a-z_]+", rule) if word in CODES]
    first = told.index("stale")
    assert list(dict.fromkeys(told[first + 1 :])) == list(OWN_ORDER)
    sight = ["unauthenticated", "forbidden", "not_found", "conflict_of_interest", "invalid"]
    assert list(dict.fromkeys(told[:first])) == [*sight, "duplicate_key"]


def test_every_guard_is_the_contracts_in_its_order(contract: dict[str, Any]) -> None:
    assert list(GUARDS) == [guard["name"] for guard in contract["guards"]]


def test_every_kind_of_task_is_the_contracts(contract: dict[str, Any]) -> None:
    assert set(get_args(codes.TaskKind)) == set(contract["tasks"])


def test_a_case_task_is_opened_and_done_by_the_contracts_events_for_its_roles(
    contract: dict[str, Any],
) -> None:
    wrong = {}
    for line in LINES:
        told = contract["tasks"][line.kind]
        opens = {kind for kind in Fact.kinds if re.search(rf"\b{kind}\b", str(told["opens"]))}
        ours = {
            kind for text in line.opens for kind in Fact.kinds if re.search(rf"\b{kind}\b", text)
        }
        done = {kind for kind in Fact.kinds if re.search(rf"\b{kind}\b", str(told["done"]))}
        roles = {told["for"]}
        if not (opens <= ours and set(line.roles) == roles and done >= set(line.done) - LEAVES):
            wrong[line.kind] = (opens ^ ours, done ^ set(line.done), roles ^ set(line.roles))
    assert wrong == {}


LEAVES = {"StayGranted", "HandedToImmigration"}
"""What the contract calls another ending of the preparation."""


def test_whoever_takes_the_second_step_is_offered_it(contract: dict[str, Any]) -> None:
    """The roles of the commands that decide a step, whatever states they may be given in."""
    for taken, roles in CONFIRMED_BY.items():
        deciders = {
            role
            for cls in COMMANDS.values()
            if cls.spec.needs_step and cls.spec.not_by[:1] == (taken,)
            for role in cls.spec.by
        }
        assert set(roles) <= deciders, taken
        assert deciders <= set(roles) | {"approver"}, taken


def test_every_worklist_is_the_contracts(contract: dict[str, Any]) -> None:
    assert set(WORKLISTS) == set(contract["worklists"])


def test_every_deadline_is_the_contracts_with_its_levels(contract: dict[str, Any]) -> None:
    ours = {row.name: row for row in ROWS if not row.name.startswith("lapse.")}
    assert set(ours) == set(contract["deadlines"])
    wrong: dict[str, Any] = {}
    for name, told in contract["deadlines"].items():
        row = ours[name]
        levels = [(str(after), str(tells)) for after, tells in told["due"]]
        if name == "follow_up":
            levels = levels[:1]
        tells = [tells for _, tells in row.due]
        if tells != ["" if row.silent else told_to for _, told_to in levels]:
            wrong[name] = (tells, levels)
        for (after, _), (mine, _) in zip(levels, row.due, strict=True):
            if isinstance(mine, str) and mine != after.split(" ")[0]:
                wrong[name] = (mine, after)
    assert wrong == {}
