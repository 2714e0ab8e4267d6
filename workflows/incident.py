"""A suspected incident of trafficking, until it is substantiated or not."""

from temporalio import workflow

from workflows.stream import Start, StreamWorkflow


@workflow.defn(name="incident")
class IncidentWorkflow(StreamWorkflow):
    @workflow.init
    def __init__(self, start: Start) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Start) -> None:  # noqa: ARG002 - init took it
        await self.live()
