import asyncio
from uuid import uuid4

import pytest

from homeward.desk import Accepted
from homeward.ports import Answer, Unavailable
from tests.engine import Engine, open_engine
from workers.assembly import host_clock
from workflows.stream import StreamWorkflow

pytestmark = pytest.mark.faults

MANY = 500


async def rescued_in_the_end(engine: Engine, operation: str) -> tuple[Answer, int]:
    """A caller who sends the same command again until it is answered; how often it was told no."""
    command_id, told_no, rescued = str(uuid4()), 0, host_clock().isoformat()
    while True:
        try:
            return await engine.rescue(operation, command_id, rescued), told_no
        except (Unavailable, Accepted):
            told_no += 1
            await asyncio.sleep(0.2)


async def test_five_hundred_rescues_at_once_are_five_hundred_facts_and_cases(
    database_url: str, default_temporal: str
) -> None:
    async with open_engine(database_url, default_temporal) as engine:
        await engine.work(sandboxed=False)
        operation = await engine.underway()
        before = len(await engine.store.read(operation))
        answers = await asyncio.gather(
            *(rescued_in_the_end(engine, operation) for _ in range(MANY))
        )
        cases = {answer.result["case"] for answer, _ in answers}
        assert len(cases) == MANY
        events = await engine.store.read(operation)
        assert len(events) == before + MANY
        for case in sorted(cases)[:20]:
            assert [event.type for event in await engine.store.read(case)] == ["CaseOpened"]
        known = await engine.client.get_workflow_handle(operation).query(StreamWorkflow.known)
        assert known.seen == before + MANY
