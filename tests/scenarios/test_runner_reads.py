"""The runner's reads, what holds at a story's end, and files that are no stories."""

from pathlib import Path

import pytest

from homeward.dev.scenario import main
from tests.scenarios.telling import FOUND, HEAD, NOTE, PEOPLE, SCREEN, Tell, breaks, holds

# reads --------------------------------------------------------------------------------------


def test_a_read_sees_what_it_names(tell: Tell) -> None:
    assert holds(
        tell(
            "  - {as: kosal, read: $case, sees: {id: $case, state: RESCUED, care: NONE, risk: NONE,"
            " consular: NOT_CONTACTED, identity.nationalities.0.country: ID,"
            " identity: {sex: F}}}\n"
        )
    )
    _, expected, came = breaks(tell("  - {as: kosal, read: $case, sees: {state: SCREENED}}\n"))
    assert (expected, came) == ("state = 'SCREENED'", "'RESCUED'")


def test_a_track_that_has_a_sections_name_is_told_bare_and_the_section_by_its_keys(
    tell: Tell,
) -> None:
    assess = (
        "  - {as: pisey, do: assess_return_risk, stream: $case, "
        'with: {level: low, factors: [A], valid_until: "+90d"}}\n'
    )
    read = "  - {as: pisey, read: $case, sees: {risk: %s, risk.level: low}}\n"
    assert holds(tell(assess + read % "ASSESSED"))
    assert holds(tell(assess + read % "{track: ASSESSED}"))
    assert breaks(tell(assess + "  - {as: pisey, read: $case, sees: {risk: APPROVED}}\n"))


def test_holds_and_tasks_may_be_told_by_their_kinds(tell: Tell) -> None:
    see = "  - {as: pisey, read: $case, sees: {holds: %s, tasks: [interview, %s]}}\n"
    assert holds(tell(f"  - {SCREEN}}}\n" + see % ("[MEDICAL]", "explain_consular_right")))
    assert breaks(tell(f"  - {SCREEN}}}\n" + see % ("[COURT]", "explain_consular_right")))
    assert breaks(tell(f"  - {SCREEN}}}\n" + see % ("[MEDICAL]", "screen")))
    assert holds(tell("  - {as: pisey, read: $case, sees: {holds: []}}\n"))


def test_each_handoff_has_its_own_track(tell: Tell) -> None:
    steps = (
        f"  - {SCREEN}}}\n"
        "  - {as: kosal, do: record_consent, stream: $case, "
        "with: {purpose: mission_contact, given: true, mission: ID, by: person, language: ind}}\n"
        "  - {as: kosal, do: request_handoff, stream: $case, "
        "with: {mission: ID, kind: verify_nationality, nationality: ID}, save: {h: handoff}}\n"
        "  - {as: kosal, read: $case, sees: {handoff: DELIVERED}}\n"
    )
    end = "then:\n  - {stream: $case, tracks: {handoff: %s}}\n"
    assert holds(tell(steps + end % "DELIVERED"))
    assert holds(tell(steps + end % "{$h: DELIVERED}"))
    assert breaks(tell(steps + end % "{$h: REVOKED}"))


def test_a_read_hides_what_it_names(tell: Tell) -> None:
    assert holds(tell("  - {as: kosal, read: $case, hides: [shelter, justice, nonsense]}\n"))
    assert breaks(tell("  - {as: kosal, read: $case, hides: [identity.sex]}\n"))[1:] == (
        "identity.sex hidden", "it is shown",
    )  # fmt: skip
    assert breaks(tell("  - {as: kosal, read: $case, hides: [waiver]}\n"))


def test_a_refused_read_is_told(tell: Tell) -> None:
    assert holds(tell("  - {as: jakarta, read: $case, refused: not_found}\n"))
    assert breaks(tell("  - {as: kosal, read: $case, refused: not_found}\n"))[2] == "a view"
    assert "forbidden" in breaks(tell("  - {as: stat, read: $case, refused: not_found}\n"))[2]


# what holds at the end ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "wrong"),
    [
        ("state: SCREENED", "state: RESCUED"),
        ("tracks: {care: NEEDS_ASSESSED}", "tracks: {care: NONE}"),
        ("tracks: {consular: NOT_CONTACTED}", "tracks: {consular: CONFIRMED}"),
        ("tracks: {consular: {ID: NOT_CONTACTED}}", "tracks: {consular: {VN: NOT_CONTACTED}}"),
        ("holds: [MEDICAL]", "holds: []"),
        ("tasks: [explain_consular_right, interview]", "tasks: [interview]"),
        ("events: {HoldPlaced: 1, HoldLifted: 0}", "events: {HoldPlaced: 2}"),
    ],
)
def test_the_end_is_as_it_is_told(tell: Tell, end: str, wrong: str) -> None:
    assert holds(tell(f"  - {SCREEN}}}\nthen:\n  - {{stream: $case, {end}}}\n"))
    step, _, _ = breaks(tell(f"  - {SCREEN}}}\nthen:\n  - {{stream: $case, {wrong}}}\n"))
    assert step == "then 1 ($case)"


def test_what_the_end_leaves_out_is_not_asked(tell: Tell) -> None:
    assert holds(tell(f"  - {SCREEN}}}\nthen:\n  - {{stream: $case}}\n"))


# what is no scenario ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("scenario: [", "not YAML"),
        ("fragment: A fragment alone\n", "scenario"),
        ("- a\n- list\n", "dictionary"),
        ("scenario: No clock\nsteps: [{wait: 1d}]\n", "now"),
        ("scenario: No zone\nnow: 2022-08-01T08:30:00\nsteps: [{wait: 1d}]\n", "now"),
        (HEAD + "  - {as: kosal, wait: 1d, do: add_note}\n", "step 1"),
        (HEAD + "  - {as: kosal, dance: now}\n", "step 1"),
        (HEAD + "  - {do: add_note}\n", "step 1"),
        (HEAD + "  - {wait: 1d, until: tomorrow}\n", "until"),
        (HEAD.replace("[found]", "[lost]") + "  - {wait: 1d}\n", "lost.yaml"),
        (HEAD + "  - {wait: 1d}\nthen:\n  - {state: RESCUED}\n", "stream"),
        (HEAD + "  - {crash: house}\n", "step 1"),
        (HEAD + "  - {wait: soon}\n", "step 1"),
    ],
)
def test_a_file_that_is_no_scenario_ends_with_2_and_says_why(
    tell: Tell, text: str, named: str
) -> None:
    told = tell("", text)
    assert (told["status"], told["result"]) == (2, "unreadable")
    assert named in told["told"]


def test_a_path_where_nothing_is_ends_with_2(tmp_path: Path) -> None:
    assert main([tmp_path / "nothing.yaml"]) == 2
    (tmp_path / "empty").mkdir()
    assert main([tmp_path / "empty"]) == 2


def test_a_folder_is_all_its_stories_and_the_worst_of_them_is_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fragments").mkdir()
    (tmp_path / "fragments" / "found.yaml").write_text(FOUND)
    (tmp_path / "fragments" / "people.yaml").write_text(PEOPLE)
    (tmp_path / "1.yaml").write_text(HEAD + NOTE)
    (tmp_path / "2.yaml").write_text(HEAD + "  - {as: jakarta, read: $case}\n")
    (tmp_path / "3.yaml").write_text(HEAD + "  - {wait: 1d}\n")
    assert main([tmp_path]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["holds", "breaks", "holds"]
    (tmp_path / "4.yaml").write_text("scenario: [")
    assert main([tmp_path]) == 2
