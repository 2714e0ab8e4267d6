"""The runner, step by step: what a step may say, and what is told where it does not hold."""

import pytest

from tests.scenarios.telling import FOUND, HEAD, NOTE, RIGHTS, SCREEN, Tell, breaks, holds

# what does not hold -------------------------------------------------------------------------


def test_a_story_that_does_not_hold_tells_its_step_what_was_expected_and_what_came(
    tell: Tell,
) -> None:
    step, expected, came = breaks(
        tell("  - {as: stat, do: add_note, stream: $case, with: {text: Hello}}\n")
    )
    assert step == "story.yaml step 1"
    assert "add_note" in expected
    assert "forbidden" in came


def test_a_step_of_a_fragment_that_does_not_hold_is_named_by_its_file(tell: Tell) -> None:
    told = tell("  - {wait: 1h}\n", HEAD.replace("08:30:00+07:00", "08:30:00+07:00\nservices: {}"))
    assert holds(told)
    late = HEAD.replace("include: [found]", "include: [found]\nactors: {dyna: {roles: [officer]}}")
    assert breaks(tell("  - {wait: 1h}\n", late))[0] == "found.yaml step 1"


def test_a_refusal_that_does_not_come_is_told(tell: Tell) -> None:
    told = tell(NOTE.replace("save: {note: event}", "refused: forbidden"))
    assert breaks(told)[1:] == ("refusal forbidden", "it was carried out")


def test_another_refusal_than_expected_is_told_with_what_it_names(tell: Tell) -> None:
    _, expected, came = breaks(
        tell("  - {as: kosal, do: assess_fine, stream: $case, refused: wrong_state}\n")
    )
    assert expected == "refusal wrong_state"
    assert came.startswith("refusal invalid (accrual_ends")


def test_a_refusal_names_at_least_what_is_expected_and_nothing_that_is_not(tell: Tell) -> None:
    step = "  - {as: kosal, do: assess_fine, stream: $case, with: {x: 1}, refused: invalid, %s}\n"
    assert holds(tell(step % "names: [accrual_ends, x], not_names: [permitted_until]"))
    assert "permitted_until" in breaks(tell(step % "names: [permitted_until]"))[1]
    assert "accrual_ends" in breaks(tell(step % "not_names: [accrual_ends]"))[1]


def test_events_come_in_the_order_told_and_others_may_stand_between(tell: Tell) -> None:
    assert holds(tell(f"  - {SCREEN}, events: [ScreeningRecorded, HoldPlaced]}}\n"))
    assert holds(tell(f"  - {SCREEN}, events: [HoldPlaced]}}\n"))
    _, expected, came = breaks(tell(f"  - {SCREEN}, events: [HoldPlaced, ScreeningRecorded]}}\n"))
    assert expected == "events ['HoldPlaced', 'ScreeningRecorded']"
    assert came == "['ScreeningRecorded', 'HoldPlaced']"


def test_an_event_told_twice_must_come_twice(tell: Tell) -> None:
    assert breaks(tell(f"  - {SCREEN}, events: [HoldPlaced, HoldPlaced]}}\n"))


def test_an_event_that_may_not_come_is_told(tell: Tell) -> None:
    assert holds(tell(f"  - {SCREEN}, no_events: [HandoffRevoked]}}\n"))
    assert breaks(tell(f"  - {SCREEN}, no_events: [HoldPlaced]}}\n"))[1] == "no HoldPlaced"


def test_what_happened_before_a_step_is_not_of_it(tell: Tell) -> None:
    assert breaks(tell(f"  - {SCREEN}}}\n  - {RIGHTS}, events: [ScreeningRecorded]}}\n"))
    assert holds(tell(f"  - {SCREEN}}}\n  - {RIGHTS}, no_events: [ScreeningRecorded]}}\n"))


# names, ids and times -----------------------------------------------------------------------


def test_what_a_step_saves_and_the_last_event_of_a_name_can_be_told_later(tell: Tell) -> None:
    about = "  - {as: kosal, do: add_note, stream: $case, with: {text: A, about: %s}}\n"
    assert holds(tell(NOTE + about % "$note" + about % "$events.NoteAdded"))
    assert holds(tell(NOTE + "  - {as: kosal, read: $case, sees: {notes.0.id: $note}}\n"))


def test_a_name_that_nobody_saved_is_told(tell: Tell) -> None:
    _, expected, came = breaks(tell("  - {as: kosal, read: $nobody}\n"))
    assert (expected, came) == ("a name that was saved", "$nobody")
    assert "$events.CaseClosed" in str(
        breaks(tell(NOTE.replace("text: Hello", "text: A, about: $events.CaseClosed")))
    )
    assert (
        breaks(tell(NOTE.replace("note: event", "note: handoff")))[1] == "`handoff` in the result"
    )


def test_the_last_event_of_a_name_is_the_streams_that_is_spoken_to(tell: Tell) -> None:
    other = FOUND.split("steps:\n")[1].replace("save: {case: stream}", "save: {other: stream}")
    correct = (
        "  - {as: kosal, do: correct_record, stream: %s, with: "
        "{event: $events.CaseOpened, field: province, value: KH-2, reasons: A}}\n"
    )
    assert holds(tell(other + correct % "$case" + correct % "$other"))


def test_a_name_within_a_text_is_told_and_what_is_none_stays_as_it_is(tell: Tell) -> None:
    place = (
        "  - {as: pisey, do: place_hold, stream: $case, "
        'with: {kind: SAFETY, basis: A, review_on: "+3d"}, save: {hold: hold}}\n'
    )
    extend = (
        "  - {as: nary, do: extend_deadline, stream: $case, "
        'with: {deadline: "hold_review:%s", until: "+9d", reasons: A}%s}\n'
    )
    assert holds(tell(place + extend % ("$hold", "") + extend % ("$none", ", refused: invalid")))
    assert holds(tell(NOTE.replace("Hello", '"$5,000 of debt; $case is ours"')))


def test_a_time_may_lie_behind_the_clock(tell: Tell) -> None:
    assert holds(
        tell(
            "  - {wait: 2d}\n  - {as: pisey, do: report_missing, stream: $case, "
            'with: {last_seen: "-1d"}}\n'
        )
    )


def test_an_actor_that_nobody_is_is_told(tell: Tell) -> None:
    assert breaks(tell("  - {as: nobody, read: $case}\n"))[1:] == (
        "an actor of the story",
        "nobody",
    )


def test_a_relative_time_becomes_a_day_or_a_moment_as_the_field_wants(tell: Tell) -> None:
    assert holds(
        tell(
            "  - {as: pisey, do: place_hold, stream: $case, "
            'with: {kind: SAFETY, basis: A, review_on: "+3d"}}\n'
            "  - {as: nary, read: $case, sees: {holds.0.review_on: 2022-08-04}}\n"
            "  - {as: pisey, do: report_missing, stream: $case, "
            'with: {last_seen: "+4m", place: "+3 floors"}}\n'
        )
    )
    assert breaks(
        tell("  - {as: pisey, do: report_missing, stream: $case, with: {last_seen: '+6m'}}\n")
    )


@pytest.mark.parametrize(
    ("duration", "reached"),
    [
        ("90s", "2022-08-01T08:31:30+07:00"), ("5m", "2022-08-01T08:35:00+07:00"),
        ("2h", "2022-08-01T10:30:00+07:00"), ("3d", "2022-08-04T08:30:00+07:00"),
        ("5bd", "2022-08-08T08:30:00+07:00"),
    ],
)  # fmt: skip
def test_the_clock_runs_as_long_as_a_step_waits(tell: Tell, duration: str, reached: str) -> None:
    given = f"{{last_seen: {reached}}}"
    late = reached.replace(":00+07:00", ":30+07:00").replace("T08:31:30", "T08:32:30")
    assert holds(
        tell(
            f"  - {{wait: {duration}}}\n"
            f"  - {{as: pisey, do: report_missing, stream: $case, with: {given}}}\n"
            f"  - {{wait: 1m}}\n  - {{as: kosal, do: add_note, stream: $case, "
            f"occurred_at: {late}, with: {{text: A}}}}\n"
        )
    )
    assert breaks(
        tell(
            f"  - {{wait: {duration}}}\n"
            "  - {as: pisey, do: report_missing, stream: $case, "
            "with: {last_seen: 2022-08-09T08:30:00+07:00}}\n"
        )
    )


def test_a_wait_stops_wherever_something_falls_due(tell: Tell) -> None:
    assert holds(
        tell("  - {wait: 15d, events: [DeadlinePassed, DeadlinePassed, DeadlinePassed]}\n")
    )
    assert breaks(tell("  - {wait: 15d, no_events: [DeadlinePassed]}\n"))


def test_a_command_id_given_twice_is_told_twice_and_carried_out_once(tell: Tell) -> None:
    step = NOTE.replace(
        "with:", "command_id: 018f2b6e-0000-7000-8000-0000000000aa, with:"
    )  # the same id and body
    assert holds(tell(step + step + "then:\n  - {stream: $case, events: {NoteAdded: 1}}\n"))
    other = step.replace("Hello", "Other").replace("save: {note: event}", "refused: duplicate_key")
    assert holds(tell(step + other))


def test_an_expected_version_is_sent(tell: Tell) -> None:
    stale = (
        "  - {as: kosal, do: add_note, stream: $case, expected_version: %d, with: {text: A}%s}\n"
    )
    assert holds(tell(stale % (1, "") + stale % (1, ", refused: stale")))


# services and crashes -----------------------------------------------------------------------


FINE = (
    "  - {as: kosal, do: assess_fine, stream: $case, "
    'with: {permitted_until: 2022-07-01, accrual_ends: "+0d"}, %s}\n'
)


def test_services_behave_as_the_story_says_from_the_start(tell: Tell) -> None:
    head = HEAD.replace(
        "steps:", 'services: {immigration: {fine: {days: 7, amount: "70.00"}}}\nsteps:'
    )
    seen = "  - {as: kosal, read: $case, sees: {return.fine.amount: %s}}\n"
    assert holds(tell(FINE % "events: [FineAssessed]" + seen % '"70.00"', head))
    assert holds(tell(FINE % "events: [FineAssessed]" + seen % '"310.00"'))


def test_a_service_can_be_told_otherwise_on_the_way(tell: Tell) -> None:
    assert holds(
        tell(
            "  - {service: immigration, set: {fine: {fail: 503}}}\n"
            + FINE % "no_events: [FineAssessed]"
            + "  - {wait: 1h, events: [ServiceCallFailed]}\n"
            "  - {service: immigration, set: {fine: {}}, events: [FineAssessed]}\n"
        )
    )


@pytest.mark.parametrize(
    "how", ["fail: 503, times: 3", "lose: 2", "garbage: 2", "fail: 500, times: 1, lose: 1"]
)
def test_failures_that_end_are_retried_while_the_clock_stands_still(tell: Tell, how: str) -> None:
    assert holds(
        tell(
            f"  - {{service: immigration, set: {{fine: {{{how}}}}}}}\n"
            + FINE % "events: [FineAssessed]"
        )
    )


def test_a_service_that_no_story_knows_is_told(tell: Tell) -> None:
    told = tell("  - {service: immigration, set: {lunch: {}}}\n")
    assert (told["status"], told["result"]) == (2, "unreadable")
    assert "immigration.lunch" in told["told"]
    told = tell("  - {service: immigration, set: {fine: {tomorrow: 1}}}\n")
    assert (told["status"], told["result"]) == (2, "unreadable")
    assert "story.yaml step 1" in told["told"]
    told = tell(
        "  - {wait: 1d}\n", HEAD.replace("steps:", "services: {mission: {fly: {}}}\nsteps:")
    )
    assert (told["status"], told["result"]) == (2, "unreadable")


def test_a_service_told_what_no_service_does_is_told(tell: Tell) -> None:
    step, _, came = breaks(tell("  - {service: immigration, set: {fine: {fail: 99}}}\n"))
    assert step == "story.yaml step 1"
    assert "immigration.fine.fail" in came


def test_a_crash_loses_nothing(tell: Tell) -> None:
    assert holds(
        tell(
            "  - {service: immigration, set: {fine: {slow: 7200}}}\n"
            + FINE % "no_events: [FineAssessed]"
            + "  - {crash: worker}\n  - {wait: 2h, events: [FineAssessed]}\n"
        )
    )
