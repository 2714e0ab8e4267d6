"""What each of the three kinds of people finds when they open the console."""

import html
import re
from typing import Any

from homeward.edge.people import PEOPLE
from tests.console.conftest import Browser
from tests.console.memory_edge import MemoryEdge


async def test_somebody_not_signed_in_is_sent_to_the_sign_in_page(browser: Browser) -> None:
    page = await browser.get("/worklist")
    assert page.url.path == "/sign-in"
    assert "Immigration officer" in page.text


async def test_the_officer_begins_with_the_tasks_of_the_day(browser: Browser) -> None:
    page = await browser.sign_in("sok")
    assert page.url.path == "/worklist"
    assert "<h1" in page.text
    assert "My day" in page.text
    assert re.search(r'href="/cases/VIC-\d{4}-\d{6}"', page.text)


async def test_the_liaison_begins_with_the_inbox_and_may_open_a_thread(browser: Browser) -> None:
    page = await browser.sign_in("id")
    assert page.url.path == "/handoffs"
    assert "Embassy of Indonesia" in page.text
    path = re.findall(r'href="(/handoffs/[^"]+)"', page.text)[0]
    thread = await browser.get(path)
    assert thread.status_code == 200
    assert "Please answer by:" in thread.text
    assert "do/answer_handoff?handoff=" in thread.text


async def test_the_supervisor_sees_what_is_late_and_for_how_long_in_words(browser: Browser) -> None:
    await browser.sign_in("visal")
    page = await browser.get("/late")
    assert "Level 1" in page.text
    assert re.search(r"Overdue by \d+ days", page.text)


async def test_a_task_says_which_decision_it_waits_for_and_what_is_late(browser: Browser) -> None:
    await browser.sign_in("visal")
    page = await browser.get("/worklist?list=second_decisions")
    told = set(re.findall(r"Second decision: ([^<]*) ", page.text))
    assert told == {"Propose to lift a hold", "Propose to decline"}
    page = await browser.get("/worklist?list=my_day")
    assert "Deadline passed: Status to be determined" in page.text


async def test_the_supervisor_is_told_when_the_record_needs_somebody(
    browser: Browser, edge: MemoryEdge
) -> None:
    await browser.sign_in("visal")
    assert "The record needs you" not in (await browser.get("/late")).text
    since = "2026-11-20T05:00:00Z"
    court = {"name": "court", "waiting_since": since, "behind": 61, "fault": "away", "late": True}
    embassy = {**court, "name": "embassy", "fault": "disagrees"}
    soon = {**court, "name": "archive", "late": False}
    edge.record = {"fault": None, "witnesses": [court, embassy, soon]}
    page = await browser.get("/late")
    assert "The record needs you" in page.text
    assert "The witness court has been away since 20 November 2026" in page.text
    assert "61 checkpoints wait for it" in page.text
    assert "The witness embassy has disagreed since" in page.text
    assert "archive" not in page.text
    assert "Nothing has been signed" not in page.text
    edge.record = {"fault": "the tree has shrunk", "fault_since": since, "witnesses": []}
    assert "Nothing has been signed since 20 November" in (await browser.get("/late")).text
    assert "គ្មានអ្វីត្រូវបានចុះហត្ថលេខាតាំងពី" in (await browser.get("/late?lang=km")).text


async def test_others_are_not_shown_what_is_late_everywhere(browser: Browser) -> None:
    await browser.sign_in("sok")
    page = await browser.get("/late")
    assert page.status_code == 403
    assert "You may not do this" in page.text


async def test_a_case_in_preparation_names_what_still_blocks_the_departure(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("sok")
    page = await browser.get(f"/cases/{case_in('RETURN_PREPARATION')}")
    assert "What still blocks the departure" in page.text
    assert "No travel is booked" in page.text


async def test_the_officer_is_told_why_a_command_is_not_possible_now(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("sok")
    case = case_in("SCREENED")
    page = await browser.get(f"/cases/{case}")
    assert "Not now, and why" in page.text
    refused = await browser.get(f"/cases/{case}/do/propose_waiver")
    assert refused.status_code == 409
    assert "Not possible at this point" in refused.text


async def test_the_officer_sees_no_section_that_the_edge_does_not_give(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    page = await browser.get(f"/cases/{case_in('RETURN_PREPARATION')}")
    for section in ("health", "interview", "indicators", "suspects", "status_reasons"):
        assert f'id="s-{section}"' not in page.text
    await browser.client.post("/sign-out", data={"csrf": "no"})


async def test_the_liaison_sees_identity_and_handoffs_alone(browser: Browser, case_in: Any) -> None:
    await browser.sign_in("id")
    page = await browser.get(f"/cases/{case_in('RETURN_PREPARATION')}")
    found = set(re.findall(r'id="s-([a-z_]+)"', page.text))
    assert found <= {"identity", "handoffs", "travel", "reception"}
    assert "identity" in found
    assert "Timeline" not in page.text
    assert "waiver" not in page.text.lower()


async def test_a_mission_is_given_no_timeline_of_a_case_or_of_its_own_request(
    edge: MemoryEdge, case_in: Any
) -> None:
    liaison = PEOPLE["id"].actor("id")
    told = await edge.timeline("case", case_in("RETURN_PREPARATION"), liaison)
    assert told == {"events": [], "next": None}


async def test_another_embassys_case_is_not_found_like_any_that_does_not_exist(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("ph")
    others = await browser.get(f"/cases/{case_in('RETURN_PREPARATION')}")
    none = await browser.get("/cases/VIC-2020-000000")
    assert others.status_code == none.status_code == 404
    assert _content(others.text) == _content(none.text)


async def test_the_history_tells_who_did_what_in_which_command(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("visal")
    case = case_in("RETURN_PREPARATION")
    page = await browser.get(f"/cases/{case}/history")
    assert "Case opened" in page.text
    assert "Long Ratha" in page.text
    assert "Command id" in page.text
    assert page.text.index("Case opened") > page.text.index("Screening recorded"), "newest first"


async def test_every_stream_of_the_demonstration_has_a_page_for_its_readers(
    browser: Browser, edge: MemoryEdge
) -> None:
    await browser.sign_in("aud")
    plural = {"VIC": "cases", "REQ": "requests", "OPS": "operations", "INC": "incidents",
              "CRT": "courts"}  # fmt: skip
    for stream in list(edge.engine.store.states):
        page = await browser.get(f"/{plural[stream[:3]]}/{stream}")
        assert page.status_code in (200, 404), (stream, page.status_code)
        assert stream in page.text or page.status_code == 404


async def test_everybody_gets_a_first_page(browser: Browser) -> None:
    for user in PEOPLE:
        page = await browser.sign_in(user)
        assert page.status_code == 200, user
        browser.client.cookies.clear()


async def test_a_reference_is_found_in_khmer_digits_and_small_letters(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    typed = case.lower().translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"))
    page = await browser.get("/find", params={"ref": typed})
    assert page.url.path == f"/cases/{case}"


async def test_what_people_wrote_is_never_markup(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    sent = await browser.send(f"/cases/{case}/do/add_note", text=evil)
    assert sent.status_code == 200
    for page in (sent, await browser.get(f"/cases/{case}/history")):
        assert "<script>alert" not in page.text
        assert "onerror=alert(1)>" not in page.text
        assert "&lt;script&gt;alert" in page.text


async def test_an_unknown_address_is_a_page_that_says_what_to_do(browser: Browser) -> None:
    await browser.sign_in("sok")
    page = await browser.get("/nowhere")
    assert page.status_code == 404
    assert "Check the reference" in page.text


async def test_a_fault_of_ours_shows_nothing_of_its_cause(
    browser: Browser, edge: MemoryEdge, monkeypatch: Any
) -> None:
    await browser.sign_in("sok")

    async def broken(*_: Any, **__: Any) -> None:
        raise ValueError("SITI MUTIARA")

    monkeypatch.setattr(edge, "worklist", broken)
    page = await browser.get("/worklist")
    assert page.status_code == 500
    assert "SITI" not in page.text
    assert "could not be made" in page.text


def _content(page: str) -> str:
    main = re.search(r"<main.*</main>", page, re.DOTALL)
    assert main
    return html.unescape(main[0])


async def test_a_case_is_seen_as_it_was_known_from_each_step_of_its_history(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    history = await browser.get(f"/cases/{case}/history")
    links = re.findall(r'href="(/cases/[^"]+as_known_at=[^"]+)"', history.text)
    first = await browser.get(html.unescape(links[-1]))
    assert first.status_code == 200
    assert "As the record stood on" in first.text
    assert "Rescued" in first.text
    assert "What you can do now" not in first.text
    assert f'href="/cases/{case}"' in first.text
    now = await browser.get(f"/cases/{case}")
    assert "As the record stood on" not in now.text
    assert 'name="as_known_at"' in now.text


async def test_a_moment_typed_in_is_one_of_phnom_penh_and_a_false_one_is_told(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}"
    page = await browser.get(path, params={"as_known_at": "2026-11-19T14:30"})
    assert page.status_code == 200
    assert 'value="2026-11-19T14:30"' in page.text
    assert (await browser.get(path, params={"as_known_at": "yesterday"})).status_code == 422
    assert (await browser.get(path, params={"as_known_at": "1999-01-01T00:00"})).status_code == 404
