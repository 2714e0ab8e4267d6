"""Giving a command by its form: taken once, corrected, refused, or sent again."""

import re
from typing import Any

from homeward.desk import Accepted
from homeward.domain.refusals import Refused
from homeward.ports import Unavailable
from tests.console.conftest import Browser, filled, hidden
from tests.console.memory_edge import MemoryEdge

TRAVEL = {
    "carrier": "Garuda", "number": "GA 871", "departs_at__day": "28", "departs_at__month": "11",
    "departs_at__year": "2026", "departs_at__time": "10:30", "exit_point": "Phnom Penh",
    "destination": "Medan", "payer": "mission",
}  # fmt: skip


async def test_a_command_is_carried_out_and_said_to_be(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    page = await browser.send(f"/cases/{case}/do/add_note", text="Her sister called.")
    assert page.url.path == f"/cases/{case}"
    assert "Recorded" in page.text
    assert "Her sister called." in page.text
    body = edge.bodies[-1]
    assert body["stream"] == case
    assert body["expected_version"] > 0
    assert body["fields"] == {"text": "Her sister called."}


async def test_a_double_click_is_one_command(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    page = await browser.get(f"/cases/{case}/do/add_note")
    before = len(edge.engine.store.streams[case])
    for _ in range(2):
        sent = await browser.client.post(page.url.path, data=filled(page, text="Once only"))
        assert sent.status_code == 200
    assert len(edge.engine.store.streams[case]) == before + 1


async def test_faults_are_told_at_the_top_and_beside_the_field_and_what_was_typed_stays(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/book_travel"
    typed = {**TRAVEL, "carrier": "", "departs_at__month": "13"}
    page = await browser.send(path, **typed)
    assert page.status_code == 422
    assert "<title>Error: Book travel" in page.text
    assert 'data-module="govuk-error-summary"' in page.text
    assert 'href="#f-carrier"' in page.text
    assert 'id="f-carrier"' in page.text
    assert "Carrier is required" in page.text
    assert 'href="#f-departs_at-day"' in page.text
    assert "Departs is not a real date and time" in page.text
    for kept in ('value="GA 871"', 'value="13"', 'value="28"', 'value="10:30"', 'value="Medan"'):
        assert kept in page.text
    assert re.search(r'value="mission" checked', page.text)


async def test_after_a_refusal_the_next_try_is_a_command_of_its_own(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/book_travel"
    first = await browser.get(path)
    again = await browser.client.post(path, data=filled(first))
    assert hidden(again, "command_id") != hidden(first, "command_id")


async def test_a_refusal_says_what_to_do_next(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/book_travel"
    for refused, status, words in (
        (Refused("guard_failed", "fine", "travel"), 409, "The immigration fine is not settled"),
        (Refused("separation_of_duties"), 403, "Ask a colleague who took no part"),
        (Refused("hold", "MEDICAL"), 409, "Medical hold"),
        (Refused("stale", version=77), 409, "Read what is new"),
    ):
        edge.instead = refused
        page = await browser.send(path, **TRAVEL)
        assert page.status_code == status
        assert words in page.text
        assert 'value="GA 871"' in page.text


async def test_when_somebody_was_faster_the_form_is_for_the_new_version(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    edge.instead = Refused("stale", version=77)
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/book_travel"
    page = await browser.send(path, **TRAVEL)
    assert hidden(page, "version") == "77"


async def test_when_a_part_is_away_the_same_command_can_be_sent_again(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/add_note"
    first = await browser.get(path)
    edge.instead = Unavailable("temporal", retry_after=7)
    away = await browser.client.post(path, data=filled(first, text="Kept"))
    assert away.status_code == 503
    assert away.headers["retry-after"] == "7"
    assert "Send again" in away.text
    assert "Kept" in away.text
    assert hidden(away, "command_id") == hidden(first, "command_id")
    edge.instead = None
    page = await browser.client.post(path, data=filled(away, text="Kept"))
    assert page.status_code == 200
    assert edge.bodies[0] == edge.bodies[-1]


async def test_what_is_accepted_but_not_done_can_be_asked_for(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    edge.instead = Accepted()
    page = await browser.send(f"/cases/{case_in('RETURN_PREPARATION')}/do/add_note", text="x")
    assert page.status_code == 202
    asked = re.search(r'href="(/commands/[^"]+)"', page.text)
    assert asked
    assert "not recorded yet" in (await browser.get(asked[1])).text


async def test_dates_and_numbers_may_be_typed_in_khmer_digits(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("sok")
    edge.instead = Refused("wrong_state")
    path = f"/cases/{case_in('RETURN_PREPARATION')}/do/book_travel"
    khmer = {"departs_at__day": "២៨", "departs_at__year": "២០២៦", "departs_at__time": "១០:៣០"}
    await browser.send(path, **{**TRAVEL, **khmer})
    assert edge.bodies[-1]["fields"]["departs_at"] == "2026-11-28T10:30:00+07:00"


async def test_an_opening_command_ends_on_a_page_with_the_new_reference(
    browser: Browser, edge: MemoryEdge
) -> None:
    await browser.sign_in("intan")
    page = await browser.get("/do/register_request")
    assert 'name="received_at.year" type="text" value="2026"' in page.text, "now is filled in"
    sent = await browser.client.post(
        "/do/register_request",
        data=filled(
            page, channel="family", received_at__day="20", received_at__month="11",
            received_at__year="2026", received_at__time="14:00", reporter__kind="family",
            reporter__anonymous="no", language="vie", urgency="high", people_count="1",
            people__0__name="Nguyen Thi Hoa", people__0__nationality="VN",
        ),
    )  # fmt: skip
    assert sent.status_code == 200, sent.text
    assert sent.url.path == "/done/register_request"
    reference = re.search(r"REQ-\d{4}-\d{6}", sent.text)
    assert reference
    assert edge.bodies[-1]["fields"]["people"] == [{"name": "Nguyen Thi Hoa", "nationality": "VN"}]
    shown = await browser.get(f"/requests/{reference[0]}")
    assert "Nguyen Thi Hoa" in shown.text


async def test_a_row_is_added_without_sending_and_blank_rows_are_dropped(
    browser: Browser, edge: MemoryEdge
) -> None:
    await browser.sign_in("intan")
    page = await browser.get("/do/register_request")
    more = await browser.client.post(
        "/do/register_request", data=filled(page, people__3__name="Linh", add="people")
    )
    assert more.status_code == 200
    assert not edge.bodies
    assert 'name="people.0.name" type="text" spellcheck="false" value="Linh"' in more.text
    assert 'name="people.1.name"' in more.text
    assert hidden(more, "command_id") == hidden(page, "command_id")


async def test_a_fault_in_a_row_is_told_at_that_row(browser: Browser, edge: MemoryEdge) -> None:
    await browser.sign_in("intan")
    page = await browser.send("/do/register_request", people__0__name="A", people__5__age="many")
    assert page.status_code == 422
    assert "People 2: Age is not a whole number" in page.text
    assert 'href="#f-people-1-age"' in page.text


async def test_a_liaison_answers_only_what_this_kind_of_handoff_asks(
    browser: Browser, edge: MemoryEdge, case_in: Any
) -> None:
    await browser.sign_in("id")
    inbox = await browser.get("/handoffs")
    thread = inbox
    for path in re.findall(r'href="(/handoffs/[^"]+)"', inbox.text):
        thread = await browser.get(path)
        if "do/answer_handoff" in thread.text:
            break
    form = re.search(r'href="(/cases/[^"]+/do/answer_handoff\?handoff=[^"]+)"', thread.text)
    assert form
    page = await browser.get(form[1])
    assert "Arrange the reception" in page.text
    assert 'name="reception.authority"' in page.text
    assert 'name="document.number"' not in page.text
    assert "Not our national" not in page.text


async def test_a_liaison_is_back_in_the_inbox_after_a_step_that_may_end_the_access(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("id")
    inbox = await browser.get("/handoffs")
    handoff = re.findall(r'href="/handoffs/([^/"]+)/([^"]+)"', inbox.text)[0]
    page = await browser.send(
        f"/cases/{handoff[0]}/do/ask_about_handoff", handoff=handoff[1], question="Her village?"
    )
    assert page.status_code == 200, page.text
    assert page.url.path == "/handoffs"
    assert "Recorded" in page.text
    assert "Her village?" in (await browser.get("/handoffs/" + "/".join(handoff))).text


async def test_a_command_of_another_role_has_no_form(browser: Browser, case_in: Any) -> None:
    await browser.sign_in("sok")
    case = case_in("RETURN_PREPARATION")
    assert (await browser.get(f"/cases/{case}/do/approve_waiver")).status_code == 403
    assert (await browser.get(f"/cases/{case}/do/pass_deadline")).status_code == 404
    assert (await browser.get(f"/cases/{case}/do/no_such_thing")).status_code == 404
    assert (await browser.get("/do/add_note")).status_code == 404
    assert (await browser.get(f"/operations/{case}/do/add_note")).status_code == 404


async def test_the_field_team_tells_of_a_case_that_it_may_not_read(
    browser: Browser, case_in: Any
) -> None:
    await browser.sign_in("field")
    case = case_in("SCREENED")
    page = await browser.get(f"/cases/{case}/do/record_passport")
    assert page.status_code == 200
    assert hidden(page, "version") == ""
    assert (await browser.get(f"/cases/{case}")).status_code == 403
