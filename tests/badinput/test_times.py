"""What was done cannot lie ahead; what is planned may."""

from datetime import timedelta
from typing import Any

import pytest

from homeward.domain.refusals import Refused
from tests.badinput.bad import with_value
from tests.badinput.tour import Tour
from tests.badinput.world import World, plain, who

DONE = [
    ("register_request", "received_at"), ("record_rescue", "rescued_at"),
    ("open_case", "rescued_at"), ("launch_operation", "started_at"),
    ("conclude_operation", "ended_at"), ("report_missing", "last_seen"), ("record_death", "at"),
    ("report_found", "at"), ("record_departure", "at"), ("confirm_reception", "at"),
    ("record_statement", "at"), ("bring_before_court", "at"), ("record_hearing", "at"),
    ("answer_handoff/received", "received_at"),
]  # fmt: skip
"""The contract's list of times that tell of something done."""
PLANNED = [
    ("open_interview", "at"), ("plan_operation", "planned_for"), ("book_travel", "departs_at"),
    ("record_hearing", "next"), ("extend_deadline", "until"),
]  # fmt: skip
PLANNED_DAYS = [
    ("ask_reporter", "due"), ("request_handoff", "due"), ("request_stay_permit", "until"),
    ("extend_reflection", "until"), ("certify_fitness_to_travel", "valid_until"),
]  # fmt: skip


def give(world: World, tour: Tour, form: str, fields: Any, **envelope: Any) -> Any:
    moment = tour.moments[form]
    world.back_to(moment.before)
    stream = {"stream": moment.stream} if moment.stream else {}
    body = {"fields": plain(fields), **stream, **envelope}
    return world.command(moment.command, body, who(moment.person))


@pytest.mark.parametrize(("form", "field"), DONE)
def test_what_was_done_may_lie_five_minutes_ahead_and_no_more(
    world: World, tour: Tour, form: str, field: str
) -> None:
    moment = tour.moments[form]
    for minutes, lies_ahead in ((4, False), (6, True), (60 * 24 * 400, True)):
        at = (moment.before.now + timedelta(minutes=minutes)).isoformat()
        fields = with_value(moment.fields, (field,), at)
        if not lies_ahead:
            assert give(world, tour, form, fields)
            continue
        with pytest.raises(Refused) as refused:
            give(world, tour, form, fields)
        assert (refused.value.code, refused.value.names) == ("invalid", (field,))
        assert refused.value.faults == {field: "lies in the future"}


@pytest.mark.parametrize(("form", "field"), PLANNED)
def test_what_is_planned_may_lie_ahead(world: World, tour: Tour, form: str, field: str) -> None:
    moment = tour.moments[form]
    at = (moment.before.now + timedelta(days=500)).isoformat()
    assert give(world, tour, form, with_value(moment.fields, (field,), at))


@pytest.mark.parametrize(("form", "field"), PLANNED_DAYS)
def test_a_day_that_is_planned_may_lie_ahead(
    world: World, tour: Tour, form: str, field: str
) -> None:
    moment = tour.moments[form]
    day = (moment.before.now + timedelta(days=300)).date().isoformat()
    assert give(world, tour, form, with_value(moment.fields, (field,), day))


def test_no_command_was_given_in_the_future(world: World, tour: Tour) -> None:
    fields = tour.moments["add_note"].fields
    now = tour.moments["add_note"].before.now
    late = (now + timedelta(minutes=6)).isoformat()
    with pytest.raises(Refused) as refused:
        give(world, tour, "add_note", fields, occurred_at=late)
    assert refused.value.faults == {"occurred_at": "lies in the future"}
    assert give(world, tour, "add_note", fields, occurred_at=(now - timedelta(days=9)).isoformat())


def test_a_buddhist_year_is_refused_with_the_year_to_write(world: World, tour: Tour) -> None:
    fields = tour.moments["extend_reflection"].fields
    with pytest.raises(Refused) as refused:
        give(world, tour, "extend_reflection", {**fields, "until": "2565-10-01"})
    assert refused.value.faults == {"until": "is a year of the Buddhist era; write 2022"}


@pytest.mark.parametrize(
    ("told", "code"),
    [("Sihanoukville", "KH-18"), ("ព្រះសីហនុ", "KH-18"), ("Krong Poipet", "KH-1"),
     ("kh-18", "KH-18"), ("西港", "KH-18"), ("Svay Rieng", "KH-20"), ("KH-5 ", "KH-5")],
)  # fmt: skip
def test_a_province_is_known_by_any_of_its_names_and_kept_as_told(
    world: World, tour: Tour, told: str, code: str
) -> None:
    fields = {**tour.moments["register_request"].fields, "province": told}
    answer = give(world, tour, "register_request", fields)
    fact: Any = world.store.streams[answer.stream][0].fact
    assert (fact.province, fact.province_told) == (code, told)


@pytest.mark.parametrize("told", ["KH-1.0", "KH-1 8", "KH-០១", "KH-26", "KH-018", "Bangkok", "18"])
def test_what_is_nearly_a_province_is_none(world: World, tour: Tour, told: str) -> None:
    fields = {**tour.moments["register_request"].fields, "province": told}
    with pytest.raises(Refused) as refused:
        give(world, tour, "register_request", fields)
    assert (refused.value.code, refused.value.names) == ("invalid", ("province",))
