"""A fold never fails: any fact, in any order, on any stream, about things that were never there."""

import types
from datetime import UTC, date, datetime
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import homeward.domain.all  # noqa: F401 - fills Fact.kinds and the evolvers
from homeward.domain.facts import Event, Fact, Level
from homeward.domain.facts.base import Deadline
from homeward.domain.kinds import blank
from homeward.domain.sealed import Sealed
from homeward.domain.streams import PREFIX, StreamState, fold
from homeward.domain.tasks import tasks

AT = datetime(2022, 8, 1, 8, 30, tzinfo=UTC)
ID = UUID("018f0000-0000-7000-8000-000000000000")
WORDS = {
    "step_type": "DeathRecorded",
    "birth_date": "1998-03-14", "turns_18": "2016-03", "accrual_ends": "2022-08-01",
    "amount": "10.00", "country": "VN", "case": "VIC-2022-000001", "court": "CRT-2022-000001",
}  # fmt: skip
PLAIN: dict[Any, Any] = {
    str: "x", int: 1, bool: True, float: 1.0, date: AT.date(), datetime: AT, UUID: ID, Any: "x",
    Sealed: Sealed("VIC-2022-000001", "identity", "name", "k", "AAAA", None),
    Deadline: Deadline(name="of old", levels=(Level(AT, "supervisor"),)),
}  # fmt: skip
KINDS = {name: kind for name, kind in Fact.kinds.items() if kind.__module__.startswith("homeward.")}
STREAMS = [f"{prefix}-2022-000001" for prefix in PREFIX.values()]


def sample(kind: Any, field: str = "") -> Any:
    """A value of the type with everything in it that can be told."""
    if kind is str and field in WORDS:
        return WORDS[field]
    if kind in PLAIN:
        return PLAIN[kind]
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return sample(next(arg for arg in args if arg is not type(None)), field)
    if origin is tuple:
        each = args[:1] if len(args) == 2 and args[1] is ... else args
        return tuple(sample(arg, field) for arg in each)
    if origin is dict:
        return {sample(args[0]): sample(args[1])}
    if origin is frozenset:
        return frozenset({sample(args[0])})
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        told = get_type_hints(kind)
        fields = {name: sample(told[name], name) for name in kind.__struct_fields__}
        return kind(**({**fields, "arms": ()} if issubclass(kind, Fact) else fields))
    raise AssertionError(f"{kind} has no sample")


def in_stream(stream: str, facts: list[Fact], by: str = "sok") -> list[Event]:
    return [
        Event(
            id=UUID(int=n), stream=stream, version=n, fact=fact, by=by, roles=(), command="told",
            command_id=ID, cause=None, occurred_at=AT, recorded_at=AT,
        )
        for n, fact in enumerate(facts, start=1)
    ]  # fmt: skip


def folded(stream: str, facts: list[Fact]) -> StreamState:
    state = fold(blank(stream), in_stream(stream, facts))
    assert (state.id, state.version) == (stream, len(facts))
    assert tasks(state, AT) is not None
    return state


FACTS = {name: sample(kind) for name, kind in sorted(KINDS.items())}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_folds_first_of_all_and_twice_in_any_stream(name: str) -> None:
    for stream in STREAMS:
        folded(stream, [FACTS[name], FACTS[name]])


@pytest.mark.parametrize("name", [
    "HandoffAccepted", "HandoffAnswered", "HandoffDeclined", "HandoffRevoked", "HandoffDelivered",
    "HandoffQuestionAsked", "HandoffQuestionAnswered", "HandoffWithdrawn", "HoldLifted",
    "ProtectionClaimResolved", "DeportationOrderSigned", "ConsentWithdrawn",
])  # fmt: skip
def test_what_is_told_of_a_thing_that_is_not_there_does_not_make_it(name: str) -> None:
    case: Any = folded("VIC-2022-000001", [FACTS[name]])
    assert (case.handoffs, case.holds, case.claims, case.order) == ({}, {}, (), None)
    assert (case.consents, case.consents_ended) == ({}, ())


@pytest.mark.parametrize("name", ["DeadlinePassed", "DeadlineExtended", "ServiceCallFailed"])
@pytest.mark.parametrize("stream", STREAMS)
def test_a_deadline_or_a_call_that_is_not_there_is_neither_late_nor_failed(
    name: str, stream: str
) -> None:
    state = folded(stream, [FACTS[name]])
    assert (state.deadlines, state.overdue, state.calls) == ({}, {}, {})


def test_a_deadline_that_no_row_knows_any_more_runs_on() -> None:
    told = msgspec.structs.replace(FACTS["NoteAdded"], arms=(PLAIN[Deadline],))
    for stream in STREAMS:
        assert list(folded(stream, [told, FACTS["DocumentAttached"]]).deadlines) == ["of old"]


@given(st.sampled_from(STREAMS), st.lists(st.sampled_from(list(FACTS.values())), max_size=25))
def test_facts_fold_in_whatever_order_they_come(stream: str, facts: list[Fact]) -> None:
    folded(stream, facts)
