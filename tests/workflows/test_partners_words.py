"""What a partner says in words is about a person: closed where it arrives, opened for readers."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.partners import LONGEST, CallAnswer, ask
from homeward.domain.actors import Actor
from homeward.domain.refusals import Refused
from homeward.domain.sealed import Sealed
from homeward.domain.streams import Call
from homeward.ports_partners import (
    FineAssessed,
    FineAssessmentAsked,
    ServiceRefused,
    ServiceUnavailable,
)
from tests.engine import Engine
from tests.playing import SandboxAt
from workers.assembly import host_clock

WORDS = "Her sister Trần Thị Lan asked us to keep her"
SOK, IVAN = Actor("sok", frozenset({"officer"})), Actor("ivan", frozenset({"interviewer"}))


TABLES = "select table_name from information_schema.tables where table_schema = 'es'"


async def stored(engine: Engine) -> str:
    """Every row of every table, bytes as the text that they hold."""
    rows = []
    async with engine.edge.pool.acquire() as connection:
        for table in await connection.fetch(TABLES):
            rows += await connection.fetch(f"select * from es.{table[0]}")
    return "\n".join(
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in row.values()
    )


async def told_in(engine: Engine, case: str, type_: str, actor: Actor) -> dict[str, Any]:
    """The fields of the case's event of this type, as the actor's timeline shows them."""
    timeline = await engine.edge.timeline("case", case, actor)
    (event,) = (event for event in timeline["events"] if event["type"] == type_)
    return dict(event["fields"])


async def asked_for_a_fine(engine: Engine) -> str:
    case = (await engine.rescue(await engine.underway())).result["case"]
    fine = {"permitted_until": "2022-04-24", "accrual_ends": host_clock().date().isoformat()}
    await engine.do("sok", "assess_fine", str(case), **fine)
    return str(case)


async def test_a_partners_words_of_refusal_are_closed_and_opened_for_who_may_read(
    engine: Engine, sandbox: SandboxAt
) -> None:
    await sandbox.behaves(immigration={"fine": {"refuse": WORDS}})
    await engine.work()
    await engine.ask_partners(sandbox.url)
    case = await asked_for_a_fine(engine)
    await engine.until_answered(case)

    assert (await told_in(engine, case, "ServiceCallFailed", SOK))["reason"] == WORDS
    assert await told_in(engine, case, "ServiceCallFailed", IVAN) == {}
    (failed,) = [e.fact for e in await engine.store.read(case) if e.type == "ServiceCallFailed"]
    assert isinstance(failed.reason, Sealed)  # type: ignore[attr-defined]
    assert (failed.reason.subject, failed.reason.compartment) == (case, "correspondence")  # type: ignore[attr-defined]
    assert "Trần Thị Lan" not in await stored(engine)


async def test_words_that_came_on_paper_are_closed_too(engine: Engine, sandbox: SandboxAt) -> None:
    await sandbox.behaves(immigration={"stay_permit": {"fail": 503}})
    await engine.work()
    await engine.ask_partners(sandbox.url)
    case = (await engine.rescue(await engine.underway())).result["case"]
    await engine.do("sok", "request_stay_permit", case, basis="court", until="2099-01-01")
    (call,) = [e.id for e in await engine.store.read(case) if e.type == "StayPermitRequested"]
    paper: dict[str, Any] = {
        "call": str(call),
        "event": "StayPermitRefused",
        "answer": {"reason": WORDS},
    }
    await engine.do("sok", "record_service_answer", case, **paper)

    proposed = await told_in(engine, case, "ServiceAnswerProposed", SOK)
    assert proposed["words"] == {"reason": WORDS}
    await engine.do("visal", "approve_service_answer", case, call=str(call))
    assert (await told_in(engine, case, "StayPermitRefused", SOK))["reason"] == WORDS
    assert "Trần Thị Lan" not in await stored(engine)


@pytest.mark.parametrize("reason", [5, {"box": "x"}, "x" * (LONGEST + 1)])
async def test_words_on_paper_that_are_none_are_named(engine: Engine, reason: object) -> None:
    await engine.work()
    case = (await engine.rescue(await engine.underway())).result["case"]
    await engine.do("sok", "request_stay_permit", case, basis="court", until="2099-01-01")
    (call,) = [e.id for e in await engine.store.read(case) if e.type == "StayPermitRequested"]
    paper: dict[str, Any] = {
        "call": str(call),
        "event": "StayPermitRefused",
        "answer": {"reason": reason},
    }
    with pytest.raises(Refused) as refused:
        await engine.do("sok", "record_service_answer", case, **paper)
    assert (refused.value.code, refused.value.names) == ("invalid", ("answer.reason",))


FINE = Call(
    id=uuid4(), service="immigration", operation="fine-assessment", since=host_clock(),
    asks={"case": "VIC-2026-000001", "permitted_until": None, "accrual_ends": "2026-01-01"},
)  # fmt: skip


async def _ask(raises: Exception) -> CallAnswer:
    async def assess(_key: str, _asked: FineAssessmentAsked) -> FineAssessed:
        raise raises

    async def close(words: str, case: str) -> Sealed:
        return Sealed(case, "correspondence", "refused", "k", str(len(words)))

    operations: Any = {"fine-assessment": (FineAssessmentAsked, assess)}
    answer: CallAnswer = await ActivityEnvironment().run(ask, FINE, operations, close)
    return answer


@pytest.mark.parametrize(
    ("told", "pause"), [(120.0, timedelta(seconds=120)), (None, None), (0.0, timedelta(0))]
)
async def test_a_partner_that_says_when_is_asked_again_then(
    told: float | None, pause: timedelta | None
) -> None:
    with pytest.raises(ApplicationError) as away:
        await _ask(ServiceUnavailable("busy", retry_after=told))
    assert away.value.next_retry_delay == pause
    assert away.value.type == "ServiceUnavailable"


async def test_of_endless_words_the_first_are_kept() -> None:
    answer = await _ask(ServiceRefused("x" * 100_000))
    assert answer.refused is not None
    assert answer.refused.box == str(LONGEST)
