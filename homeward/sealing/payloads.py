"""What stands in Temporal is closed: each workflow's payloads under a key of its own.

    secret of the key service --HKDF(namespace, workflow id)--> key of the workflow
    payload --AES-256-GCM, bound to namespace, workflow id, key id, encoding--> data

Workflow ids, task queues, types, search attributes and what the server writes itself stay as they
are: they hold ids and codes alone.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

ENCODING = b"binary/encrypted"
KEY, WORKFLOW = "key", "workflow"
"""Metadata: the secret's id, and whose payload it is, for readers that are told nothing else."""
NONCE = 12
CACHED = 4096
"""Workflows whose keys are kept at hand."""


class CodecSecrets(Protocol):
    """Where the secrets come from; asked from the event loop, so it answers from memory."""

    def codec_secret(self, key_id: str | None = None) -> tuple[str, bytes]:
        """Id and 32 bytes of the one to close with, or of the one named; KeyError: not known."""
        ...


class ClosedToUs(Exception):  # noqa: N818
    """A payload that is not encrypted, was moved or changed, or whose key is not known."""


class WorkflowKeys:
    """The ciphers of the workflows of one process."""

    def __init__(self, secrets: CodecSecrets) -> None:
        self._secrets = secrets
        self._ciphers: OrderedDict[tuple[str, str, str], AESGCM] = OrderedDict()

    def close(self, clear: bytes, namespace: str, workflow: str) -> tuple[str, bytes]:
        """The key's id, and what only a holder of it can read."""
        key_id, _ = self._secrets.codec_secret()
        nonce = os.urandom(NONCE)
        cipher = self._cipher(key_id, namespace, workflow)
        return key_id, nonce + cipher.encrypt(nonce, clear, _bound(namespace, workflow, key_id))

    def open(self, box: bytes, namespace: str, workflow: str, key_id: str) -> bytes:
        """Raises ClosedToUs."""
        try:
            cipher = self._cipher(key_id, namespace, workflow)
            return cipher.decrypt(box[:NONCE], box[NONCE:], _bound(namespace, workflow, key_id))
        except KeyError:
            raise ClosedToUs(f"payload of {workflow}: its key is not known") from None
        except (InvalidTag, ValueError):
            raise ClosedToUs(f"payload of {workflow}: not closed there, or changed") from None

    def _cipher(self, key_id: str, namespace: str, workflow: str) -> AESGCM:
        place = key_id, namespace, workflow
        if (cipher := self._ciphers.get(place)) is not None:
            self._ciphers.move_to_end(place)
            return cipher
        _, secret = self._secrets.codec_secret(key_id)
        info = f"temporal\x1f{namespace}\x1f{workflow}".encode()
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
        cipher = self._ciphers[place] = AESGCM(key)
        if len(self._ciphers) > CACHED:
            self._ciphers.popitem(last=False)
        return cipher


def _bound(namespace: str, workflow: str, key_id: str) -> bytes:
    return b"\x1f".join((namespace.encode(), workflow.encode(), key_id.encode(), ENCODING))


class WorkflowCodec(PayloadCodec, WithSerializationContext):
    """Every payload of a workflow, its activities, updates, queries, failures and summaries."""

    def __init__(self, keys: WorkflowKeys, namespace: str = "", workflow: str = "") -> None:
        self._keys = keys
        self._namespace = namespace
        self._workflow = workflow

    def with_context(self, context: SerializationContext) -> Self:
        match context:
            case (
                WorkflowSerializationContext(namespace=namespace, workflow_id=str(workflow))
                | ActivitySerializationContext(namespace=namespace, workflow_id=str(workflow))
            ):
                return type(self)(self._keys, namespace, workflow)
        return type(self)(self._keys)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises ClosedToUs for what belongs to no workflow: it would be readable by none."""
        return [self._close(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises ClosedToUs, also for what is not encrypted: nobody slips a message in."""
        return [self._open(payload) for payload in payloads]

    def _close(self, payload: Payload) -> Payload:
        if is_nothing(payload):
            return payload
        if not self._workflow:
            raise ClosedToUs("a payload that belongs to no workflow")
        clear = payload.SerializeToString()
        key_id, box = self._keys.close(clear, self._namespace, self._workflow)
        metadata = {
            "encoding": ENCODING, KEY: key_id.encode(), WORKFLOW: self._workflow.encode(),
        }  # fmt: skip
        return Payload(metadata=metadata, data=box)

    def _open(self, payload: Payload) -> Payload:
        if is_nothing(payload):
            return payload
        return opened(payload, self._keys, self._namespace, self._workflow)


def opened(payload: Payload, keys: WorkflowKeys, namespace: str, workflow: str) -> Payload:
    """What the payload of this workflow held. Raises ClosedToUs."""
    if payload.metadata.get("encoding") != ENCODING:
        raise ClosedToUs(f"payload of {workflow or 'no workflow'}: not encrypted")
    key_id = payload.metadata.get(KEY, b"").decode("ascii", "replace")
    clear = Payload()
    try:
        clear.ParseFromString(keys.open(payload.data, namespace, workflow, key_id))
    except DecodeError:
        raise ClosedToUs(f"payload of {workflow}: held no payload") from None
    return clear


def workflow_of(payload: Payload) -> str:
    """Whose it says it is: what opens it holds that true. Empty where it says nothing."""
    return payload.metadata.get(WORKFLOW, b"").decode("ascii", "replace")


def is_nothing(payload: Payload) -> bool:
    """A null marker: the one payload that passes as it is, since it holds nothing."""
    return payload.metadata.get("encoding") == b"binary/null" and not payload.data
