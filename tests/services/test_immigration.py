"""The immigration client against the sandbox, over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from homeward.ports_partners import (
    Answered,
    ExitPermitAsked,
    FineAssessmentAsked,
    ImmigrationService,
    ServiceRefused,
    ServiceUnavailable,
    StayPermitAsked,
    WaiverAsked,
)
from homeward.services.immigration import ImmigrationClient

CASE = "VIC-2022-482911"
WAIVER = WaiverAsked(case=CASE, percent=100, amount=Decimal("1000.00"))
FINE = FineAssessmentAsked(
    case=CASE, permitted_until=date(2022, 4, 24), accrual_ends=date(2022, 8, 2)
)
STAY = StayPermitAsked(case=CASE, basis="reflection", until=date(2022, 9, 1))
LEAVE = ExitPermitAsked(case=CASE, basis="return", order_number="17/2022")

Ask = Callable[[ImmigrationService, str], Awaitable[Answered]]
OPERATIONS: dict[str, Ask] = {
    "fine": lambda service, key: service.assess_fine(key, FINE),
    "waiver": lambda service, key: service.apply_waiver(key, WAIVER),
    "stay_permit": lambda service, key: service.issue_stay_permit(key, STAY),
    "exit_permit": lambda service, key: service.issue_exit_permit(key, LEAVE),
}
each_operation = pytest.mark.parametrize("operation", OPERATIONS)


async def until_answered(ask: Awaitable[Answered] | Callable[[], Awaitable[Answered]]) -> Any:
    """What the engine does: asks again, with the same key, until there is an answer."""
    assert callable(ask)
    for failures in range(20):
        try:
            return failures, await ask()
        except ServiceUnavailable:
            continue
    raise AssertionError("never answered")


async def test_a_fine_is_ten_dollars_for_each_day_since_the_last_permitted(
    immigration: ImmigrationClient,
) -> None:
    told = await immigration.assess_fine("1", FINE)
    assert (told.days, told.amount) == (100, Decimal("1000.00"))
    assert [(p.first, p.last, p.days, p.rate) for p in told.periods] == [
        (date(2022, 4, 25), date(2022, 8, 2), 100, Decimal(10))
    ]


async def test_without_an_entry_stamp_the_fine_is_unknown(immigration: ImmigrationClient) -> None:
    asked = FineAssessmentAsked(case=CASE, permitted_until=None, accrual_ends=date(2022, 8, 2))
    told = await immigration.assess_fine("1", asked)
    assert (told.days, told.amount, told.periods) == (None, "UNKNOWN", ())


async def test_a_fine_can_be_told(immigration: ImmigrationClient, sandbox: Any) -> None:
    await sandbox.behaves(immigration={"fine": {"days": 365, "amount": "3650.00"}})
    told = await immigration.assess_fine("1", FINE)
    assert (told.days, told.amount) == (365, Decimal("3650.00"))
    await sandbox.behaves(immigration={"fine": {"days": 0}})
    assert (await immigration.assess_fine("2", FINE)).amount == Decimal("0.00")
    await sandbox.behaves(immigration={"fine": {"amount": 5}})
    assert (await immigration.assess_fine("3", FINE)).amount == Decimal("5.00")
    await sandbox.behaves(immigration={"fine": {}})
    assert (await immigration.assess_fine("4", FINE)).days == 100


async def test_a_waiver_has_a_reference_that_can_be_told(
    immigration: ImmigrationClient, sandbox: Any
) -> None:
    assert (await immigration.apply_waiver("1", WAIVER)).reference.startswith("W-")
    await sandbox.behaves(immigration={"waiver": {"reference": "MoI 88/22"}})
    assert (await immigration.apply_waiver("2", WAIVER)).reference == "MoI 88/22"


async def test_permits_run_from_the_engine_s_day_in_phnom_penh(
    immigration: ImmigrationClient, sandbox: Any
) -> None:
    assert (await immigration.issue_stay_permit("1", STAY)).valid_until == date(2022, 10, 31)
    assert (await immigration.issue_exit_permit("2", LEAVE)).valid_until == date(2022, 9, 1)
    await sandbox.advance(15.5 * 3600)  # half past midnight there, the day before in UTC
    await sandbox.behaves(immigration={"exit_permit": {"valid_days": 2}})
    assert (await immigration.issue_exit_permit("3", LEAVE)).valid_until == date(2022, 8, 5)


@each_operation
async def test_the_same_key_gets_the_same_answer_and_is_done_once(
    immigration: ImmigrationClient, sandbox: Any, operation: str
) -> None:
    ask = OPERATIONS[operation]
    first = await ask(immigration, "event-1")
    await sandbox.advance(5 * 86400)
    assert await ask(immigration, "event-1") == first
    call = await sandbox.call("event-1")
    assert (call["attempts"], call["applied"], call["answered"]) == (2, 1, 2)


async def test_the_same_key_with_another_body_is_a_conflict(
    immigration: ImmigrationClient,
) -> None:
    await immigration.apply_waiver("1", WAIVER)
    with pytest.raises(ServiceUnavailable, match="answered 409"):
        await immigration.apply_waiver("1", WaiverAsked(case=CASE, percent=80))
    with pytest.raises(ServiceUnavailable, match="answered 409"):
        await immigration.issue_stay_permit("1", STAY)


@each_operation
async def test_failing_three_times_then_answering_it_is_done_once(
    immigration: ImmigrationClient, sandbox: Any, operation: str
) -> None:
    await sandbox.behaves(immigration={operation: {"fail": 503, "times": 3}})
    failures, _ = await until_answered(lambda: OPERATIONS[operation](immigration, "1"))
    call = await sandbox.call("1")
    assert (failures, call["attempts"], call["applied"]) == (3, 4, 1)


@each_operation
async def test_an_answer_that_was_lost_comes_again_and_is_done_once(
    immigration: ImmigrationClient, sandbox: Any, operation: str
) -> None:
    await sandbox.behaves(immigration={operation: {"lose": 1}})
    with pytest.raises(ServiceUnavailable, match="RemoteProtocolError"):
        await OPERATIONS[operation](immigration, "1")
    assert (await sandbox.call("1"))["applied"] == 1
    await OPERATIONS[operation](immigration, "1")
    assert (await sandbox.call("1"))["applied"] == 1


async def test_failing_and_losing_combine_first_the_one_then_the_other(
    immigration: ImmigrationClient, sandbox: Any
) -> None:
    await sandbox.behaves(immigration={"waiver": {"fail": 503, "times": 3, "lose": 1}})
    faults = []
    for _ in range(4):
        with pytest.raises(ServiceUnavailable) as unavailable:
            await immigration.apply_waiver("1", WAIVER)
        faults.append(str(unavailable.value).rpartition(" ")[2])
    assert faults == ["503", "503", "503", "RemoteProtocolError"]
    assert (await immigration.apply_waiver("1", WAIVER)).reference
    assert (await sandbox.call("1"))["applied"] == 1


async def test_without_an_end_it_fails_until_told_otherwise(
    immigration: ImmigrationClient, sandbox: Any
) -> None:
    await sandbox.behaves(immigration={"waiver": {"fail": 500}})
    for _ in range(5):
        with pytest.raises(ServiceUnavailable, match="answered 500"):
            await immigration.apply_waiver("1", WAIVER)
    await sandbox.behaves(immigration={"waiver": {}})
    assert (await immigration.apply_waiver("1", WAIVER)).reference


@each_operation
async def test_garbage_of_every_kind_is_not_taken_for_an_answer(
    immigration: ImmigrationClient, sandbox: Any, operation: str
) -> None:
    await sandbox.behaves(immigration={operation: {"garbage": 3}})
    failures, _ = await until_answered(lambda: OPERATIONS[operation](immigration, "1"))
    assert failures == 3
    assert (await sandbox.call("1"))["applied"] == 1


@each_operation
async def test_a_refusal_brings_its_reason_and_stands(
    immigration: ImmigrationClient, sandbox: Any, operation: str
) -> None:
    await sandbox.behaves(immigration={operation: {"refuse": "The file is closed."}})
    with pytest.raises(ServiceRefused) as refused:
        await OPERATIONS[operation](immigration, "1")
    assert refused.value.reason == "The file is closed."
    assert "closed" not in str(refused.value)
    await sandbox.behaves(immigration={operation: {}})
    with pytest.raises(ServiceRefused):
        await OPERATIONS[operation](immigration, "1")
    assert (await sandbox.call("1"))["applied"] == 0


async def test_a_slow_call_is_answered_as_soon_as_the_clock_has_moved(
    immigration: ImmigrationClient, sandbox: Any
) -> None:
    await sandbox.behaves(immigration={"waiver": {"slow": 7200}})
    asked = asyncio.create_task(immigration.apply_waiver("1", WAIVER))
    due = None
    while due is None:
        due = await sandbox.next_due()
    assert due.isoformat() == "2022-08-02T04:00:00+00:00"
    await sandbox.advance(7199)
    assert (await sandbox.call("1"))["applied"] == 0
    await sandbox.advance(7200)
    assert (await asked).reference
    assert await sandbox.next_due() is None


async def test_a_slow_call_that_was_given_up_is_done_when_it_is_asked_again_in_time(
    sandbox: Any,
) -> None:
    await sandbox.behaves(immigration={"waiver": {"slow": 60}})
    async with ImmigrationClient(sandbox.url, at_most=0.2) as impatient:
        with pytest.raises(ServiceUnavailable, match="no answer"):
            await impatient.apply_waiver("1", WAIVER)
        await sandbox.advance(timedelta(minutes=1).total_seconds())
        assert (await sandbox.call("1"))["applied"] == 0
        await impatient.apply_waiver("1", WAIVER)
    call = await sandbox.call("1")
    assert (call["attempts"], call["applied"]) == (2, 1)


async def test_a_call_without_a_key_or_with_a_wrong_body_is_invalid_and_every_fault_named(
    sandbox: Any,
) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        keyless = await http.post("/waivers", json={"case": CASE, "percent": 100})
        wrong = await http.post(
            "/waivers", json={"percent": "100", "name": "x"}, headers={"Idempotency-Key": "1"}
        )
    assert (keyless.status_code, keyless.json()["names"]) == (400, ["Idempotency-Key"])
    assert (wrong.status_code, wrong.json()["names"]) == (400, ["case", "name", "percent"])


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({"imigration": {}}, ["imigration"]),
        ({"immigration": {"fines": {}}}, ["immigration.fines"]),
        ({"immigration": {"waiver": {"fial": 503}}}, ["immigration.waiver.fial"]),
        ({"immigration": {"waiver": {"times": 3}}}, ["immigration.waiver"]),
        (
            {"immigration": {"fine": {"days": -1, "amount": "ten"}}},
            ["immigration.fine.amount", "immigration.fine.days"],
        ),
        ({"mission": {"answer": {"handoff": "H"}}}, ["mission.answer"]),
        ([], ["behaviour"]),
    ],
)
async def test_a_behaviour_it_does_not_know_changes_nothing_and_is_named(
    immigration: ImmigrationClient, sandbox: Any, told: Any, names: list[str]
) -> None:
    if isinstance(told, dict):
        told = {"immigration": {"stay_permit": {"fail": 503}}, **told}
        told["immigration"] = {"stay_permit": {"fail": 503}, **told["immigration"]}
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as http:
        answer = await http.put("/_sandbox/behaviour", json=told)
    assert (answer.status_code, answer.json()["names"]) == (400, names)
    assert (await immigration.issue_stay_permit("1", STAY)).number


async def test_reset_forgets_calls_and_behaviour_but_not_the_clock(
    immigration: ImmigrationClient, sandbox: Any
) -> None:
    await sandbox.advance(60)
    await sandbox.behaves(immigration={"waiver": {"lose": 5}})
    await sandbox.told("POST", "reset")
    assert (await immigration.apply_waiver("1", WAIVER)).reference
    assert (await sandbox.told("GET", "behaviour"))["immigration"] == {}
    assert (await sandbox.told("GET", "clock"))["offset_seconds"] == 60
