"""The mission client against the sandbox, and a mission whose own system answers."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from homeward.ports_partners import HandoffDeliveryAsked, ServiceRefused, ServiceUnavailable
from homeward.services.mission import MissionClient

NOON = datetime(2022, 8, 2, 2, 0, tzinfo=UTC)


def handoff(id_: str = "H-1") -> HandoffDeliveryAsked:
    return HandoffDeliveryAsked(
        handoff=id_,
        case="VIC-2022-482911",
        mission="VN",
        kind="verify_nationality",
        nationality="VN",
        due=date(2022, 8, 16),
    )


async def test_a_handoff_is_delivered_once_whatever_is_repeated(
    mission: MissionClient, sandbox: Any
) -> None:
    await sandbox.behaves(mission={"deliver": {"fail": 503, "times": 3, "lose": 1}})
    for _ in range(4):
        with pytest.raises(ServiceUnavailable):
            await mission.deliver("1", handoff())
    receipt = (await mission.deliver("1", handoff())).receipt
    assert (await mission.deliver("1", handoff())).receipt == receipt
    assert (await sandbox.call("1"))["applied"] == 1


async def test_a_refused_delivery_brings_its_reason(mission: MissionClient, sandbox: Any) -> None:
    await sandbox.behaves(mission={"deliver": {"refuse": "The mission has closed."}})
    with pytest.raises(ServiceRefused) as refused:
        await mission.deliver("1", handoff())
    assert refused.value.reason == "The mission has closed."


async def test_unless_told_to_a_mission_answers_nothing(mission: MissionClient) -> None:
    await mission.deliver("1", handoff())
    assert (await mission.answers()).answers == ()


async def test_a_planned_answer_comes_when_its_time_has_passed(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff())
    await sandbox.behaves(
        mission={"answer": {"handoff": "H-1", "answer": "confirmed", "after": "1h"}}
    )
    assert await sandbox.next_due() == NOON + timedelta(hours=1)
    await sandbox.advance(3599)
    assert (await mission.answers()).answers == ()
    await sandbox.advance(3600)
    (answer,) = (await mission.answers()).answers
    assert (answer.handoff, answer.case, answer.mission, answer.answer, answer.at) == (
        "H-1",
        "VIC-2022-482911",
        "VN",
        "confirmed",
        NOON + timedelta(hours=1),
    )
    assert await sandbox.next_due() is None


async def test_before_its_handoff_is_delivered_a_planned_answer_waits(
    mission: MissionClient, sandbox: Any
) -> None:
    await sandbox.behaves(
        mission={"answer": {"handoff": "H-1", "answer": "no_record", "after": "1d"}}
    )
    assert await sandbox.next_due() is None
    await sandbox.advance(86400)
    await mission.deliver("1", handoff())
    assert await sandbox.next_due() == NOON + timedelta(days=2)
    await sandbox.advance(2 * 86400)
    assert [a.answer for a in (await mission.answers()).answers] == ["no_record"]


async def test_two_handoffs_have_two_plans_and_are_answered_in_order(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff("H-1"))
    await mission.deliver("2", handoff("H-2"))
    for id_, after in (("H-1", "2h"), ("H-2", "1h30m")):
        await sandbox.behaves(
            mission={"answer": {"handoff": id_, "answer": "done", "after": after}}
        )
    await sandbox.advance(7200)
    page = await mission.answers()
    assert [answer.handoff for answer in page.answers] == ["H-2", "H-1"]
    assert (await mission.answers(page.cursor)).answers == ()


async def test_no_plan_is_left_once_the_behaviour_is_its_default_again(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff())
    await sandbox.behaves(mission={"answer": {"handoff": "H-1", "answer": "done", "after": "1h"}})
    await sandbox.behaves(mission={"answer": {}})
    await sandbox.advance(7200)
    assert (await mission.answers()).answers == ()


async def test_an_answer_stays_until_its_receipt_and_no_cursor_skips_it(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff())
    await sandbox.behaves(mission={"answer": {"handoff": "H-1", "answer": "needs_more"}})
    (answer,) = (await mission.answers("a cursor of another feed")).answers
    assert (await mission.answers()).answers == (answer,)
    receipt = await mission.receive("event-9", answer.id)
    assert await mission.receive("event-9", answer.id) == receipt
    assert (await mission.answers()).answers == ()


async def test_after_needs_more_the_same_handoff_can_be_answered_again(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff())
    for told in ("needs_more", "confirmed"):
        await sandbox.behaves(mission={"answer": {"handoff": "H-1", "answer": told}})
        (answer,) = (await mission.answers()).answers
        assert answer.answer == told
        await mission.receive(told, answer.id)


async def test_a_receipt_for_an_answer_that_never_was_is_a_fault(mission: MissionClient) -> None:
    with pytest.raises(ServiceUnavailable, match="404"):
        await mission.receive("1", "../answers?after=")


async def test_a_receipt_s_key_serves_one_answer_only(mission: MissionClient, sandbox: Any) -> None:
    for id_ in ("H-1", "H-2"):
        await mission.deliver(id_, handoff(id_))
        await sandbox.behaves(mission={"answer": {"handoff": id_, "answer": "done"}})
    one, other = (await mission.answers()).answers
    await mission.receive("1", one.id)
    with pytest.raises(ServiceUnavailable, match="409"):
        await mission.receive("1", other.id)
    assert (await mission.answers()).answers == (other,)


async def test_a_document_a_reception_and_a_note_arrive_whole_and_stay_out_of_logs(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff())
    await sandbox.behaves(
        mission={
            "answer": {
                "handoff": "H-1",
                "answer": "done",
                "document": {
                    "kind": "emergency_travel_document",
                    "number": "E9911822",
                    "issued": "2022-08-01",
                    "expires": "2023-08-01",
                },
                "reception": {"authority": "A08", "port": "Moc Bai", "contact": "Ms Lan"},
                "received_at": "2022-08-02T09:00:00+07:00",
                "note": "Her brother waits.",
            }
        }
    )
    (answer,) = (await mission.answers()).answers
    assert answer.document is not None
    assert (answer.document.number, answer.document.expires) == ("E9911822", date(2023, 8, 1))
    assert answer.reception is not None
    assert (answer.reception.contact, answer.note) == ("Ms Lan", "Her brother waits.")
    assert answer.received_at == NOON
    assert not any(word in repr(answer) for word in ("E9911822", "Lan", "brother"))


async def test_a_feed_that_fails_and_babbles_loses_no_answer(
    mission: MissionClient, sandbox: Any
) -> None:
    await mission.deliver("1", handoff())
    await sandbox.behaves(
        mission={"answer": {"handoff": "H-1", "answer": "done", "fail": 502, "times": 1}}
    )
    await sandbox.behaves(mission={"answer": {"garbage": 3, "lose": 1}})
    for _ in range(4):
        with pytest.raises(ServiceUnavailable):
            await mission.answers()
    assert [a.answer for a in (await mission.answers()).answers] == ["done"]


async def test_a_plan_for_an_answer_that_does_not_exist_is_refused_and_named(sandbox: Any) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        told = {"handoff": "H-1", "answer": "perhaps", "after": "soon", "document": {"kind": "x"}}
        answer = await http.put("/_sandbox/behaviour", json={"mission": {"answer": told}})
    assert answer.status_code == 400
    assert answer.json()["names"] == [
        "mission.answer.after",
        "mission.answer.answer",
        "mission.answer.document.expires",
        "mission.answer.document.issued",
        "mission.answer.document.kind",
        "mission.answer.document.number",
    ]
