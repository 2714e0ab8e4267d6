"""Other ways out, and the ways back."""

import pytest

from tests.domain.story import Story, refused


def die(story: Story, case: str, by: str = "care") -> None:
    told = {"at": story.at(), "place": "Hospital", "kin_notified": False}
    story.by(by, "record_death", case, **told)


def withdraw(story: Story, case: str) -> None:
    told = {"voluntary": True, "private": True, "language": "vie"}
    story.by("care", "withdraw_case", case, **told)
    story.by("visal", "confirm_withdrawal", case)


def go_missing(story: Story, case: str) -> None:
    story.by("care", "report_missing", case, last_seen=story.at())


def test_a_withdrawal_is_voluntary_and_told_in_private() -> None:
    story = Story()
    case = story.screened()
    told = {"voluntary": False, "private": False, "language": "vie"}
    refusal = refused(lambda: story.by("care", "withdraw_case", case, **told))
    assert (refusal.code, refusal.names) == ("invalid", ("voluntary", "private"))


def test_a_withdrawal_takes_a_second_person() -> None:
    story = Story()
    case = story.screened()
    both = ["care", "supervisor"]
    told = {"voluntary": True, "private": True, "language": "vie"}
    story.do("twice", both, "withdraw_case", case, told)
    refusal = refused(lambda: story.do("twice", both, "confirm_withdrawal", case))
    assert refusal.code == "separation_of_duties"
    story.by("visal", "confirm_withdrawal", case)
    assert story.state(case).state == "WITHDRAWN"


def test_a_withdrawal_that_nobody_confirms_lapses_after_fourteen_days() -> None:
    story = Story()
    case = story.screened()
    told = {"voluntary": True, "private": True, "language": "vie"}
    story.by("care", "withdraw_case", case, **told)
    story.wait("14d")
    rejected = story.last(case, "StepRejected")
    assert (rejected.by, rejected.fact.step_type) == ("system", "WithdrawalProposed")
    assert refused(lambda: story.by("visal", "confirm_withdrawal", case)).code == "wrong_state"


def test_a_death_ends_every_timer_and_task_and_opens_its_own() -> None:
    story = Story()
    case = story.documented()
    die(story, case)
    assert story.kinds(case) == {"confirm", "notify_kin", "remains", "inform_mission"}
    assert story.state(case).deadlines == {}
    with_notes = {"text": "Told the family", "about": str(story.state(case).death)}
    story.by("care", "add_note", case, **with_notes)
    assert story.kinds(case) == {"confirm", "remains", "inform_mission"}
    story.by("care", "add_note", case, **with_notes)
    story.by("mfa", "add_note", case, **with_notes)
    assert story.kinds(case) == {"confirm"}
    story.by("visal", "confirm_death", case)
    story.by("sok", "close_case", case, outcome="deceased")
    assert story.tasks(case) == []


def test_a_note_may_name_the_task_that_it_closes() -> None:
    story = Story()
    case = story.screened()
    die(story, case)
    told = {"text": "Flown home", "about": str(story.state(case).death), "task": "remains"}
    story.by("care", "add_note", case, **told)
    assert story.kinds(case) == {"confirm", "notify_kin"}


def test_a_death_that_was_none_brings_back_the_state_before_and_its_deadlines() -> None:
    story = Story()
    case = story.identified()
    die(story, case)
    death = str(story.state(case).death)
    story.wait("10d")
    refusal = refused(
        lambda: story.by("just", "reject_step", case, step=death, reasons="Another person")
    )
    assert refusal.code == "forbidden"
    story.by("visal", "reject_step", case, step=death, reasons="Another person")
    assert story.state(case).state == "IDENTIFIED"
    assert "waive_fine" in story.kinds(case)
    story.wait("29d")
    assert story.state(case).reflection == "RUNNING"
    story.wait("1d")
    assert story.state(case).reflection == "ENDED"


def test_who_recorded_a_death_does_not_confirm_it() -> None:
    story = Story()
    case = story.screened()
    both = ["care", "supervisor"]
    told = {"at": story.at(), "place": "Hospital", "kin_notified": True}
    story.do("twice", both, "record_death", case, told)
    assert (
        refused(lambda: story.do("twice", both, "confirm_death", case)).code
        == "separation_of_duties"
    )


def test_a_person_who_is_found_is_where_they_were() -> None:
    story = Story()
    case = story.identified()
    go_missing(story, case)
    assert story.state(case).state == "WHEREABOUTS_UNKNOWN"
    story.by("care", "report_found", case, at=story.at(), exploited_again=False)
    assert story.state(case).state == "IDENTIFIED"


def test_a_person_exploited_again_is_a_new_case_linked_to_the_old() -> None:
    story = Story()
    case = story.identified()
    go_missing(story, case)
    found = {"at": story.at(), "exploited_again": True}
    refusal = refused(lambda: story.by("field", "report_found", case, **found))
    assert (refusal.code, refusal.names) == ("invalid", ("rescue",))
    rescue = {"mode": "self_escape", "province": "KH-20", "passport": {"status": "lost"}}
    again = story.by("field", "report_found", case, **found, rescue=rescue)["case"]
    assert story.events(case)[-2:] == ["PersonFound", "CaseClosed"]
    assert story.state(again).previous_episode == case
    assert story.state(again).state == "RESCUED"
    read = story.read("visal", again)
    assert read["identity"]["name_romanised"] == "TRAN THI MAI"


def test_deadlines_run_on_while_nobody_knows_where_the_person_is() -> None:
    story = Story()
    case = story.identified()
    go_missing(story, case)
    story.wait("30d")
    assert story.state(case).reflection == "ENDED"
    assert story.state(case).state == "WHEREABOUTS_UNKNOWN"


def test_a_clearance_that_lapses_in_absence_is_not_found_again() -> None:
    story = Story()
    case = story.cleared()
    go_missing(story, case)
    story.wait("5d")
    story.by("care", "report_found", case, at=story.at(), exploited_again=False)
    assert story.state(case).state == "RETURN_PREPARATION"


ENDS = {"WITHDRAWN": withdraw, "WHEREABOUTS_UNKNOWN": go_missing, "DECEASED": die}


@pytest.mark.parametrize("state", ENDS)
def test_an_ended_case_hears_little_more(state: str) -> None:
    story = Story()
    case = story.screened()
    ENDS[state](story, case)
    held = {"kind": "SAFETY", "basis": "x", "review_on": story.day(1)}
    assert refused(lambda: story.by("care", "place_hold", case, **held)).code == "wrong_state"
    screening = refused(lambda: story.screen(case))
    assert screening.code == "wrong_state"
    story.by("care", "add_note", case, text="Still heard")


@pytest.mark.parametrize(
    ("state", "outcome", "back"),
    [
        ("WITHDRAWN", "withdrawn", "IDENTIFIED"),
        ("WHEREABOUTS_UNKNOWN", "missing", "IDENTIFIED"),
        ("DECEASED", "deceased", "DECEASED"),
    ],
)
def test_a_case_reopens_where_it_stood_before_its_end(state: str, outcome: str, back: str) -> None:
    story = Story()
    case = story.identified()
    ENDS[state](story, case)
    wrong = refused(lambda: story.by("sok", "close_case", case, outcome="returned"))
    assert (wrong.code, wrong.names) == ("invalid", ("outcome",))
    story.by("sok", "close_case", case, outcome=outcome)
    story.by("visal", "reopen_case", case, reasons="New facts")
    assert story.state(case).state == back


def test_who_closed_a_case_does_not_reopen_it() -> None:
    story = Story()
    case = story.identified()
    withdraw(story, case)
    both = ["officer", "supervisor"]
    story.do("twice", both, "close_case", case, {"outcome": "withdrawn"})
    told = {"reasons": "x"}
    refusal = refused(lambda: story.do("twice", both, "reopen_case", case, told))
    assert refusal.code == "separation_of_duties"


def test_a_case_is_not_closed_in_the_middle() -> None:
    story = Story()
    case = story.identified()
    refusal = refused(lambda: story.by("sok", "close_case", case, outcome="returned"))
    assert refusal.code == "wrong_state"


def test_who_stays_may_still_go_home_later() -> None:
    story = Story()
    case = story.identified()
    story.wait("30d")
    story.by("enda", "grant_stay", case, basis="humanitarian")
    assert story.state(case).state == "REMAINS"
    mode = {"mode": "assisted_voluntary_return", "wish_recorded": True}
    story.by("sok", "open_return_preparation", case, **mode)
    assert "prepare_return" in story.kinds(case)


def test_erasure_takes_two_and_waits_for_the_court() -> None:
    story = Story()
    case = story.identified()
    court = story.by(
        "just",
        "open_court_case",
        court="Phnom Penh",
        reference="1/22",
        charges=["x"],
        province="KH-12",
    )["stream"]
    story.by("just", "link_witness", court, case=case)
    withdraw(story, case)
    story.by("sok", "close_case", case, outcome="withdrawn")
    story.by("visal", "request_erasure", case, basis="Retention is over")
    assert story.kinds(case) == {"confirm"}
    assert refused(lambda: story.by("aud", "approve_erasure", case)).code == "hold"
    story.by("just", "close_court_case", court)
    story.by("aud", "approve_erasure", case)
    assert story.state(case).erased
    told = {"reasons": "x"}
    assert refused(lambda: story.by("visal", "reopen_case", case, **told)).code == "wrong_state"


def test_a_death_that_was_none_brings_back_a_case_closed_since() -> None:
    story = Story()
    case = story.screened()
    die(story, case)
    story.by("sok", "close_case", case, outcome="deceased")
    step = str(story.state(case).death)
    story.by("visal", "reject_step", case, step=step, reasons="It was another")
    assert (story.state(case).state, story.state(case).endings) == ("SCREENED", ())


def test_an_erased_case_takes_no_more_words_from_anybody() -> None:
    story = Story()
    case = story.screened()
    withdraw(story, case)
    story.by("sok", "close_case", case, outcome="withdrawn")
    story.by("visal", "request_erasure", case, basis="Her wish")
    story.by("aud", "approve_erasure", case)
    for who, command, fields in (
        ("sok", "add_note", {"text": "x"}),
        ("visal", "declare_interest", {"user": "sok", "ground": "x"}),
        ("visal", "reopen_case", {"reasons": "x"}),
        ("visal", "request_erasure", {"basis": "x"}),
        ("aud", "approve_erasure", {}),
    ):
        assert refused(lambda: story.by(who, command, case, **fields)).code == "wrong_state"  # noqa: B023
