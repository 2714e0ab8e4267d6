"""Edge case 54: the case knows before which courts its person stands, and nobody else learns it."""

from tests.domain.story import Story, refused


def accused(story: Story) -> tuple[str, str]:
    """A victim's case, and the court before which its person stands as a suspect."""
    request = story.by(
        "intan", "register_request", channel="family", received_at=story.at(), language="vie",
        reporter={"kind": "family", "anonymous": True}, urgency="high",
        people=[{"alias": "Mai"}], people_count=1,
    )["stream"]  # fmt: skip
    story.by("emma", "start_examination", request, urgency="high", reasons="-")
    story.by("emma", "accept_request", request, corroboration=["-"], province="KH-18")
    operation = story.by(
        "piseth", "plan_operation", requests=[request], province="KH-18", target="-",
        objectives="-", units=["gdi"], legal_authority="-", planned_for=story.at(),
    )["stream"]  # fmt: skip
    story.by("auth", "authorise_operation", operation)
    story.by("piseth", "launch_operation", operation, started_at=story.at())
    case = story.rescued.__wrapped__(story)  # type: ignore[attr-defined]
    person = {"name": "MAI", "nationality": "VN", "sex": "F", "case": case}
    roles = ["RecruiterOrIntermediary"]
    suspect = story.by("field", "record_detention", operation, **person, alleged_role=roles)
    charges = {"court": "-", "reference": "1", "charges": ["x"], "province": "KH-18"}
    court = story.by("just", "open_court_case", **charges, operations=[operation])["stream"]
    story.by("just", "review_non_punishment", case, outcome="charge", reasons="-")
    at = {"suspect": suspect["suspect"], "at": story.at()}
    story.by("just", "bring_before_court", court, **at)
    return case, court


def test_the_case_names_the_court_to_who_may_read_of_suspects_alone() -> None:
    story = Story()
    case, court = accused(story)
    for name in ("just", "dara", "aud"):
        assert story.read(name, case)["suspects"]["suspect_in"] == [court]
    for name in ("sok", "care", "visal"):
        assert court not in str(story.read(name, case))
        types = {step["type"] for step in story.timeline(name, case)}
        assert "SuspectBroughtBeforeCourt" not in types
    told = story.last(case, "SuspectBroughtBeforeCourt").fact
    assert (told.court, told.name) == (court, None)


def test_nothing_is_erased_while_a_court_has_the_person_as_a_suspect() -> None:
    story = Story()
    case, court = accused(story)
    story.by("care", "record_death", case, at=story.at(), place="-", kin_notified=False)
    story.by("sok", "close_case", case, outcome="deceased")
    story.by("visal", "request_erasure", case, basis="Asked by the family")
    told = refused(lambda: story.by("aud", "approve_erasure", case))
    assert (told.code, told.names) == ("hold", ("COURT",))
    (suspect,) = story.state(court).accused
    story.by("just", "record_verdict", court, suspect=str(suspect), verdict="dismissed")
    story.by("just", "close_court_case", court)
    story.by("aud", "approve_erasure", case)
    assert story.events(case)[-1] == "PersonalDataErased"
