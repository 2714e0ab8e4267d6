import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from homeward.sealing.memory import memory_secrets
from homeward.sealing.payloads import ClosedToUs, WorkflowCodec, WorkflowKeys, workflow_of

CASE, OTHER = "VIC-2026-000001", "VIC-2026-000002"
SAID = Payload(metadata={"encoding": b"json/plain"}, data=b'{"stream": "VIC-2026-000001"}')


class Secrets:
    """Two secrets, the newer one first in use."""

    def __init__(self, **known: bytes) -> None:
        self.known = known
        self.newest = next(iter(known))

    def codec_secret(self, key_id: str | None = None) -> tuple[str, bytes]:
        return key_id or self.newest, self.known[key_id or self.newest]


def codec(keys: WorkflowKeys, workflow: str = CASE, namespace: str = "default") -> WorkflowCodec:
    return WorkflowCodec(keys).with_context(WorkflowSerializationContext(namespace, workflow))


@pytest.fixture
def keys() -> WorkflowKeys:
    return WorkflowKeys(memory_secrets(bytes(32)))


async def test_a_payload_is_unreadable_on_its_way_and_whole_at_its_end(keys: WorkflowKeys) -> None:
    [box] = await codec(keys).encode([SAID])
    assert b"stream" not in box.SerializeToString()
    assert b"json/plain" not in box.SerializeToString()
    assert await codec(keys).decode([box]) == [SAID]


async def test_a_box_is_little_larger_than_what_it_holds(keys: WorkflowKeys) -> None:
    """A summary may have 400 bytes at most, box and all."""
    [box] = await codec(keys).encode([SAID])
    assert box.ByteSize() - SAID.ByteSize() < 140


@pytest.mark.parametrize(
    ("workflow", "namespace"), [(OTHER, "default"), (CASE, "training"), ("", "default")]
)
async def test_a_payload_moved_to_another_workflow_or_namespace_is_refused(
    keys: WorkflowKeys, workflow: str, namespace: str
) -> None:
    [box] = await codec(keys).encode([SAID])
    with pytest.raises(ClosedToUs):
        await codec(keys, workflow, namespace).decode([box])


async def test_a_payload_that_says_it_is_anothers_is_read_as_its_own_workflows(
    keys: WorkflowKeys,
) -> None:
    [box] = await codec(keys, OTHER).encode([SAID])
    box.metadata["workflow"] = CASE.encode()
    assert workflow_of(box) == CASE
    with pytest.raises(ClosedToUs):
        await codec(keys).decode([box])


@pytest.mark.parametrize("nth", [0, 12, -1])
async def test_a_changed_bit_is_refused(keys: WorkflowKeys, nth: int) -> None:
    [box] = await codec(keys).encode([SAID])
    bits = bytearray(box.data)
    bits[nth] ^= 1
    box.data = bytes(bits)
    with pytest.raises(ClosedToUs):
        await codec(keys).decode([box])


@pytest.mark.parametrize("data", [b"", b"short", b"just as long as a nonce and a tag"])
async def test_what_was_never_a_box_is_refused(keys: WorkflowKeys, data: bytes) -> None:
    [box] = await codec(keys).encode([SAID])
    box.data = data
    with pytest.raises(ClosedToUs):
        await codec(keys).decode([box])


@pytest.mark.parametrize("encoding", [b"json/plain", b"binary/plain", b"json/protobuf", b""])
async def test_a_payload_that_is_not_encrypted_is_refused(
    keys: WorkflowKeys, encoding: bytes
) -> None:
    slipped_in = Payload(metadata={"encoding": encoding}, data=b'{"kind": "done"}')
    with pytest.raises(ClosedToUs):
        await codec(keys).decode([slipped_in])


async def test_only_a_marker_that_holds_nothing_passes_as_it_is(keys: WorkflowKeys) -> None:
    nothing = Payload(metadata={"encoding": b"binary/null"})
    assert await codec(keys).encode([nothing]) == [nothing]
    assert await codec(keys).decode([nothing]) == [nothing]
    with pytest.raises(ClosedToUs):
        await codec(keys).decode([Payload(metadata={"encoding": b"binary/null"}, data=b"words")])


async def test_what_belongs_to_no_workflow_is_not_sent_at_all(keys: WorkflowKeys) -> None:
    with pytest.raises(ClosedToUs):
        await WorkflowCodec(keys).encode([SAID])


async def test_after_a_rotation_the_old_is_still_read_and_the_new_key_is_used() -> None:
    [old] = await codec(WorkflowKeys(Secrets(k1=b"\x01" * 32))).encode([SAID])
    rotated = WorkflowKeys(Secrets(k2=b"\x02" * 32, k1=b"\x01" * 32))
    assert await codec(rotated).decode([old]) == [SAID]
    [new] = await codec(rotated).encode([SAID])
    assert new.metadata["key"] == b"k2"
    with pytest.raises(ClosedToUs):
        await codec(WorkflowKeys(Secrets(k1=b"\x01" * 32))).decode([new])


async def test_no_two_workflows_share_a_key(keys: WorkflowKeys) -> None:
    same = keys.close(b"x" * 64, "default", CASE)[1], keys.close(b"x" * 64, "default", OTHER)[1]
    assert same[0][12:] != same[1][12:]
    assert keys._cipher(keys._secrets.codec_secret()[0], "default", CASE) is keys._cipher(
        keys._secrets.codec_secret()[0], "default", CASE
    )
