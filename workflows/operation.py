"""A rescue operation, from plan to conclusion."""

from temporalio import workflow

from workflows.stream import Start, StreamWorkflow


@workflow.defn(name="operation")
class OperationWorkflow(StreamWorkflow):
    @workflow.init
    def __init__(self, start: Start) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Start) -> None:  # noqa: ARG002 - init took it
        await self.live()
