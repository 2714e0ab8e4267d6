import asyncio
from uuid import uuid4

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Replayer

from homeward.domain.refusals import Refused
from homeward.ports import Commit, Committed, Unavailable
from homeward.sealing.memory import memory_secrets
from homeward.settings import Settings
from homeward.temporal import connect, data_converter
from tests.engine import KEYS, Engine
from workers.assembly import WORKFLOWS
from workers.sandbox import runner
from workflows.stream import Start, StreamWorkflow


@pytest.mark.parametrize("sandboxed", [True, False], ids=["sandboxed", "production"])
async def test_a_command_is_durable_when_it_is_answered(engine: Engine, sandboxed: bool) -> None:
    await engine.work(sandboxed=sandboxed)
    request = await engine.register()
    answer = await engine.do(
        "emma", "start_examination", request, urgency="high", reasons="Confined"
    )
    assert [event["type"] for event in answer.events] == ["ExaminationStarted"]
    events = await engine.store.read(request)
    assert [event.type for event in events] == ["RequestRegistered", "ExaminationStarted"]


async def test_a_command_costs_six_history_events_and_what_its_timer_takes(engine: Engine) -> None:
    await engine.work()
    request = await engine.register()
    await engine.do("emma", "start_examination", request, urgency="high", reasons="Confined")
    handle = engine.client.get_workflow_handle(request)
    before = (await handle.describe()).history_length
    await engine.do("emma", "ask_reporter", request, question="Which floor?")
    after = (await handle.describe()).history_length
    # six, a changed state's search attribute, and its deadline's timer set anew
    assert after - before <= 6 + 1 + 2


async def test_a_refusal_writes_no_history_and_no_event(engine: Engine) -> None:
    await engine.work()
    request = await engine.register()
    handle = engine.client.get_workflow_handle(request)
    before = (await handle.describe()).history_length
    with pytest.raises(Refused) as refused:
        await engine.do("emma", "accept_request", request, corroboration=["x"], province="KH-18")
    assert refused.value.code == "wrong_state"
    assert (await handle.describe()).history_length == before
    assert len(await engine.store.read(request)) == 1


async def test_the_workflow_knows_its_deadlines_and_replays_in_the_sandbox(engine: Engine) -> None:
    await engine.work()
    request = await engine.register()
    handle = engine.client.get_workflow_handle(request)
    known = await handle.query(StreamWorkflow.known)
    assert known.seen == 1
    assert "triage" in known.due
    replayer = Replayer(
        workflows=WORKFLOWS,
        namespace=engine.client.namespace,
        data_converter=data_converter(KEYS),
        workflow_runner=runner(sandboxed=True),
    )
    await replayer.replay_workflow(await handle.fetch_history())


async def test_a_lost_workflow_is_started_by_its_next_command(engine: Engine) -> None:
    await engine.work()
    request = await engine.register()
    handle = engine.client.get_workflow_handle(request)
    await handle.terminate("the cluster was lost")
    await engine.do("emma", "start_examination", request, urgency="high", reasons="Confined")
    known = await engine.client.get_workflow_handle(request).query(StreamWorkflow.known)
    assert known.seen == 2


async def test_a_workflow_that_nobody_can_read_is_ended_and_started_anew(engine: Engine) -> None:
    await engine.work()
    request = await engine.register()
    await engine.client.get_workflow_handle(request).terminate("to be started under other keys")
    config = Settings(temporal_address=engine.client.service_client.config.target_host)
    stranger = await connect(config, memory_secrets(b"\x01" * 32))
    start = Start(request, await engine.store.epoch())
    await stranger.start_workflow("request", start, id=request, task_queue=engine.task_queue)

    async with asyncio.timeout(20):
        while not await engine.edge.desk.end_running():  # noqa: ASYNC110 - lists lag behind
            await asyncio.sleep(0.1)
    await engine.do("emma", "start_examination", request, urgency="high", reasons="Confined")
    known = await engine.client.get_workflow_handle(request).query(StreamWorkflow.known)
    assert known.seen == 2


async def test_a_long_life_rolls_over_and_loses_nothing(engine: Engine) -> None:
    await engine.work()
    request = await engine.register()
    await engine.do("emma", "start_examination", request, urgency="high", reasons="Confined")
    for _ in range(10):
        await engine.do("emma", "ask_reporter", request, question="Which floor?")
        await engine.do("emma", "record_reply", request, reply="The eighth.")
    handle = engine.client.get_workflow_handle(request)
    described = await handle.describe()
    assert described.status == WorkflowExecutionStatus.RUNNING
    assert described.history_length < 150
    assert (await handle.query(StreamWorkflow.known)).seen == 22


async def test_a_workflow_of_an_older_epoch_ends_and_the_command_is_carried_out(
    engine: Engine,
) -> None:
    await engine.work()
    request = await engine.register()
    await engine.store.raise_epoch()
    answer = await engine.do(
        "emma", "start_examination", request, urgency="high", reasons="Confined"
    )
    assert answer.version == 2


async def test_a_command_that_found_postgresql_away_is_carried_out_when_sent_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.work()
    request = await engine.register()
    told = {"urgency": "high", "reasons": "Confined"}
    append, away = engine.store.append, True

    async def appending(commit: Commit) -> Committed:
        if away:
            raise Unavailable("postgresql")
        return await append(commit)

    monkeypatch.setattr(engine.store, "append", appending)
    id_ = str(uuid4())
    with pytest.raises(Unavailable):
        await engine.do("emma", "start_examination", request, id_, **told)
    away = False
    answer = await engine.do("emma", "start_examination", request, id_, **told)
    assert [event["type"] for event in answer.events] == ["ExaminationStarted"]
    assert len(await engine.store.read(request)) == 2
