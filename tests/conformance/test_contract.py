"""What is implemented, beside the contract, where the contract lies beside the checkout."""

import re
from typing import Any

from homeward.domain import all as _every_command  # noqa: F401 - fills the registry
from homeward.domain.actors import ANY_WRITER, ROLES
from homeward.domain.commands import COMMANDS
from homeward.domain.facts import Fact
from homeward.domain.kinds import STATES
from homeward.domain.refusals import CODES
from homeward.sealing.forms import hints, set_by_edge


def is_optional(kind: str) -> bool:
    """Whether the type's own `?` is there, not one of a field within it."""
    within = re.sub(r"[{\[].*[}\]]", "", kind) if kind[:1] in "{[" else kind
    return bool(re.search(r"\?(?=$|[\s;(])", within.split(" (")[0]))


OFFERED = {name: cls for name, cls in COMMANDS.items() if not cls.spec.system}


def test_every_command_of_the_contract_can_be_given_and_no_other(contract: dict[str, Any]) -> None:
    assert sorted(OFFERED) == sorted(contract["commands"])


def test_every_role_is_the_contracts(contract: dict[str, Any]) -> None:
    assert set(contract["roles"]) == ROLES


def test_every_refusal_is_the_contracts(contract: dict[str, Any]) -> None:
    assert sorted(contract["refusals"]) == sorted(CODES)


def test_each_command_has_the_contracts_stream_givers_and_states(contract: dict[str, Any]) -> None:
    wrong = {}
    for name, line in contract["commands"].items():
        if name not in OFFERED:
            continue
        spec = OFFERED[name].spec
        by = line["by"]
        roles = (
            ANY_WRITER | ({"auditor"} if "auditor" in str(by) else set())
            if "any writer" in str(by)
            else set(by)
        )
        from_ = line.get("from")
        states = set(from_) if isinstance(from_, list) else None
        told = {
            "stream": (spec.stream, line["stream"]),
            "by": (set(spec.by), roles),
            "opens": (spec.opens, from_ == "-"),
            "from": (set(spec.from_states) if spec.from_states and states else None, states),
            "not_by": (list(spec.not_by), list(line.get("not_by", []))),
        }
        if differing := {key: pair for key, pair in told.items() if pair[0] != pair[1]}:
            wrong[name] = differing
    assert wrong == {}


def test_each_command_has_the_contracts_fields_required_or_not(contract: dict[str, Any]) -> None:
    wrong = {}
    for name, line in contract["commands"].items():
        if name not in OFFERED:
            continue
        cls = OFFERED[name]
        ours = {
            field: cls.model_fields[field].is_required()
            for field, annotation in hints(cls).items()
            if not set_by_edge(annotation)
        }
        theirs = {
            field: not is_optional(str(kind)) for field, kind in line.get("fields", {}).items()
        }
        if ours != theirs:
            wrong[name] = {
                field: (ours.get(field), theirs.get(field))
                for field in ours.keys() | theirs.keys()
                if ours.get(field) != theirs.get(field)
            }
    assert wrong == {}


def test_every_track_move_is_the_contracts(contract: dict[str, Any]) -> None:
    theirs = {
        name: (track, set(values))
        for name, line in contract["track_moves"].items()
        for track, values in line.items()
    }
    ours = {
        name: (cls.spec.track[0], set(cls.spec.track[1]))
        for name, cls in OFFERED.items()
        if cls.spec.track
    }
    assert ours == theirs


def test_every_event_that_a_command_emits_is_a_fact_of_ours(contract: dict[str, Any]) -> None:
    emitted = {
        event.split(": ")[-1]
        for line in contract["commands"].values()
        for event in line["emits"]
        if " " not in event.split(": ")[-1]
    }
    assert sorted(emitted - set(Fact.kinds)) == []


def test_every_kind_of_stream_is_the_contracts(contract: dict[str, Any]) -> None:
    assert sorted(STATES) == sorted(contract["streams"])
