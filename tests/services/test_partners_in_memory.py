"""`Partners` without HTTP, as the memory engine asks it: the same behaviour, told the time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.ports_partners import FineAssessed, WaiverAsked
from homeward.services.sandbox.behaviour import (
    Failed,
    Garbage,
    KeyReused,
    Lost,
    Misbehaved,
    Partners,
    Refused,
    Slow,
)
from homeward.services.sandbox.durations import parse_duration

NOW = datetime(2022, 8, 2, 2, 0, tzinfo=UTC)
WAIVER = WaiverAsked(case="VIC-2022-482911", percent=100)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_a_call_may_be_a_plain_mapping_with_dates_of_either_kind() -> None:
    partners = Partners(lambda: NOW)
    for key, day in (("1", date(2022, 8, 1)), ("2", "2022-08-01")):
        body = {"case": "VIC-2022-482911", "permitted_until": day, "accrual_ends": "2022-08-02"}
        told = partners.ask("immigration", "fine", key, body)
        assert isinstance(told, FineAssessed)
        assert told.days == 1


def test_each_misbehaviour_comes_as_itself_in_its_order() -> None:
    clock = Clock()
    partners = Partners(clock)
    partners.set(
        "immigration",
        {"waiver": {"fail": 503, "times": 1, "slow": 60, "garbage": 1, "lose": 1}},
    )
    with pytest.raises(Failed):
        partners.ask("immigration", "waiver", "1", WAIVER)
    with pytest.raises(Slow) as slow:
        partners.ask("immigration", "waiver", "1", WAIVER)
    assert slow.value.until == partners.next_due() == NOW + timedelta(minutes=1)
    clock.now = slow.value.until
    for fault in (Garbage, Lost):
        with pytest.raises(fault):
            partners.ask("immigration", "waiver", "1", WAIVER)
    assert partners.ask("immigration", "waiver", "1", WAIVER) is not None
    assert partners.next_due() is None
    with pytest.raises(KeyReused):
        partners.ask("immigration", "waiver", "1", WaiverAsked(case="VIC-2022-1", percent=1))


def test_a_refusal_is_the_same_without_http() -> None:
    partners = Partners(lambda: NOW)
    partners.set("immigration", {"waiver": {"refuse": "No."}})
    with pytest.raises(Refused) as refused:
        partners.ask("immigration", "waiver", "1", WAIVER)
    assert refused.value.reason == "No."


def test_due_answers_are_there_until_their_receipt() -> None:
    clock = Clock()
    partners = Partners(clock)
    delivery = {
        "handoff": "H-1",
        "case": "VIC-2022-482911",
        "mission": "VN",
        "kind": "verify_nationality",
        "nationality": "VN",
    }
    partners.set("mission", {"answer": {"handoff": "H-1", "answer": "confirmed", "after": "1h"}})
    partners.ask("mission", "deliver", "1", delivery)
    assert partners.due_answers(clock.now) == ()
    clock.now += timedelta(hours=1)
    (answer,) = partners.due_answers(clock.now)
    assert partners.due_answers(clock.now) == (answer,)
    partners.receive("2", answer.id)
    assert partners.due_answers(clock.now) == ()


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "fail": st.just(503),
                "lose": st.integers(0, 3),
                "garbage": st.integers(0, 3),
                "slow": st.integers(0, 90),
            },
        ).map(lambda told: told | {"times": 2} if "fail" in told else told),
        max_size=4,
    ),
    st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, max_size=30),
)
def test_whatever_goes_wrong_nothing_is_done_twice_and_no_answer_changes(
    behaviours: list[dict[str, int]], keys: list[str]
) -> None:
    clock = Clock()
    partners = Partners(clock)
    answers: dict[str, object] = {}
    for turn, key in enumerate(keys):
        if turn % 5 == 0 and behaviours:
            partners.set("immigration", {"waiver": behaviours.pop()})
        clock.now += timedelta(seconds=30)
        try:
            answer = partners.ask("immigration", "waiver", key, WAIVER)
        except Misbehaved:
            continue
        assert answers.setdefault(key, answer) == answer
    assert all(call.applied <= 1 for call in partners.calls())
    assert {call.key for call in partners.calls() if call.answered} == set(answers)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30d", 2_592_000), ("72h", 259_200), ("45m", 2700), ("10s", 10), ("1h30m", 5400), ("0s", 0)],
)
def test_a_duration_is_read_as_it_is_written(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "5", "1w", "-1h", "1h 30m", "30m1h", "1.5h", "2bd"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)
