"""What a plain Temporal server lacks at its first start: our namespace, our search attributes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.service import ConnectConfig, RPCError, RPCStatusCode, ServiceClient

from homeward.dev.temporal import SEARCH_ATTRIBUTES

RETENTION = timedelta(days=30)
"""Counted from a workflow's end; the record of what happened is in PostgreSQL."""
KINDS = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
}
LIMIT, PAUSE = 60.0, 0.5


async def prepare(address: str, namespace: str) -> None:
    """Registers what is missing, and returns when every part of the server knows it."""
    service = await ServiceClient.connect(ConnectConfig(target_host=address))
    await _until(lambda: _register(service, namespace))
    await _until(lambda: _describe(service, namespace))
    await _until(lambda: _attributes(service, namespace))


async def _register(service: ServiceClient, namespace: str) -> bool:
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    asked = RegisterNamespaceRequest(
        namespace=namespace, workflow_execution_retention_period=retention
    )
    try:
        await service.workflow_service.register_namespace(asked)
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise
    return True


async def _describe(service: ServiceClient, namespace: str) -> bool:
    await service.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    return True


async def _attributes(service: ServiceClient, namespace: str) -> bool:
    """Asked again until the server lists them: it answers from a cache."""
    listed = await service.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=namespace)
    )
    missing = {
        n: KINDS[k] for n, k in SEARCH_ATTRIBUTES.items() if n not in listed.custom_attributes
    }
    if missing:
        await service.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
    return not missing


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    """A server that just started refuses for some seconds what it will do a moment later."""
    loop = asyncio.get_running_loop()
    until = loop.time() + LIMIT
    while True:
        try:
            if await done():
                return
        except RPCError:
            if loop.time() > until:
                raise
        if loop.time() > until:
            raise TimeoutError("Temporal does not list what was registered.")
        await asyncio.sleep(PAUSE)
