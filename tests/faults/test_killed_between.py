import asyncio
import os
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import RPCError

from homeward.desk import Accepted
from homeward.dev.supervisor import Supervisor
from homeward.ports import Unavailable
from tests.engine import Engine, open_engine
from workers.assembly import host_clock
from workers.sweep import sweep_forever
from workflows.stream import Known, StreamWorkflow

pytestmark = pytest.mark.faults

WITHIN = 90
"""Seconds until the workflow must know what was committed without it."""


async def known(engine: Engine, stream: str) -> Known | None:
    try:
        return await engine.client.get_workflow_handle(stream).query(StreamWorkflow.known)
    except RPCError:
        return None


async def test_what_was_committed_before_worker_and_temporal_died_is_done_once_and_learnt(
    database_url: str, default_temporal: str, supervisor: Supervisor, tmp_path: Path
) -> None:
    async with open_engine(database_url, default_temporal) as engine:
        ready = tmp_path / "ready"
        dying = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("dying_worker.py")),
            database_url,
            default_temporal,
            engine.task_queue,
            "assess_fine",
            str(supervisor.pid("temporal")),
            env={**os.environ, "HOMEWARD_READY_FILE": str(ready)},
        )
        while not ready.exists():
            assert dying.returncode is None
            await asyncio.sleep(0.1)
        operation = await engine.underway()
        case = (await engine.rescue(operation)).result["case"]
        command_id = str(uuid4())
        fine = {"permitted_until": "2022-04-24", "accrual_ends": host_clock().date().isoformat()}
        with pytest.raises((Unavailable, Accepted)):
            await engine.do("sok", "assess_fine", case, command_id, **fine)
        assert await asyncio.wait_for(dying.wait(), 30) == -9
        supervisor.await_ready("temporal")

        died = time.monotonic()
        await engine.work(sandboxed=False)
        sweep = asyncio.create_task(sweep_forever(engine.store, engine.edge.desk, host_clock))
        try:
            while (now := await known(engine, case)) is None or not now.calls:
                assert time.monotonic() - died < WITHIN
                await asyncio.sleep(1)
        finally:
            sweep.cancel()
        again = await engine.do("sok", "assess_fine", case, command_id, **fine)
        assert again.version == 2
        types = [event.type for event in await engine.store.read(case)]
        assert types == ["CaseOpened", "FineAssessmentRequested"]
