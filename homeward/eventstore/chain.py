"""The hash chain in Python: the twin of `es.chained`, for whoever checks the database's word.

The bytes are described beside the SQL (migrations/versions/0001_events.sql).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from uuid import UUID

GENESIS = bytes(32)
NO_CAUSE = bytes(16)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_int2 = Struct(">h").pack
_int4 = Struct(">i").pack
_times = Struct(">qq").pack
_time = Struct(">q").pack


def sized(text: str) -> bytes:
    data = text.encode()
    return _int4(len(data)) + data


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def event_hash(
    prev: bytes,
    *,
    stream: str,
    version: int,
    event_id: UUID,
    command_id: UUID,
    command: str,
    type_: str,
    schema_v: int,
    actor: str,
    roles: Sequence[str],
    cause: UUID | None,
    occurred_at: datetime,
    recorded_at: datetime,
    data: bytes,
) -> bytes:
    return sha256(
        b"".join(
            (
                b"\x02", prev,
                sized(stream), _int4(version), event_id.bytes,
                command_id.bytes, sized(command),
                sized(type_), _int2(schema_v),
                sized(actor), sized(",".join(roles)),
                NO_CAUSE if cause is None else cause.bytes,
                _times(microseconds(occurred_at), microseconds(recorded_at)),
                sha256(data).digest(),
            )
        )
    ).digest()  # fmt: skip


def read_hash(
    prev: bytes, *, at: datetime, actor: str, what: str, stream: str | None, sections: Iterable[str]
) -> bytes:
    """A line of the access log (0004_access_log.sql)."""
    return sha256(
        b"\x03" + prev + _time(microseconds(at))
        + sized(actor) + sized(what) + sized(stream or "") + sized(",".join(sections))
    ).digest()  # fmt: skip


def erasure_hash(
    prev: bytes, *, case: str, event: UUID, subjects: Iterable[str], at: datetime
) -> bytes:
    """A line of what was forgotten (0006_checkpoints.sql)."""
    told = "\n".join(sorted(set(subjects), key=str.encode))
    return sha256(
        b"\x04" + prev + sized(case) + event.bytes + sized(told) + _time(microseconds(at))
    ).digest()
