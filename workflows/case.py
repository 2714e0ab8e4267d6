"""A victim's case, from rescue to follow-up at home."""

from temporalio import workflow

from workflows.stream import Start, StreamWorkflow


@workflow.defn(name="case")
class CaseWorkflow(StreamWorkflow):
    @workflow.init
    def __init__(self, start: Start) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: Start) -> None:  # noqa: ARG002 - init took it
        await self.live()
