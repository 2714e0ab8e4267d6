"""What Temporal's server keeps, as it keeps it: read without any codec."""

import re
from collections.abc import Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from homeward.temporal import data_converter
from tests.engine import KEYS, Engine
from tests.playing import SandboxAt
from workers.assembly import WORKFLOWS, host_clock
from workers.sandbox import runner

ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PROCESS = r"\d+@[\w.-]+"
CLEAR = {
    "workflow_id": r"(REQ|OPS|VIC|INC|CRT)-\d{4}-\d{6}",
    "name": rf"request|operation|case|carry_out|command|absorb|(immigration|mission)\.ask"
    rf"|t-[0-9a-f]{{12}}(-immigration|-mission)?|{PROCESS}-[0-9a-f]{{32}}",
    "normal_name": r"t-[0-9a-f]{12}",
    "update_id|protocol_instance_id": rf"{ID}(\.[0-9a-f]{{16}})?",
    "accepted_request_message_id": rf"{ID}(\.[0-9a-f]{{16}})?/request",
    ".*run_id|request_id": rf"{ID}|request-from-RespondWorkflowTaskCompleted",
    "identity": rf"{PROCESS}|history-service",
    "build_id": r"[0-9a-f]{32}",
    "marker_name": "core_local_activity|core_patch",
    "timer_id|activity_id": r"\d+",
    "sdk_name|sdk_version": r"[a-z0-9.-]+",
    "message": "Encoded failure",
    "source": "PythonSDK",
    "type": "ServiceUnavailable",
}
"""Every text in a history that is no payload, by the name of its field: ids and codes alone."""
MARKERS_OWN = {"core_local_activity": "data", "core_patch": "patch-data"}
"""What the SDK's core writes into markers, past every codec."""
SEARCH = {"kind", "state", "late"}


def texts(message: Message) -> Iterator[tuple[str, str]]:
    """(field, text) of everything in clear; payloads are looked at apart."""
    if isinstance(message, Payload):
        return
    for field, value in message.ListFields():
        whole = [value] if isinstance(value, (str, Message)) else value
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            whole = list(value.values()) if hasattr(value, "values") else []
        elif field.message_type is None and not isinstance(value, str):
            continue
        for one in whole:
            if isinstance(one, Message):
                yield from texts(one)
            else:
                yield field.name, str(one)


def payloads(message: Message, path: str = "") -> Iterator[tuple[str, Payload]]:
    """(where, payload) of every payload below."""
    if isinstance(message, Payload):
        yield path, message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        here = f"{path}.{field.name}"
        if field.message_type.GetOptions().map_entry:
            for key in value:
                if isinstance(value[key], Message):
                    yield from payloads(value[key], f"{here}.{key}")
        elif isinstance(value, Message):
            yield from payloads(value, here)
        else:
            for one in value:
                yield from payloads(one, here)


def readable(event: HistoryEvent) -> list[str]:
    """Where the event holds a payload in clear that is neither a code nor the core's own."""
    found = []
    for where, payload in payloads(event):
        if ".search_attributes.indexed_fields." in where:
            name = where.rsplit(".", 1)[-1]
            if name in SEARCH and re.fullmatch(rb'"[A-Za-z_]{1,40}"|true|false', payload.data):
                continue
        marker = event.marker_recorded_event_attributes.marker_name
        own = f".marker_recorded_event_attributes.details.{MARKERS_OWN.get(marker)}."
        if own in where and re.fullmatch(rb'[\w\s{}":.,-]*', payload.data):
            continue
        if payload.metadata["encoding"] != b"binary/encrypted":
            found.append(f"{where}: {payload.data!r}")
    return found


async def lived(engine: Engine, sandbox: SandboxAt) -> list[WorkflowHistory]:
    """Commands, refusals, timers, a partner away and then back, and workflows that roll over."""
    await sandbox.behaves(immigration={"fine": {"fail": 503, "times": 1}})
    await engine.work()
    await engine.ask_partners(sandbox.url)
    operation = await engine.underway()
    case = (await engine.rescue(operation)).result["case"]
    fine = {"permitted_until": "2022-04-24", "accrual_ends": host_clock().date().isoformat()}
    await engine.do("sok", "assess_fine", case, **fine)
    await engine.until_answered(case)
    for nth in range(18):
        note = {"text": f"Wept on the {nth}th day"}
        await engine.do("sok", "add_note", case, **note)
    return [*await runs(engine, case), *await runs(engine, operation)]


async def runs(engine: Engine, stream: str) -> list[WorkflowHistory]:
    """Of the workflow's every run, newest first."""
    found: list[WorkflowHistory] = []
    run: str | None = None
    while run != "":
        handle = engine.client.get_workflow_handle(stream, run_id=run)
        found.append(await handle.fetch_history())
        began = found[-1].events[0].workflow_execution_started_event_attributes
        run = began.continued_execution_run_id
    return found


async def test_of_every_history_only_ids_and_codes_can_be_read(
    engine: Engine, sandbox: SandboxAt
) -> None:
    histories = await lived(engine, sandbox)
    events = [event for history in histories for event in history.events]
    assert [fault for event in events for fault in readable(event)] == []
    odd = {
        (name, text)
        for event in events
        for name, text in texts(event)
        if not any(
            re.fullmatch(known, name) and re.fullmatch(pattern, text)
            for known, pattern in CLEAR.items()
        )
    }
    assert odd == set()
    kinds = {event.event_type for event in events}
    assert kinds >= {
        EventType.EVENT_TYPE_TIMER_STARTED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    }
    started = [event.activity_task_started_event_attributes for event in events]
    failures = [attributes for attributes in started if attributes.HasField("last_failure")]
    assert [one.last_failure.HasField("encoded_attributes") for one in failures] == [True]

    replayer = Replayer(
        workflows=WORKFLOWS,
        namespace=engine.client.namespace,
        data_converter=data_converter(KEYS),
        workflow_runner=runner(sandboxed=True),
    )
    for history in histories:
        await replayer.replay_workflow(history)


async def test_what_stands_still_is_closed_too(engine: Engine, sandbox: SandboxAt) -> None:
    """Visibility's record: what lists of workflows show."""
    await engine.work()
    request = await engine.register()
    described = await engine.client.get_workflow_handle(request).describe()
    assert set(described.raw_info.search_attributes.indexed_fields) - SEARCH <= {"BuildIds"}
    assert not described.raw_info.memo.fields
    assert await described.static_summary() == request
    raw = described.raw_description.execution_config.user_metadata.summary
    assert raw.metadata["encoding"] == b"binary/encrypted"
