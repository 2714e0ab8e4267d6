"""How homeward's messages become Temporal payloads, and how a client is made."""

from typing import Any

import msgspec
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import (
    BinaryNullPayloadConverter,
    BinaryPlainPayloadConverter,
    BinaryProtoPayloadConverter,
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    EncodingPayloadConverter,
    JSONProtoPayloadConverter,
)

from homeward.sealing.payloads import CodecSecrets, WorkflowCodec, WorkflowKeys
from homeward.settings import Settings


class MsgspecPayloadConverter(EncodingPayloadConverter):
    """Structs, dates and plain data as JSON, decoded by the handler's annotation."""

    @property
    def encoding(self) -> str:
        return "json/plain"

    def to_payload(self, value: Any) -> Payload | None:
        return Payload(metadata={"encoding": b"json/plain"}, data=msgspec.json.encode(value))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        return msgspec.json.decode(payload.data, type=Any if type_hint is None else type_hint)


class Payloads(CompositePayloadConverter):
    def __init__(self) -> None:
        super().__init__(
            BinaryNullPayloadConverter(),
            BinaryPlainPayloadConverter(),
            JSONProtoPayloadConverter(),
            BinaryProtoPayloadConverter(),
            MsgspecPayloadConverter(),
        )


def data_converter(secrets: CodecSecrets) -> DataConverter:
    """For every client, worker and replayer: nothing readable leaves the process."""
    return DataConverter(
        payload_converter_class=Payloads,
        payload_codec=WorkflowCodec(WorkflowKeys(secrets)),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(settings: Settings, secrets: CodecSecrets, *, lazy: bool = False) -> Client:
    """A client of the configured server. `lazy`: connect with the first call."""
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=data_converter(secrets),
        lazy=lazy,
    )
